"""The front desk once more, with a vendor in each slot that is broken on purpose, each in its way.

    runtime run examples.understudies:Main --input examples/audio/front_desk.wav \
        --output out/understudies.wav --events out/understudies.jsonl

The caller hears one speech that goes on. Events named ``provider_switched`` say who gave way.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from actors.ports import Services
from examples import front_desk


@dataclass(frozen=True)
class Broken:
    """Works like the provider in it up to result ``at``; a judgement of it is nonsense at once."""

    works: Any
    at: int
    hangs: bool = False
    name: str = "broken"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Any]:
        """Open the provider, and stand in front of it."""
        async with self.works.open(services) as vendor:
            yield _Broken(vendor, self)


class _Broken:
    def __init__(self, vendor: Any, how: Broken) -> None:
        self._vendor, self._how = vendor, how

    def __getattr__(self, name: str) -> Any:
        value: Any = getattr(self._vendor, name)
        return partial(self._stream, value) if callable(value) else value

    async def _stream(self, ask: Callable[[object], Any], job: object) -> AsyncGenerator[Any]:
        async with aclosing(ask(job)) as results:
            for _ in range(self._how.at):
                yield await anext(results)
            await asyncio.sleep(3600 if self._how.hangs else 0)
            raise ConnectionError("the vendor hung up")


class Main(front_desk.Main):
    """Answers the telephone, whatever breaks."""

    vad = (Broken(front_desk.Main.vad, at=0), front_desk.Main.vad)
    turn_detector = (Broken(front_desk.Main.turn_detector, at=0), front_desk.Main.turn_detector)
    stt = (Broken(front_desk.Main.stt, at=1), front_desk.Main.stt)
    llm = (Broken(front_desk.Main.llm, at=2), front_desk.Main.llm)
    tts = (Broken(front_desk.Main.tts, at=3, hangs=True), front_desk.Main.tts)
