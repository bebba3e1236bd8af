"""The caller's camera or screen: decoded beside the loop, and only the latest pictures kept.

aiortc decodes in a thread of its own, without Python's lock, so that sound does not wait for it.
"""

import asyncio
import re
from collections import deque
from typing import Final, Protocol, cast

import av
from aiortc import MediaStreamTrack, RTCRtpReceiver
from aiortc.mediastreams import MediaStreamError

from actors.arrivals import VideoIn
from actors.camera import KEPT
from transports.webrtc.internals import bound_decoder

MAX_BITRATE_KBPS: Final = 800
"""Enough for a model to read by, and a camera's picture of 640 x 360 that decodes in 2 ms."""


class _Video(Protocol):
    async def recv(self) -> av.VideoFrame: ...


class VideoEye:
    """Watches one video until it is closed."""

    def __init__(self, receiver: RTCRtpReceiver, track: MediaStreamTrack) -> None:
        """Bound what waits to be decoded, and watch."""
        self._pictures: deque[VideoIn] = deque(maxlen=KEPT)
        self._undecoded = bound_decoder(receiver)
        watching = self._watch(cast("_Video", track))
        self._task = asyncio.get_running_loop().create_task(watching, name="video")

    @property
    def lost(self) -> int:
        """Encoded pictures that the decoder could not follow."""
        return self._undecoded.lost

    def take(self) -> list[VideoIn]:
        """Return the pictures that have come since."""
        taken = list(self._pictures)
        self._pictures.clear()
        return taken

    async def close(self) -> None:
        """Look away."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _watch(self, track: "_Video") -> None:
        while True:
            try:
                self._pictures.append(VideoIn(await track.recv()))
            except MediaStreamError:
                return


def limit_bitrate(sdp: str) -> str:
    """Ask the sender of video to keep to `MAX_BITRATE_KBPS` (``b=AS``, RFC 8866, section 5.8)."""
    return re.sub(
        r"(^m=video .*\r\nc=.*\r\n)",
        rf"\g<1>b=AS:{MAX_BITRATE_KBPS}\r\n",
        sdp,
        flags=re.MULTILINE,
    )
