"""What an agent sees: pictures of the caller's camera, as images for a message.

Only what is asked for is looked at: it passes the agent's ``vision_frame`` hook and is encoded in a
thread, while the call goes on.
"""

import asyncio
from typing import cast

import av

from actors.call import Call
from actors.camera import Picture
from actors.conversation import ImagePart
from actors.conversation.encode_options import EncodeOptions
from actors.conversation.frame_images import image_of_frame
from actors.hooks import Hook
from actors.reports import Failure
from supervision.clock import LoopClock


async def look(call: Call, count: int, options: EncodeOptions | None) -> tuple[ImagePart, ...]:
    """Return the latest ``count`` pictures at most, the oldest of them first."""
    clock = LoopClock(asyncio.get_running_loop())
    pictures = call.camera.latest(count, clock.now_s())
    hook = call.hooks.vision_frame
    if hook is not None and pictures:
        seen = await _released(hook, pictures)
        if isinstance(seen, Failure):
            call.report(seen, at_ns=clock.now_ns())
            return ()
        pictures = seen
    frames = cast("list[av.VideoFrame]", pictures)
    return tuple([await asyncio.to_thread(image_of_frame, frame, options) for frame in frames])


async def _released(hook: Hook, pictures: list[Picture]) -> list[Picture] | Failure:
    """Return what the hook lets the model see: nothing of it, when the hook fails."""
    released = await hook.run(pictures)
    if isinstance(released, Failure):
        return released
    return cast("list[Picture]", released or [])
