"""Shared engines: blocking code with process-wide state, one thread of the worker for all rooms."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any

from actors.ports import Engine
from actors.vendor import FailureKind, ProviderError
from supervision.address import Address
from supervision.thread_actor import ThreadActor
from supervision.virtual_time import ExternalWork, external_work

MAX_WAITING = 4096
"""Results of one job that nobody has taken yet; more means that the reader is gone or hangs."""


@dataclass(slots=True)
class EngineJob:
    """One job and the way back to the room that wants it.

    Written by the engine's thread, read by the loop.
    """

    job: object
    loop: asyncio.AbstractEventLoop
    results: asyncio.Queue[object | None] = field(default_factory=asyncio.Queue[object | None])
    """Bounded by ``MAX_WAITING`` in `emit`; None is the end mark."""
    wanted: bool = True
    done: bool = False
    work: ExternalWork = field(init=False)
    """Simulated time waits for the engine's thread from the order to its end."""

    def __post_init__(self) -> None:
        """Begin to count as work outside the loop."""
        self.work = external_work(self.loop, label="engine")

    def emit(self, result: object) -> bool:
        """Hand out one result (on the engine's thread); False once nobody wants more."""
        if not self.wanted or self.results.qsize() > MAX_WAITING:
            return False
        self.loop.call_soon_threadsafe(self.results.put_nowait, result)
        return True

    def end(self) -> None:
        """Say that nothing follows, for whatever reason."""
        self.loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self.work.end()
        self.results.put_nowait(None)


class EngineActor(ThreadActor):
    """Runs one engine in a thread of its own; jobs come one after the other."""

    handler_deadline_s = 30.0

    def __init__(self, factory: Callable[[], Engine]) -> None:
        """Make the engine in the actor's thread, not here."""
        super().__init__()
        self._factory = factory
        self._engine: Engine | None = None

    def on_start(self) -> None:
        """Load the library."""
        self._engine = self._factory()

    def on_receive(self, message: EngineJob) -> None:
        """Run one job; what it raises ends this actor, but never leaves the room waiting."""
        if self._engine is None or not message.wanted:
            message.end()
            return
        try:
            self._engine.run(message.job, message.emit)
            message.done = True
        finally:
            message.end()

    def on_stop(self) -> None:
        """Let go of the library."""
        if self._engine is not None:
            self._engine.close()


@dataclass(frozen=True, slots=True)
class SharedEngine:
    """The rooms' way to an engine: satisfies `actors.ports.EngineClient`."""

    key: str
    address: Address[Any]

    @property
    def is_gone(self) -> bool:
        """Whether it has run and its supervisor has fallen with it: then it does not come back."""
        return self.address.incarnation > 0 and not self.address.is_running

    async def stream(self, job: object) -> AsyncGenerator[object, None]:
        """Run one job and yield its results; closing the iterator stops the engine at once.

        Raises:
            ProviderError: The engine is gone, or failed in the middle of the job.
        """
        if not self.address.is_running:
            raise ProviderError(f"the {self.key} engine is gone", kind=FailureKind.CRASH)
        order = EngineJob(job, asyncio.get_running_loop())
        self.address.tell(order)
        try:
            while (result := await order.results.get()) is not None:
                yield result
        finally:
            order.wanted = False
        if not order.done:
            raise ProviderError(f"the {self.key} engine failed", kind=FailureKind.CRASH)
