"""What the worker offers to open providers and transports (`actors.ports.Services`)."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from actors.ports import Engine, EngineClient
from runtime.engines import EngineActor, SharedEngine
from supervision.address import Address
from supervision.spec import ChildSpec
from supervision.supervisor import StartChild
from supervision.virtual_time import external_work

START_WITHIN_S = 10.0


@dataclass(slots=True)
class WorkerServices:
    """One per worker. Engines are started on first use, under the worker's own supervisor."""

    engines: Address[Any]
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    _running: dict[str, SharedEngine] = field(default_factory=dict[str, SharedEngine])
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def engine(self, key: str, factory: Callable[[], Engine]) -> EngineClient:
        """Return the worker's one engine of that key; two rooms that ask at once share it."""
        async with self._starting:  # who comes second waits until it runs
            found = self._running.get(key)
            if found is None or found.is_gone:
                found = SharedEngine(key, Address(key))
                spec = ChildSpec(id=key, start=lambda: EngineActor(factory), address=found.address)
                await self.engines.ask(StartChild(spec), timeout_s=START_WITHIN_S)
                self._running[key] = found
        return found

    def secret(self, name: str) -> str | None:
        """Look up a key that the worker was given."""
        return self.secrets.get(name)

    def external_work(self) -> AbstractContextManager[object]:
        """Mark work outside the event loop, so that simulated time waits for it."""
        return external_work()
