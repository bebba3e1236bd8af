"""The pulse of the event loop: how late it is, as the doors' health check tells it."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from supervision.actor import Actor

BEAT_S: Final = 0.25
REMEMBERED: Final = 20
SICK_S: Final = 1.0
"""A loop that comes so late holds up every call."""


@dataclass(slots=True)
class LoopLag:
    """How late the loop was of late; written by `Pulse`, read by whoever asks."""

    _late_s: deque[float] = field(default_factory=lambda: deque([0.0], maxlen=REMEMBERED))
    _due_s: float | None = None

    def beat(self, now_s: float) -> None:
        """Note that a beat came now, and expect the next one."""
        if self._due_s is not None:
            self._late_s.append(max(0.0, now_s - self._due_s))
        self._due_s = now_s + BEAT_S

    def worst_s(self, now_s: float) -> float:
        """Return the worst of the last five seconds, a beat that is still missing included."""
        missing_s = 0.0 if self._due_s is None else now_s - self._due_s
        return max(missing_s, *self._late_s)

    @property
    def last_s(self) -> float:
        """How late the last beat was."""
        return self._late_s[-1]


@dataclass(frozen=True, slots=True)
class _Beat:
    """The next one is due."""


class Pulse(Actor):
    """Beats four times a second."""

    def __init__(self, lag: LoopLag) -> None:
        """Write into ``lag``."""
        super().__init__()
        self._lag = lag

    def on_start(self) -> None:
        """Begin."""
        self.on_receive(_Beat())

    def on_receive(self, message: _Beat) -> None:
        """Measure, and set the next one."""
        self._lag.beat(self.clock.now_s())
        self.after(BEAT_S, message, key="beat")
