"""What the caller shows: pictures are kept, looked at when asked, and shown to the model."""

import asyncio
import io
from collections.abc import AsyncIterator

import av
import pytest

from actors.camera import KEPT, MAX_AGE_S, Camera
from actors.conversation import ImagePart, Message
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.hooks import hook
from tests.calls.rig import agent, call

REPLY = "I see a card."


def picture(width: int = 64) -> av.VideoFrame:
    """Return a grey picture; its width tells which one it is."""
    return av.VideoFrame(width, 48, "gray")


def test_a_camera_keeps_the_latest_five_pictures() -> None:
    camera = Camera()
    for width in range(1, 10):
        camera.show(picture(width), float(width))
    assert [seen.width for seen in camera.latest(KEPT, 9.0)] == [5, 6, 7, 8, 9]
    assert [seen.width for seen in camera.latest(2, 9.0)] == [8, 9]


def test_what_a_camera_showed_long_ago_is_not_seen() -> None:
    camera = Camera()
    camera.show(picture(1), 0.0)
    camera.show(picture(2), 5.0)
    assert [seen.width for seen in camera.latest(5, 5.1 + MAX_AGE_S - 5.0)] == [2]
    camera.cover()
    assert camera.latest(5, 5.0) == []


async def test_the_model_is_shown_what_the_camera_sees() -> None:
    llm = ScriptedLLM(replies=[REPLY])
    async with call(agent(llm=llm)) as rig:
        for width in (16, 32, 64):
            rig.caller.show(picture(width))
        await asyncio.sleep(0.1)
        images = await rig.job.session.capture_frames(2)
        assert [image.mime for image in images] == ["image/jpeg"] * 2
        await rig.job.session.reply("What is on the card?", images=images)
    (request,) = llm.record.requests
    shown = [item.images for item in request.items if isinstance(item, Message)]  # type: ignore[attr-defined]
    assert shown == [images]


async def test_without_a_camera_there_is_nothing_to_see() -> None:
    async with call(agent()) as rig:
        assert await rig.job.session.capture_frames(5) == ()


@pytest.mark.parametrize("count", [0, 6])
async def test_no_more_than_five_pictures_can_be_asked_for(count: int) -> None:
    async with call(agent()) as rig:
        with pytest.raises(ValueError, match="count must be from 1 to 5"):
            await rig.job.session.capture_frames(count)


class Discreet(Agent):
    """Shows the model only what is narrow enough, and that smaller."""

    @hook("vision_frame")
    async def blur(self, frames: AsyncIterator[av.VideoFrame]) -> AsyncIterator[av.VideoFrame]:
        """Look at each picture."""
        async for frame in frames:
            if frame.width < 64:
                yield frame.reformat(width=8, height=8)


async def test_the_vision_hook_changes_and_withholds_pictures() -> None:
    async with call(Discreet()) as rig:
        for width in (32, 64):
            rig.caller.show(picture(width))
        await asyncio.sleep(0.1)
        (image,) = await rig.job.session.capture_frames(5)
    assert size_of(image) == (8, 8)


class Blind(Agent):
    """Has a bug."""

    @hook("vision_frame")
    async def look(self, frames: AsyncIterator[av.VideoFrame]) -> AsyncIterator[object]:
        """Fail over the first picture."""
        async for _ in frames:
            yield "no picture"


async def test_when_the_vision_hook_fails_nothing_is_shown_and_it_is_told() -> None:
    async with call(Blind()) as rig:
        rig.caller.show(picture())
        await asyncio.sleep(0.1)
        for _ in range(4):
            assert await rig.job.session.capture_frames() == ()
        await rig.until("error", count=3)
        told = rig.fields("error")
    assert [error["where"] for error in told] == ["hook vision_frame"] * 3
    assert "it yielded str, not VideoFrame" in told[0]["message"]
    assert "left out" in told[2]["message"]


def size_of(image: ImagePart) -> tuple[int, int]:
    """Return width and height of a JPEG."""
    with av.open(io.BytesIO(image.data), "r", format="image2pipe") as container:
        frame = next(container.decode(video=0))
    return frame.width, frame.height
