"""A selector event loop that runs what is ready in rounds without asking the selector in between.

A round is as in asyncio: what is ready when it begins, in order. In between asyncio looks for I/O
and for timers; where time is computed neither can have come, which saves most of what a callback
costs. While a socket is open it is as asyncio. It relies on the names of four members of asyncio's
event loop, and of four of `asyncio.Handle`, the same in all versions since 3.7.
"""

import asyncio
import selectors
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeVarTuple

Ts = TypeVarTuple("Ts")

ROUNDS = 64
"""After so many the selector is asked all the same."""


class LeanLoop(asyncio.SelectorEventLoop):
    """A selector event loop whose clock stands still while something is ready."""

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _stopping: bool
    _selector: selectors.BaseSelector

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Run it in the next round; checks no more than asyncio does outside its debug mode."""
        if self.is_closed() or self.get_debug():
            return super().call_soon(callback, *args, context=context)
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def _run_once(self) -> None:
        super()._run_once()  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue] - asyncio's own
        ready, rounds = self._ready, 0 if self._has_sockets() else ROUNDS
        while ready and rounds and not self._stopping and not self._is_a_timer_due():
            rounds -= 1
            for _ in range(len(ready)):
                handle: Any = ready.popleft()
                if handle._cancelled:  # noqa: SLF001 - as asyncio
                    continue
                try:
                    handle._context.run(handle._callback, *handle._args)  # noqa: SLF001
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException as error:  # noqa: BLE001 - as asyncio
                    message = f"Exception in callback {handle!r}"
                    self.call_exception_handler(
                        {"message": message, "exception": error, "handle": handle}
                    )

    def _has_sockets(self) -> bool:
        """Tell whether there is more to select than the pipe by which threads wake the loop."""
        return len(self._selector.get_map()) > 1

    def _is_a_timer_due(self) -> bool:
        scheduled = self._scheduled
        return bool(scheduled) and scheduled[0].when() <= self.time()
