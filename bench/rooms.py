"""100 rooms of 10 stages at 50 frames a second: actors beside a bare chain of queues.

Each frame passes all stages of its room; each stage stamps it and passes it on. CPU time counts
everything in the process: sources, stamps, statistics. Rounds are interleaved and each ratio is
taken within its round. Run: `python bench/rooms.py [asyncio|uvloop] [rooms]`.
"""

import asyncio
import contextlib
import gc
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvloop

from supervision.actor import Actor
from supervision.address import Address
from supervision.launch import start
from supervision.messages import Lane, Overflow, message

ROOMS = 100
STAGES = 10
FRAME_S = 0.02
LASTS_S = 2.0
ROUNDS = 9
CPU_BOUND, P99_BOUND = 1.15, 2.0


@message(lane=Lane.MEDIA, overflow=Overflow.DROP_OLDEST)
@dataclass(slots=True)
class Frame:
    """20 ms of telephone audio, with the time at which it was last passed on."""

    pcm: bytes
    sent_s: float


PCM = bytes(640)
Put = Callable[[Frame], None]


class Hop(Actor):
    """A stage that passes frames on to the next one."""

    def __init__(self, hops_s: list[float], successor: Address[Frame] | None) -> None:
        super().__init__()
        self.note = hops_s.append
        self.successor = successor

    def on_receive(self, message: Frame) -> None:
        """Stamp the frame and pass it on."""
        now_s = time.perf_counter()
        self.note(now_s - message.sent_s)
        message.sent_s = now_s
        if self.successor is not None:
            self.successor.tell(message)


async def hop(
    queue: asyncio.Queue[Frame], hops_s: list[float], successor: asyncio.Queue[Frame] | None
) -> None:
    """Do the same on a bare queue."""
    note = hops_s.append
    while True:
        frame = await queue.get()
        now_s = time.perf_counter()
        note(now_s - frame.sent_s)
        frame.sent_s = now_s
        if successor is not None:
            successor.put_nowait(frame)


@asynccontextmanager
async def actor_rooms(rooms: int, hops_s: list[float]) -> AsyncGenerator[list[Put], None]:
    """Run the rooms as actors; the value is where each room's frames go in."""
    entries: list[Put] = []
    addresses: list[Address[Frame]] = []
    for _ in range(rooms):
        successor: Address[Frame] | None = None
        for _ in range(STAGES):
            successor = await start(lambda successor=successor: Hop(hops_s, successor))
            addresses.append(successor)
        assert successor is not None
        entries.append(successor.tell)
    yield entries
    for address in addresses:
        await address.stop(timeout_s=5)


@asynccontextmanager
async def queue_rooms(rooms: int, hops_s: list[float]) -> AsyncGenerator[list[Put], None]:
    """Run the rooms as bare queues with a task each."""
    entries: list[Put] = []
    async with contextlib.AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        tasks: list[asyncio.Task[None]] = []
        for _ in range(rooms):
            successor: asyncio.Queue[Frame] | None = None
            for _ in range(STAGES):
                queue: asyncio.Queue[Frame] = asyncio.Queue()
                tasks.append(group.create_task(hop(queue, hops_s, successor)))
                successor = queue
            assert successor is not None
            entries.append(successor.put_nowait)
        yield entries
        for task in tasks:
            task.cancel()


async def speak(put: Put, first_s: float, last_s: float) -> None:
    """Put a frame every 20 ms."""
    clock = asyncio.get_running_loop().time
    due_s = first_s
    while due_s < last_s:
        await asyncio.sleep(due_s - clock())
        put(Frame(PCM, time.perf_counter()))
        due_s += FRAME_S


@dataclass(frozen=True, slots=True)
class Result:
    """What one run cost."""

    cpu: float
    """Share of one core."""
    p50_ms: float
    p99_ms: float
    delivered: float
    """Share of the hops that happened."""


SYSTEMS = {"queues": queue_rooms, "actors": actor_rooms}


async def measure(system: str, rooms: int) -> Result:
    """Let all rooms speak for a while, out of step with each other."""
    hops_s: list[float] = []
    async with SYSTEMS[system](rooms, hops_s) as entries:
        await asyncio.sleep(0.2)
        gc.collect()
        gc.freeze()  # as the service does after it has started
        begin_s = asyncio.get_running_loop().time() + 0.1
        cpu_s = time.process_time()
        async with asyncio.TaskGroup() as speakers:
            for number, put in enumerate(entries):
                first_s = begin_s + FRAME_S * number / rooms
                speakers.create_task(speak(put, first_s, begin_s + LASTS_S))
        cpu_s = time.process_time() - cpu_s
        await asyncio.sleep(0.1)
        gc.unfreeze()
    expected = rooms * STAGES * LASTS_S / FRAME_S
    hops_s.sort()
    return Result(
        cpu=cpu_s / LASTS_S,
        p50_ms=hops_s[len(hops_s) // 2] * 1e3,
        p99_ms=hops_s[int(len(hops_s) * 0.99)] * 1e3,
        delivered=len(hops_s) / expected,
    )


async def measure_all(rooms: int) -> dict[str, list[Result]]:
    """Return the results of each system, round by round."""
    results: dict[str, list[Result]] = {name: [] for name in SYSTEMS}
    for number in range(ROUNDS):
        # Turn about: whoever comes second would profit, or suffer, from a drift.
        for name in sorted(SYSTEMS, reverse=number % 2 == 0):
            results[name].append(await measure(name, rooms))
    return results


def main() -> None:
    """Print the table and fail if a bound does not hold."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "uvloop"
    rooms = int(sys.argv[2]) if len(sys.argv) > 2 else ROOMS
    factory = uvloop.new_event_loop if kind == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        results = runner.run(measure_all(rooms))
    print(f"loop {kind}, {rooms} rooms x {STAGES} stages x 50 frames/s, {ROUNDS} rounds, medians")
    print("| | CPU of a core | hop p50 ms | hop p99 ms | hops delivered |")
    print("|---|---|---|---|---|")
    for name, runs in results.items():
        cpu = statistics.median(run.cpu for run in runs)
        p50_ms = statistics.median(run.p50_ms for run in runs)
        p99_ms = statistics.median(run.p99_ms for run in runs)
        delivered = min(run.delivered for run in runs)
        print(f"| {name} | {cpu:.1%} | {p50_ms:.3f} | {p99_ms:.3f} | {delivered:.1%} |")
    pairs = list(zip(results["actors"], results["queues"], strict=True))
    cpu = statistics.median(actors.cpu / queues.cpu for actors, queues in pairs)
    p99 = statistics.median(actors.p99_ms / queues.p99_ms for actors, queues in pairs)
    print(f"\nactors / queues: CPU {cpu:.2f} (<= {CPU_BOUND}), hop p99 {p99:.2f} (<= {P99_BOUND})")
    if cpu > CPU_BOUND or p99 > P99_BOUND:
        sys.exit("missed")


if __name__ == "__main__":
    main()
