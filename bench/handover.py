"""How long a reply is without a voice when one raises and another goes on, in real time.

Counted is the time from the exception to the first audio of the next voice, in a whole call: the
performer's end, the role, the track that takes back the half word, the order to the next voice.
Once the understudy has to be opened first, once it is up. A bare call is two generators and an
``except``: what it would take without anybody who watches, cuts or reports. Nothing is logged:
rendering a traceback takes longer than all the rest.
"""

import asyncio
import logging
import statistics
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from actors.ports import Services, TextToSpeech
from actors.vendor import ProviderError, SpeechChunk, SpeechPcm, SpeechRequest
from providers.scripted_tts import tone
from runtime.agent import Agent
from runtime.cli.loops import run
from runtime.worker import Worker
from transports.loopback import LoopbackCaller, LoopbackTransport

ROUNDS = 15
BOUND_MS = 2.0
RATE_HZ = 16_000
CHUNK = tone(RATE_HZ, 60)
CHUNKS = 20
BREAKS_AFTER = 8
BACK_AGAIN_S = 1.5
"""A voice that fell once is up again by then."""


@dataclass(slots=True)
class Stamps:
    """When the last voice raised, and how long it took until the next one gave audio."""

    raised_s: float | None = None
    waits_ms: list[float] = field(default_factory=list[float])
    to_raise: int = 0

    def gives(self) -> None:
        """Note audio: the first one after an exception counts."""
        if self.raised_s is not None:
            self.waits_ms.append((time.perf_counter() - self.raised_s) * 1000)
            self.raised_s = None


@dataclass(frozen=True, slots=True)
class Breaking:
    """A voice that breaks off in the midst of a piece as long as the stamps say so."""

    name: str
    stamps: Stamps
    sample_rate_hz: int = RATE_HZ

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[TextToSpeech]:
        """Be ready."""
        yield self

    async def synthesize(self, request: SpeechRequest) -> AsyncGenerator[SpeechChunk]:
        """Give audio, and raise if it is time to."""
        breaks = self.stamps.to_raise > 0 and not request.is_probe
        self.stamps.to_raise -= breaks
        for at in range(CHUNKS):
            if breaks and at == BREAKS_AFTER:
                self.stamps.raised_s = time.perf_counter()
                raise ProviderError("it broke off")
            if not request.is_probe:
                self.stamps.gives()
            yield SpeechPcm(CHUNK)


async def calls() -> tuple[list[float], list[float]]:
    """Return the waits in ms for an understudy that has to be opened, and for one that is up."""
    stamps = Stamps()
    agent = Agent()
    agent.tts = [Breaking("first", stamps), Breaking("second", stamps)]
    async with Worker(agent) as worker:
        for number in range(ROUNDS):
            caller = LoopbackCaller()
            job = await worker.open_room(f"bench{number}", LoopbackTransport(caller))
            await asyncio.sleep(0.2)
            for _ in range(2):
                stamps.to_raise = 1
                job.session.say("One two three four.")
                await asyncio.sleep(BACK_AGAIN_S)
            caller.hang_up()
    return stamps.waits_ms[::2], stamps.waits_ms[1::2]


async def bare_calls() -> list[float]:
    """Return the same waits for two generators and an ``except``."""
    stamps = Stamps()
    first, second = Breaking("first", stamps), Breaking("second", stamps)
    request = SpeechRequest("One two three four.")
    for _ in range(ROUNDS):
        stamps.to_raise = 1
        try:
            async for _chunk in first.synthesize(request):
                await asyncio.sleep(0)
        except ProviderError:
            async for _chunk in second.synthesize(request):
                await asyncio.sleep(0)
    return stamps.waits_ms


async def measure() -> tuple[list[float], list[float], list[float]]:
    """Return the waits of bare calls, with an understudy to be opened, and with a warm one."""
    bare = await bare_calls()
    opened, warm = await calls()
    return bare, opened, warm


def main() -> int:
    """Print the figures; exit with 1 if the bound is missed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    bare, opened, warm = run(measure(), fast=False)
    print("| exception -> next voice's first audio | changes | median ms | worst ms | / bare |")
    print("|---|---|---|---|---|")
    per = statistics.median(bare)
    for name, waits in (("bare", bare), ("to be opened", opened), ("warm", warm)):
        median = statistics.median(waits)
        figures = f"{median:.3f} | {max(waits):.3f} | {median / per:.0f}"
        print(f"| {name} | {len(waits)} | {figures} |")
    return 0 if statistics.median(warm) <= BOUND_MS else 1


if __name__ == "__main__":
    sys.exit(main())
