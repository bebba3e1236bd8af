"""Time as actors see it: the loop's, so that a test's virtual loop moves every actor at once."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

NS_PER_S = 1_000_000_000


class Clock(Protocol):
    """A monotonic clock; its zero means nothing."""

    def now_s(self) -> float:
        """Return the time in seconds."""
        ...

    def now_ns(self) -> int:
        """Return the time in whole nanoseconds."""
        ...


class LoopClock:
    """The time of one event loop: real on a real loop, virtual on a virtual one."""

    __slots__ = ("_loop", "now_s")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.now_s = loop.time  # bound once: read for every batch of messages

    def now_ns(self) -> int:
        """Return the time in whole nanoseconds."""
        return round(self._loop.time() * NS_PER_S)


class MonotonicClock:
    """Real time, for actors that are administered by no event loop."""

    __slots__ = ()

    def now_s(self) -> float:
        """Return the time in seconds."""
        return time.monotonic()

    def now_ns(self) -> int:
        """Return the time in whole nanoseconds."""
        return time.monotonic_ns()
