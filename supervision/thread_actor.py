"""An actor for blocking code: the same address, mail and hooks, but a thread of its own."""

from __future__ import annotations

import asyncio

from supervision.actor_base import ActorBase
from supervision.birth import Birth
from supervision.clock import LoopClock, MonotonicClock
from supervision.orphan import Orphan
from supervision.thread_incarnation import ThreadIncarnation


class ThreadActor(ActorBase):
    """An actor in a daemon thread; its hooks are plain functions and may block.

    An interrupt or a kill cannot stop blocking code: a long handler looks at `is_interrupted`,
    and one that never returns is abandoned and reported so.
    """

    _living_in_thread: ThreadIncarnation | None = None

    @property
    def is_interrupted(self) -> bool:
        """Tell a long handler that it should come to an end."""
        living = self._living_in_thread
        return living is not None and living.is_interrupted

    def incarnate(self, birth: Birth) -> None:
        """Begin to live in a new thread."""
        self._living_in_thread = ThreadIncarnation(self, birth)

    def _start_actor_loop(self) -> None:
        loop = asyncio._get_running_loop()  # noqa: SLF001 - public for event loops
        clock = MonotonicClock() if loop is None else LoopClock(loop)
        self.incarnate(self.pykka_birth(Orphan(), clock, loop))
