"""A Pykka future that can be awaited without blocking the event loop.

Pykka's own `await future` is a blocking `get`. This one wakes the awaiting task instead; a plain
thread may still `get`, and a `get` on a loop's thread raises at once instead of deadlocking.
"""

from __future__ import annotations

import asyncio
import functools
import queue
import sys
from collections.abc import Callable, Generator, Iterable
from threading import Lock
from typing import Any, TypeVar, cast

import pykka

from supervision.errors import BlockingCallError
from supervision.pykka_compat import GetHookFunc, OptExcInfo

T = TypeVar("T")
J = TypeVar("J")
M = TypeVar("M")
R = TypeVar("R")

_CHANGING = Lock()  # held for a few instructions only, so one lock serves all futures


class _Pending:
    """The outcome of a future that has none."""


_PENDING = _Pending()


def refuse_on_loop(twin: str) -> None:
    """Raise if the calling thread runs an event loop.

    Args:
        twin: The awaitable call that does the same.

    Raises:
        BlockingCallError: On a loop's thread.
    """
    if asyncio._get_running_loop() is not None:  # noqa: SLF001 - public for event loops
        raise BlockingCallError(f"this call would block the event loop: use `{twin}`")


class AsyncFuture(pykka.Future[T]):
    """A value that is there now or later, for tasks of any loop and for plain threads."""

    def __init__(self) -> None:
        super().__init__()
        self._value: T | _Pending | None = _PENDING
        self._error: BaseException | None = None
        self._callbacks: list[Callable[[], None]] | None = None

    def done(self) -> bool:
        """Tell whether the value or an error is there."""
        return self._value is not _PENDING

    def set(self, value: T | None = None) -> None:
        """Set the value.

        Raises:
            queue.Full: If there is a value, an error or a get hook already.
        """
        self._settle(value, None)

    def fail(self, error: BaseException) -> None:
        """Set an error.

        Raises:
            queue.Full: If there is a value, an error or a get hook already.
        """
        self._settle(None, error)

    def set_exception(self, exc_info: OptExcInfo | None = None) -> None:
        """Set the error of an exception triple, by default the one being handled.

        Raises:
            queue.Full: If there is a value, an error or a get hook already.
        """
        kind, error, traceback = exc_info or sys.exc_info()
        if error is None:
            assert kind is not None, "there is no exception to set"
            error = kind()
        self._settle(None, error.with_traceback(traceback))

    def set_get_hook(self, func: GetHookFunc[T]) -> None:
        """Compute the value by a function of the timeout, at the first `get`.

        Raises:
            queue.Full: If there is a value or an error already.
        """
        if self.done():
            raise queue.Full
        super().set_get_hook(func)

    def get(self, *, timeout: float | None = None) -> T:
        """Return the value; a plain thread waits for it.

        Raises:
            BlockingCallError: On a loop's thread, if the value is not there yet.
            pykka.Timeout: If it does not come in time.
        """
        if self._get_hook is not None:
            return super().get(timeout=timeout)
        if not self.done():
            refuse_on_loop("await future")
            self._block(timeout)
        return self._outcome()

    def __await__(self) -> Generator[Any, None, T]:
        if self._get_hook is not None:
            return super().get()
        if not self.done():
            loop = asyncio.get_running_loop()
            arrival = loop.create_future()
            self.add_callback(functools.partial(_wake, loop, arrival))
            yield from arrival
        return self._outcome()

    __iter__ = __await__

    def add_callback(self, callback: Callable[[], None]) -> None:
        """Call back once the future is done, on the thread that sets it; at once if it is."""
        with _CHANGING:
            if not self.done():
                if self._callbacks is None:
                    self._callbacks = []
                self._callbacks.append(callback)
                return
        callback()

    def map(self, func: Callable[[T], M]) -> AsyncFuture[M]:
        """Return a future of the function's result for this value."""
        return DerivedFuture((self,), lambda values: func(values[0]))

    def filter(
        self: AsyncFuture[Iterable[J]],
        func: Callable[[J], bool],
    ) -> AsyncFuture[Iterable[J]]:
        """Return a future of those items of this value that pass the predicate."""
        return DerivedFuture((self,), lambda values: list(filter(func, values[0])))

    def join(self, *futures: pykka.Future[T]) -> AsyncFuture[Iterable[T]]:
        """Return a future of the list of all the values, this one first."""
        return DerivedFuture((self, *futures), list)

    def reduce(
        self: AsyncFuture[Iterable[J]],
        func: Callable[[R, J], R],
        *args: R,
    ) -> AsyncFuture[R]:
        """Return a future of the items of this value folded from the left."""
        reduce = cast("Callable[..., R]", functools.reduce)
        return DerivedFuture((self,), lambda values: reduce(func, values[0], *args))

    def _settle(self, value: T | None, error: BaseException | None) -> None:
        with _CHANGING:
            if self.done() or self._get_hook is not None:
                raise queue.Full
            self._error = error
            self._value = value
            callbacks, self._callbacks = self._callbacks, None
        for callback in callbacks or ():
            callback()

    def _block(self, timeout: float | None) -> None:
        latch = Lock()
        latch.acquire()
        self.add_callback(latch.release)
        if not latch.acquire(timeout=-1 if timeout is None else max(timeout, 0.0)):
            raise pykka.Timeout(f"{timeout} seconds")

    def _outcome(self) -> T:
        if self._error is not None:
            raise self._error
        return cast("T", self._value)


class DerivedFuture(AsyncFuture[T]):
    """A value computed from those of other futures, once, by whoever asks for it first."""

    def __init__(
        self,
        sources: tuple[pykka.Future[Any], ...],
        combine: Callable[[list[Any]], T],
    ) -> None:
        super().__init__()
        self._sources = sources
        self._combine = combine
        self.set_get_hook(self._compute)

    def __await__(self) -> Generator[Any, None, T]:
        values: list[Any] = []
        for source in self._sources:
            value = yield from source.__await__()
            values.append(value)
        return self.get()  # all sources are there: this does not block

    __iter__ = __await__

    def _compute(self, timeout: float | None) -> T:
        return self._combine([source.get(timeout=timeout) for source in self._sources])


def _wake(loop: asyncio.AbstractEventLoop, arrival: asyncio.Future[None]) -> None:
    if asyncio._get_running_loop() is loop:  # noqa: SLF001 - public for event loops
        _arrive(arrival)
    elif not loop.is_closed():
        loop.call_soon_threadsafe(_arrive, arrival)


def _arrive(arrival: asyncio.Future[None]) -> None:
    if not arrival.done():
        arrival.set_result(None)
