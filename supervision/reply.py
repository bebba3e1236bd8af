"""The answer to one asked message, on its way back to whoever awaits it.

A reply may be set from any thread and more than once: the first answer counts, and an answer
that nobody awaits any more (the deadline passed, the asker was cancelled) is forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import get_ident
from typing import Any, Generic, Protocol, TypeVar

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)


class Reply(Protocol[R_contra]):
    """Where a handler's answer goes; `Actor.defer` hands it out."""

    def set(self, value: R_contra, /) -> None:
        """Answer with a value."""
        ...

    def fail(self, error: BaseException, /) -> None:
        """Answer with an error."""
        ...

    def done(self) -> bool:
        """Tell whether an answer is no longer awaited."""
        ...


class LoopReply(Generic[R]):
    """A reply that is awaited on the event loop which made it."""

    __slots__ = ("_future", "_thread")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._future: asyncio.Future[R] = loop.create_future()
        self._thread = get_ident()

    def set(self, value: R, /) -> None:
        """Answer with a value."""
        if get_ident() == self._thread:
            if not self._future.done():
                self._future.set_result(value)
        else:
            self._post(self._future.set_result, value)

    def fail(self, error: BaseException, /) -> None:
        """Answer with an error."""
        if get_ident() == self._thread:
            if not self._future.done():
                self._future.set_exception(error)
        else:
            self._post(self._future.set_exception, error)

    def done(self) -> bool:
        """Tell whether an answer is no longer awaited."""
        return self._future.done()

    async def within(self, timeout_s: float, error: Callable[[], BaseException]) -> R:
        """Await the answer, or fail with the error once the time is over."""
        future = self._future
        timer = future.get_loop().call_later(timeout_s, _expire, future, error)
        try:
            return await future
        finally:
            timer.cancel()

    async def wait(self) -> R:
        """Await the answer however long it takes."""
        return await self._future

    def _post(self, setter: Callable[[Any], None], outcome: object) -> None:
        loop = self._future.get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, self._future, setter, outcome)


class Ask(LoopReply[R]):
    """An asked message in its mailbox: the message together with its reply."""

    __slots__ = ("message",)

    def __init__(self, message: object, loop: asyncio.AbstractEventLoop) -> None:
        self._future = loop.create_future()
        self._thread = get_ident()
        self.message = message


def _settle(
    future: asyncio.Future[Any],
    setter: Callable[[Any], None],
    outcome: object,
) -> None:
    if not future.done():
        setter(outcome)


def _expire(future: asyncio.Future[Any], error: Callable[[], BaseException]) -> None:
    if not future.done():
        future.set_exception(error())
