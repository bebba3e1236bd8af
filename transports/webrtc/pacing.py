"""When the agent's next 20 ms go out over RTP, and which: arithmetic without a clock of its own.

RTP time runs on in silence too, in slots of 20 ms. The track that feeds this has a clock as well,
at another phase: what it brings waits a little before an utterance begins, so that the jitter of
one clock against the other is never heard.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from actors.audio import FRAME_MS

FRAME_S: Final = FRAME_MS / 1000
LEAD_S: Final = 0.01
"""How long the first frame of an utterance waits at least: as much may the next ones be late."""
MAX_LATE_SLOTS: Final = 5
"""The loop was blocked for longer: the slots in between are left out instead of made up for."""
MAX_WAITING: Final = 25
"""Half a second: more than this is no jitter, and the oldest goes."""


def next_slot(after: int, elapsed_s: float) -> int:
    """Return the number of the slot to be filled next.

    Args:
        after: the number of the last one.
        elapsed_s: the time since slot 0 was due.
    """
    due = int(elapsed_s / FRAME_S)
    return due if due - after > MAX_LATE_SLOTS else after + 1


@dataclass(slots=True)
class Playout:
    """The agent's frames between its track and RTP: bounded, in order, the oldest dropped."""

    lost: int = 0
    """Frames that gave way to newer ones."""
    _frames: deque[bytes] = field(default_factory=deque[bytes])
    _begun_s: float = 0.0
    """When the first frame of this utterance came."""
    _flows: bool = False

    @property
    def waiting(self) -> int:
        """How many frames are to be played."""
        return len(self._frames)

    def put(self, pcm: bytes, now_s: float) -> None:
        """Add a frame."""
        if not self._frames and not self._flows:
            self._begun_s = now_s
        elif len(self._frames) == MAX_WAITING:
            self._frames.popleft()
            self.lost += 1
        self._frames.append(pcm)

    def cut(self, fade: bytes) -> None:
        """Drop what waits; ``fade`` follows what has gone out, unless nothing has."""
        self._frames.clear()
        if fade and self._flows:
            self._frames.append(fade)

    def take(self, now_s: float) -> bytes | None:
        """Return what sounds in the slot that is due now; None is silence."""
        if not self._frames:
            self._flows = False
            return None
        if not self._flows and len(self._frames) == 1 and now_s - self._begun_s < LEAD_S:
            return None
        self._flows = True
        return self._frames.popleft()
