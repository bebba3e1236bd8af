"""What the worker offers, as small as it can be: one thread per engine, secrets from a dict."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from actors.ports import Engine, EngineClient
from supervision.virtual_time import external_work


class FakeServices:
    def __init__(self, secrets: dict[str, str] | None = None) -> None:
        self.engines: dict[str, tuple[Engine, ThreadPoolExecutor]] = {}
        self.open_work = 0
        self._secrets = secrets or {}

    async def engine(self, key: str, factory: Callable[[], Engine]) -> EngineClient:
        if key not in self.engines:
            self.engines[key] = (factory(), ThreadPoolExecutor(1))
        return _Client(*self.engines[key])

    def secret(self, name: str) -> str | None:
        return self._secrets.get(name)

    def external_work(self) -> AbstractContextManager[object]:
        return _CountedWork(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        for engine, thread in self.engines.values():
            thread.submit(engine.close).result()
            thread.shutdown()


class _CountedWork(AbstractContextManager[object]):
    def __init__(self, services: FakeServices) -> None:
        self._services = services
        self._work = external_work()
        services.open_work += 1

    def __exit__(self, *_: object) -> None:
        self._services.open_work -= 1
        self._work.end()


class _Client:
    def __init__(self, engine: Engine, thread: ThreadPoolExecutor) -> None:
        self._engine = engine
        self._thread = thread

    async def stream(self, job: object) -> AsyncGenerator[object]:
        loop = asyncio.get_running_loop()
        results: asyncio.Queue[object] = asyncio.Queue()
        wanted = True
        done = object()

        def emit(result: object) -> bool:
            loop.call_soon_threadsafe(results.put_nowait, result)
            return wanted

        running = loop.run_in_executor(self._thread, self._engine.run, job, emit)
        running.add_done_callback(lambda _: results.put_nowait(done))
        try:
            while (result := await results.get()) is not done:
                yield result
            await running
        finally:
            wanted = False
            await asyncio.wait([running])
