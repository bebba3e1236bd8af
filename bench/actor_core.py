"""What an actor costs: tell, ask and idle memory, as ratios to a bare queue and to Pykka's threads.

Rounds are interleaved and every ratio is taken within a round, since the absolute numbers of a
shared machine drift. Run: `python bench/actor_core.py [asyncio|uvloop]`.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import pykka
import uvloop

from supervision import Actor, Address, Lane, MailboxLimits, Overflow, Request, message, start

ROUNDS = 7
TELLS, BURST = 100_000, 1_000
ASKS, WARM_UP = 4_000, 400
IDLE = 10_000
PAYLOAD = bytes(640)


@message(lane=Lane.MEDIA, overflow=Overflow.REFUSE)
@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of telephone audio."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Ping(Request[int]):
    """Asks for a number."""

    number: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What one system did in one round."""

    tell_per_s: float
    ask_us: float


class Counting:
    """Notices when a burst has been handled."""

    def __init__(self) -> None:
        self.missing = BURST
        self.handled: Callable[[], None] | None = None

    def see(self) -> None:
        """Count one frame."""
        self.missing -= 1
        if not self.missing and self.handled is not None:
            self.missing = BURST
            self.handled()


class Sync(Actor):
    """Handles frames in a plain function."""

    def __init__(self, counting: Counting) -> None:
        super().__init__()
        self.counting = counting

    def on_receive(self, message: Any) -> Any:
        """Count a frame or answer a ping."""
        if type(message) is Ping:
            return message.number
        self.counting.see()
        return None


class Async(Sync):
    """Handles frames in a coroutine that never waits."""

    async def on_receive(self, message: Any) -> Any:
        """Count a frame or answer a ping."""
        if type(message) is Ping:
            return message.number
        self.counting.see()
        return None


class Threaded(pykka.ThreadingActor):
    """Pykka's own actor."""

    def __init__(self, counting: Counting) -> None:
        super().__init__()
        self.counting = counting

    def on_receive(self, message: Any) -> Any:
        """Count a frame or answer a ping."""
        if type(message) is Ping:
            return message.number
        self.counting.see()
        return None


Item = Frame | tuple[Ping, asyncio.Future[int]]


async def consume(queue: asyncio.Queue[Item], counting: Counting) -> None:
    """Be the bare queue's consumer: count frames, answer pings."""
    while True:
        item = await queue.get()
        if isinstance(item, tuple):
            item[1].set_result(item[0].number)
        else:
            counting.see()


def announce(handled: asyncio.Future[None]) -> None:
    """Let the teller go on, from whatever thread the consumer is on."""
    handled.get_loop().call_soon_threadsafe(handled.set_result, None)


async def all_frames(counting: Counting, put: Callable[[Frame], None]) -> float:
    """Return how many frames per second get through, told in bursts."""
    loop = asyncio.get_running_loop()
    frame = Frame(PAYLOAD)
    began = time.perf_counter()
    for _ in range(TELLS // BURST):
        handled: asyncio.Future[None] = loop.create_future()
        counting.handled = partial(announce, handled)
        for _ in range(BURST):
            put(frame)
        await handled
    return TELLS / (time.perf_counter() - began)


async def all_pings(ask: Callable[[Ping], Awaitable[int]]) -> float:
    """Return the median round trip in microseconds."""
    times: list[float] = []
    for number in range(WARM_UP + ASKS):
        began = time.perf_counter()
        await ask(Ping(number))
        times.append(time.perf_counter() - began)
    return statistics.median(times[WARM_UP:]) * 1e6


async def measure_queue() -> Figures:
    """Measure a bare queue and its task."""
    counting, queue = Counting(), asyncio.Queue[Item](BURST)
    loop = asyncio.get_running_loop()
    task = loop.create_task(consume(queue, counting))

    async def ask(ping: Ping) -> int:
        reply: asyncio.Future[int] = loop.create_future()
        queue.put_nowait((ping, reply))
        return await reply

    figures = Figures(await all_frames(counting, queue.put_nowait), await all_pings(ask))
    task.cancel()
    return figures


async def measure_actor(kind: type[Sync]) -> Figures:
    """Measure one of our actors."""
    counting = Counting()
    address: Address[Any] = Address("actor", limits=MailboxLimits(media=BURST))
    await start(lambda: kind(counting), address=address)
    tell_per_s = await all_frames(counting, address.tell)
    ask_us = await all_pings(lambda ping: address.ask(ping, timeout_s=5.0))
    await address.stop(timeout_s=5.0)
    return Figures(tell_per_s, ask_us)


async def measure_thread() -> Figures:
    """Measure Pykka's own actor; its asks block, so nothing else can run meanwhile."""
    counting = Counting()
    ref = Threaded.start(counting)

    async def ask(ping: Ping) -> int:
        return cast("int", ref.ask(ping))

    figures = Figures(await all_frames(counting, ref.tell), await all_pings(ask))
    ref.stop()
    return figures


SYSTEMS: dict[str, Callable[[], Coroutine[Any, Any, Figures]]] = {
    "queue + task": measure_queue,
    "Actor, plain handler": lambda: measure_actor(Sync),
    "Actor, async handler": lambda: measure_actor(Async),
    "Pykka ThreadingActor": measure_thread,
}


async def throughput() -> dict[str, list[Figures]]:
    """Measure all systems, round by round."""
    rounds: dict[str, list[Figures]] = {name: [] for name in SYSTEMS}
    for _ in range(ROUNDS):
        for name, measure in SYSTEMS.items():
            gc.collect()
            rounds[name].append(await measure())
    return rounds


class Idle(Actor):
    """Waits for mail that never comes."""


async def idle_kib(kind: str) -> float:
    """Return the resident memory of one idle actor, or queue and task, among many."""
    loop = asyncio.get_running_loop()
    kept: list[object] = []

    async def make() -> object:
        if kind == "actor":
            return await start(Idle)
        queue = asyncio.Queue[Item](BURST)
        return queue, loop.create_task(consume(queue, Counting()))

    before = 0
    for number in range(IDLE + WARM_UP):
        if number == WARM_UP:
            gc.collect()
            before = resident_bytes()
        kept.append(await make())
    await asyncio.sleep(0)
    gc.collect()
    return (resident_bytes() - before) / IDLE / 1024


def resident_bytes() -> int:
    """Return how much memory this process has (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def memory(kind: str, loop_name: str) -> float:
    """Measure idle memory in a fresh process."""
    command = [sys.executable, __file__, loop_name, kind]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603


def ratio(ours: Sequence[float], base: Sequence[float]) -> float:
    """Return the median of the ratios within the rounds."""
    return statistics.median(own / other for own, other in zip(ours, base, strict=True))


def report(loop_name: str, rounds: dict[str, list[Figures]]) -> None:
    """Print the table."""
    queue, thread = rounds["queue + task"], rounds["Pykka ThreadingActor"]
    print(f"loop: {loop_name}, {ROUNDS} interleaved rounds, medians; x = ratio within a round")
    print(f"{'':22}{'tell/s':>10}{'x queue':>9}{'x thread':>9}{'ask p50 us':>12}{'x queue':>9}")
    for name, own in rounds.items():
        tells = [figures.tell_per_s for figures in own]
        asks = [figures.ask_us for figures in own]
        print(
            f"{name:22}{statistics.median(tells):10,.0f}"
            f"{ratio(tells, [figures.tell_per_s for figures in queue]):9.2f}"
            f"{ratio(tells, [figures.tell_per_s for figures in thread]):9.2f}"
            f"{statistics.median(asks):12.1f}"
            f"{ratio(asks, [figures.ask_us for figures in queue]):9.2f}"
        )
    actor, bare = memory("actor", loop_name), memory("queue", loop_name)
    print(
        f"idle at {IDLE:,}: actor {actor:.2f} KiB, queue + task {bare:.2f} KiB,"
        f" x {actor / bare:.2f}"
    )


def main() -> None:
    """Run as the command line says; without arguments, on both loops."""
    runners = {"asyncio": asyncio.run, "uvloop": uvloop.run}
    match sys.argv[1:]:
        case [loop_name, kind]:
            print(runners[loop_name](idle_kib(kind)))
            sys.stdout.flush()
            os._exit(0)  # ten thousand idle actors need no farewell
        case chosen:
            for loop_name in chosen or runners:
                report(loop_name, runners[loop_name](throughput()))


if __name__ == "__main__":
    main()
