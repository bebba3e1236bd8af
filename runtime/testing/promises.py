"""What a test was handed to await: a line without its ``await`` would prove nothing, and pass."""

import functools
import inspect
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Promise:
    """A coroutine that a method handed out, and the line that asked for it."""

    coroutine: Coroutine[Any, Any, Any]
    method: str
    line: int

    @property
    def is_open(self) -> bool:
        """Whether nobody has awaited it yet."""
        return inspect.getcoroutinestate(self.coroutine) == inspect.CORO_CREATED


@dataclass(slots=True)
class Promises:
    """Those of one call that may still be open."""

    _given: list[Promise] = field(default_factory=list[Promise])

    def give(self, promise: Promise) -> None:
        """Keep it until it is awaited."""
        self._given = [given for given in self._given if given.is_open]
        self._given.append(promise)

    def forgotten(self) -> str | None:
        """Say where an ``await`` is missing, and close what waits for it; None: nowhere."""
        left = [promise for promise in self._given if promise.is_open]
        for promise in left:
            promise.coroutine.close()
        where = ", ".join(f"{promise.method} (line {promise.line})" for promise in left)
        return f"`await` is missing before {where}" if left else None


class Promising(Protocol):
    """Whoever has methods that are `to_await`."""

    @property
    def promises(self) -> Promises:
        """Where they are kept."""
        ...


PromisingT = TypeVar("PromisingT", bound=Promising)


def to_await(
    method: Callable[Concatenate[PromisingT, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[PromisingT, P], Coroutine[Any, Any, R]]:
    """Make a method note what it hands out, so that a forgotten ``await`` is found."""

    @functools.wraps(method)
    def hand_out(self: PromisingT, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R]:
        coroutine = method(self, *args, **kwargs)
        frame = inspect.currentframe()
        caller = frame.f_back if frame is not None else None
        line = caller.f_lineno if caller is not None else 0
        self.promises.give(Promise(coroutine, method.__name__, line))
        return coroutine

    return hand_out
