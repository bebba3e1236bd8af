"""A selector event loop that runs what is ready in rounds without asking the selector in between.

A round is as in asyncio: what is ready when it begins, in order. In between asyncio looks for I/O
and for timers; where time is computed neither can have come, which saves most of what a callback
costs. It relies on the names of three members of `asyncio.BaseEventLoop`, the same in all versions
since 3.4.
"""

import asyncio
from collections import deque

ROUNDS = 64
"""After so many the selector is asked all the same."""


class LeanLoop(asyncio.SelectorEventLoop):
    """A selector event loop whose clock stands still while something is ready."""

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _stopping: bool

    def _run_once(self) -> None:
        super()._run_once()  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue] - asyncio's own
        ready, rounds = self._ready, ROUNDS
        while ready and rounds and not self._stopping and not self._is_a_timer_due():
            rounds -= 1
            for _ in range(len(ready)):
                handle = ready.popleft()
                if not handle.cancelled():
                    handle._run()  # noqa: SLF001 - as asyncio

    def _is_a_timer_due(self) -> bool:
        scheduled = self._scheduled
        return bool(scheduled) and scheduled[0].when() <= self.time()
