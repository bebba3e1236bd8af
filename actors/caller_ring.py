"""The last minute of the caller's audio, so that a restarted stage can hear it again.

Owned by the job, written by ingress, read by whoever starts anew. One loop: no locks.
"""

from collections import deque
from collections.abc import Iterator

from actors.audio import CALLER_RATE_HZ
from actors.frames import CallerAudio


class CallerRing:
    """Keeps whole frames for ``length_s`` seconds; older ones are forgotten."""

    def __init__(self, *, length_s: float = 75.0) -> None:
        """Make an empty ring; 75 s are 2.4 MB."""
        self._length = int(length_s * CALLER_RATE_HZ)
        self._frames: deque[CallerAudio] = deque()

    @property
    def end(self) -> int:
        """The sample after the last one kept; 0 while there is none."""
        if not self._frames:
            return 0
        last = self._frames[-1]
        return last.at + len(last.pcm) // 2

    def append(self, frame: CallerAudio) -> None:
        """Add the next frame; a frame that is already in (a retried message) is ignored."""
        if self._frames and frame.at < self.end:
            return
        self._frames.append(frame)
        while self._frames[0].at < frame.at - self._length:
            self._frames.popleft()

    def since(self, at: int) -> Iterator[CallerAudio]:
        """Yield the kept frames that end after sample ``at``, oldest first."""
        for frame in tuple(self._frames):
            if frame.at + len(frame.pcm) // 2 > at:
                yield frame
