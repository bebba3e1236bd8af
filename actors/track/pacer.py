"""When the next frame of the agent's audio is due: 20 ms after the last, whatever came between."""

from dataclasses import dataclass
from typing import Final

from actors.audio import FRAME_MS

FRAME_S: Final = FRAME_MS / 1000
MAX_CATCH_UP_S: Final = 0.1
"""A tick later than this (the loop was blocked) is not made up for.

A burst would only be cut off elsewhere.
"""


@dataclass(slots=True)
class Pacer:
    """Plain arithmetic on the seconds of a clock that it is told."""

    due_s: float | None = None
    """When the next frame is due, while there is something to play."""
    _free_s: float = 0.0
    """Until when the line has sound from the last frame: none goes out before."""

    @property
    def runs(self) -> bool:
        """Whether a frame is due."""
        return self.due_s is not None

    def start(self, now_s: float) -> float:
        """Begin; return after how long the first frame is due.

        Not at once if the last one went out less than a frame ago: no two frames at a time.
        """
        self.due_s = max(now_s, self._free_s)
        return self.due_s - now_s

    def sent(self) -> None:
        """Note that a frame went out."""
        begins_s = self._free_s if self.due_s is None else max(self.due_s, self._free_s)
        self._free_s = begins_s + FRAME_S

    def advance(self, now_s: float) -> float:
        """Return after how long the frame after this one is due."""
        due_s = (now_s if self.due_s is None else self.due_s) + FRAME_S
        if now_s - due_s > MAX_CATCH_UP_S:
            due_s = now_s + FRAME_S
        self.due_s = due_s
        return max(0.0, due_s - now_s)

    def stop(self) -> None:
        """Expect no frame."""
        self.due_s = None
