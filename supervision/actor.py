"""The default actor: it lives on an event loop and its hooks may be `async def`."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar, TypeVar

from supervision.actor_base import ActorBase
from supervision.birth import Birth
from supervision.clock import LoopClock
from supervision.errors import ActorDeadError
from supervision.loop_incarnation import LoopIncarnation
from supervision.orphan import Orphan

T = TypeVar("T")


class Actor(ActorBase):
    """An actor on the event loop; one message at a time, in a task of its own.

    A crash ends the incarnation, never the address: its supervisor starts the next one.
    """

    pykka_loop: ClassVar[asyncio.AbstractEventLoop | None] = None
    """Where Pykka's `start()` puts the actor when the calling thread runs no event loop."""

    _living_on_loop: LoopIncarnation | None = None

    def incarnate(self, birth: Birth) -> None:
        """Begin to live in a new task of the birth's loop."""
        self._living_on_loop = LoopIncarnation(self, birth)

    def spawn(self, coro: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Run a task that belongs to this incarnation.

        Its exception crashes the actor; it is cancelled when the incarnation ends, however that
        happens. Cancelling it oneself is fine.

        Raises:
            ActorDeadError: If the incarnation has ended.
        """
        if self._living_on_loop is None:
            coro.close()
            raise ActorDeadError("an actor has no tasks in __init__: use on_start")
        return self._living_on_loop.spawn(coro, name)

    def _start_actor_loop(self) -> None:
        running = asyncio._get_running_loop()  # noqa: SLF001 - public for event loops
        loop = running or self.pykka_loop
        if loop is None:
            raise RuntimeError("start() needs a running event loop, or pykka_loop on the class")
        birth = self.pykka_birth(Orphan(), LoopClock(loop), loop)
        if loop is running:
            self.incarnate(birth)
        else:
            loop.call_soon_threadsafe(self.incarnate, birth)
