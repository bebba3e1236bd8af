"""Tasks that belong to one incarnation: they fail with it and it fails with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class OwnedTasks:
    """A set of running tasks; whoever owns it hears of each that fails."""

    __slots__ = ("_loop", "_on_failure", "_tasks")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_failure: Callable[[asyncio.Task[Any], BaseException], None],
    ) -> None:
        self._loop = loop
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def add(self, coro: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run a coroutine as a task of this set."""
        task = self._loop.create_task(coro, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._is_done)
        return task

    async def cancel(self) -> None:
        """Cancel all and wait until they have ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    def _is_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._on_failure(task, error)
