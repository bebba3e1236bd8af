"""An actor's turn in a simulation: what it waits for, again and again.

To a task it is a future, by the few members that asyncio asks of one (`asyncio.isfuture`), but one
without an end: an actor waits thousands of times and needs no new object for it. Whoever leaves
mail only asks for the turn; when it is dealt, the actor's task runs there and then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextvars import Context
from typing import Any, TypeAlias

Resume: TypeAlias = Callable[["Turn"], object]
"""Goes on with the task that waited."""


class Turn:
    """The turn of one actor, which belongs to the loop that deals it.

    Args:
        loop: the actor's loop.
        ask: what that loop does for who asks for a turn.
    """

    __slots__ = (
        "_ask",
        "_asyncio_future_blocking",
        "_context",
        "_is_cancelled",
        "_loop",
        "_resume",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, ask: Callable[[Turn], None]) -> None:
        self._loop = loop
        self._ask = ask
        self._resume: Resume | None = None
        self._context: Context | None = None
        self._is_cancelled = False
        self._asyncio_future_blocking = False

    def __await__(self) -> Generator[Any, None, None]:
        """Wait until the turn is dealt."""
        self._asyncio_future_blocking = True
        yield self

    def ask(self) -> Turn:
        """Ask for the turn, and return it to be waited for."""
        self._ask(self)
        return self

    def set_result(self, result: None, /) -> None:
        """Ask for the turn on behalf of who waits for it."""
        self._ask(self)

    def done(self) -> bool:
        """Tell whether nobody waits for it."""
        return self._resume is None

    def begin(self) -> None:
        """Let the actor run, unless it was cancelled meanwhile; no task may be running."""
        resume, context = self._resume, self._context
        if resume is not None and context is not None:
            self._resume = None
            context.run(resume, self)

    # What a task asks of the future for which it waits.

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop that deals it."""
        return self._loop

    def add_done_callback(self, resume: Resume, *, context: Context) -> None:
        """Take what goes on with the task, and the context in which to call it."""
        self._resume, self._context = resume, context

    def result(self) -> None:
        """Let the task go on.

        Raises:
            CancelledError: the waiting was cancelled.
        """
        if self._is_cancelled:
            self._is_cancelled = False
            raise asyncio.CancelledError

    def cancel(self, msg: object = None) -> bool:
        """End the waiting: the task runs as soon as any cancelled one does, whatever is dealt."""
        resume, self._resume = self._resume, None
        if resume is None:
            return False
        self._is_cancelled = True
        self._loop.call_soon(resume, self, context=self._context)
        return True
