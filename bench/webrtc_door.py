"""What WebRTC adds to a call: an echo there and back, and whole turns at the caller's ear.

Both ends are this transport's own, on one machine over 127.0.0.1, in real time. First a click that
a bare line plays back as soon as it hears it. Then turns of a scripted agent with 150 ms of vendors
and a detector that is sure: what they take beyond the same turns over a line inside the program
(`bench/latency.py`) is what the door adds. Run: `python bench/webrtc_door.py [clicks] [turns]`.
"""

import asyncio
import logging
import statistics
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import numpy as np
import structlog

from actors.arrivals import AudioIn
from actors.ports import Line
from actors.reports import Report
from providers.scripted_ears import ScriptedTurnDetector, ScriptedVAD
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS
from runtime.agent import Agent
from runtime.cli.loops import run
from runtime.services import WorkerServices
from runtime.worker import Worker
from supervision.address import Address
from transports.webrtc.config import WebRtcConfig
from transports.webrtc.offer import Description
from transports.webrtc.opus import FRAME_BYTES, FRAME_SAMPLES, RATE_HZ
from transports.webrtc.peer import Peer, open_peer
from transports.webrtc.transport import WebRtcTransport

CLICKS, TURNS = 60, 12
ECHO_BOUND_MS = 60.0
LOUD = 2000
FRAME_S = 0.02
TONE = (8192 * np.sin(np.arange(RATE_HZ) * (2 * np.pi * 400 / RATE_HZ))).astype(np.int16).tobytes()
"""A second of it."""


class Person:
    """The far end: speaks in frames of 20 ms, and knows when it hears something loud."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._heard: asyncio.Future[float] | None = None
        self.clock = asyncio.get_running_loop().time

    async def listen(self) -> None:
        """Hear until the call ends."""
        async for one in self._peer.incoming():
            if isinstance(one, AudioIn) and self._heard is not None and is_loud(one.pcm):
                self._heard.set_result(self.clock())
                self._heard = None

    async def speak(self, pcm: bytes) -> float:
        """Say this and return when its last frame was handed in."""
        due_s = self.clock()
        for start in range(0, len(pcm), FRAME_BYTES):
            await asyncio.sleep(due_s - self.clock())
            self._peer.play(pcm[start : start + FRAME_BYTES])
            due_s += FRAME_S
        return self.clock()

    async def hears(self) -> float:
        """Return when something loud is heard from now on."""
        self._heard = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(10.0):
            return await self._heard


def is_loud(pcm: bytes) -> bool:
    """Whether this is no silence."""
    return bool(np.abs(np.frombuffer(pcm, np.int16)).max(initial=0) > LOUD)


@asynccontextmanager
async def person(transport: WebRtcTransport) -> AsyncGenerator[Person]:
    """Call this transport as a browser does."""
    async with open_peer(WebRtcConfig(), is_local=True) as peer:
        answer = await transport.answer(await peer.offer())
        await peer.accept(Description.of(answer))
        await peer.connected()
        caller = Person(peer)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(caller.listen())
            yield caller
            listening.cancel()


async def echo(line: Line) -> None:
    """Play back what is heard, as an agent does: nothing while nobody speaks."""
    async for arrival in line.arrivals():
        if isinstance(arrival, AudioIn) and is_loud(arrival.pcm):
            line.play(np.frombuffer(arrival.pcm, np.int16).repeat(3).tobytes())


async def echoes_ms(clicks: int) -> list[float]:
    """Return how long each click took there and back."""
    transport, took = WebRtcTransport(), list[float]()
    click = TONE[:FRAME_BYTES]
    async with (
        transport.open(WorkerServices(Address("engines"))) as line,
        asyncio.TaskGroup() as tasks,
    ):
        echoing = tasks.create_task(echo(line))
        async with person(transport) as caller:
            await asyncio.sleep(0.5)
            for number in range(clicks):
                await asyncio.sleep(0.2 + 0.007 * number % FRAME_S)
                said_s = await caller.speak(click)
                took.append((await caller.hears() - said_s) * 1000)
        echoing.cancel()
    return took


async def turns_ms(turns: int) -> list[float]:
    """Return how long the caller waited for each answer."""
    transport, waited, finished = WebRtcTransport(), list[float](), asyncio.Event()

    def hear(report: Report) -> None:
        if report.name == "agent_speech_finished":
            finished.set()

    async with Worker(scripted()) as worker:
        await worker.subscribe(hear)
        job = await worker.open_room("bench", transport)
        async with person(transport) as caller:
            await asyncio.sleep(0.5)
            for number in range(turns):
                finished.clear()
                await asyncio.sleep(0.4 + 0.007 * number % FRAME_S)
                said_s = await caller.speak(TONE[: 50 * FRAME_SAMPLES * 2])
                waited.append((await caller.hears() - said_s) * 1000)
                await asyncio.wait_for(finished.wait(), 10.0)
        await job.close("done")
    return waited


def scripted() -> Agent:
    """Return an agent whose vendors take 150 ms in all, and whose detector is sure."""
    agent = Agent()
    agent.vad = ScriptedVAD(min_silence_ms=20)
    agent.stt = ScriptedSTT(utterances=["two nights please"], delay_s=0.0, afterwards="last")
    agent.llm = ScriptedLLM(replies=["We have three rooms free."], first_s=0.1)
    agent.tts = ScriptedTTS(first_s=0.05, word_ms=200)
    agent.turn_detector = ScriptedTurnDetector(scores=[0.97])
    return agent


def main() -> None:
    """Print the table and fail if a bound does not hold."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    given = [int(text) for text in sys.argv[1:]]
    clicks, turns = [*given, CLICKS, TURNS][:2] if len(given) != 1 else (given[0], TURNS)
    rows = {
        "an echo, there and back": (run(echoes_ms(clicks)), ECHO_BOUND_MS),
        "end of speech -> first audio": (run(turns_ms(turns)), None),
    }
    print("| over WebRTC | times | median ms | p95 ms | worst ms | holds if median |")
    print("|---|---|---|---|---|---|")
    missed = False
    for name, (took, bound_ms) in rows.items():
        median, p95 = statistics.median(took), float(np.percentile(took, 95))
        missed = missed or (bound_ms is not None and median > bound_ms)
        bound = "" if bound_ms is None else f"<= {bound_ms:.0f}"
        print(f"| {name} | {len(took)} | {median:.0f} | {p95:.0f} | {max(took):.0f} | {bound} |")
    if missed:
        sys.exit("missed")


if __name__ == "__main__":
    main()
