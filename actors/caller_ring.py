"""The last minute of the caller's audio, so that a restarted stage can hear it again.

Owned by the job, written by ingress, read by whoever starts anew. One loop: no locks.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import islice

from actors.audio import BYTES_PER_SAMPLE, CALLER_RATE_HZ
from actors.frames import CallerAudio


class CallerRing:
    """Keeps whole frames for ``length_s`` seconds; older ones are forgotten."""

    def __init__(self, *, length_s: float = 75.0) -> None:
        """Make an empty ring; 75 s are 2.4 MB."""
        self._length = int(length_s * CALLER_RATE_HZ)
        self._frames: deque[CallerAudio] = deque()
        self.end = 0
        """The sample after the last one kept; 0 while there is none."""

    @property
    def start(self) -> int:
        """The first sample kept; 0 while there is none."""
        return self._frames[0].at if self._frames else 0

    def append(self, frame: CallerAudio) -> None:
        """Add the next frame; a frame that is already in (a retried message) is ignored."""
        at, frames = frame.at, self._frames
        if at < self.end:
            return
        frames.append(frame)
        self.end = _end(frame)
        while frames[0].at < at - self._length:
            frames.popleft()

    def since(self, at: int) -> Iterator[CallerAudio]:
        """Yield the kept frames that end after sample ``at``, oldest first."""
        first = bisect_right(self._frames, at, key=_end)
        yield from tuple(islice(self._frames, first, None))

    def first_since(self, at: int) -> CallerAudio | None:
        """Return the oldest kept frame that ends after sample ``at``, or None."""
        first = bisect_right(self._frames, at, key=_end)
        return self._frames[first] if first < len(self._frames) else None


def _end(frame: CallerAudio) -> int:
    return frame.at + len(frame.pcm) // BYTES_PER_SAMPLE
