"""How soon a crashed actor's replacement has handled its first message.

Measured against what it takes at least: to start an actor that nobody supervises and let it
handle its first message. Rounds are interleaved and each ratio is taken within its round, since
the absolute numbers of a shared machine drift. Crashes are not logged here: rendering a traceback
costs more than everything else. Run: `python bench/restart.py [asyncio|uvloop]`.
"""

import asyncio
import gc
import logging
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
import uvloop

from supervision.actor import Actor
from supervision.address import Address
from supervision.launch import start
from supervision.spec import ChildSpec, Intensity, Strategy, SupervisorSpec
from supervision.supervisor import run_tree

ROUNDS = 15
TIMES = 100
PAUSE_S = 0.001  # crashes come alone: caches are cold for both
BOUND = 2.0


@dataclass(slots=True)
class Crash:
    """Crashes the actor once; the replacement handles it in peace."""

    is_over: bool = False


class Stage(Actor):
    """Crashes on demand and says when it has handled a message."""

    def __init__(self, handled: Callable[[], None]) -> None:
        super().__init__()
        self.handled = handled

    def on_receive(self, message: object) -> None:
        """Crash or say that the message has arrived."""
        if isinstance(message, Crash):
            if not message.is_over:
                message.is_over = True
                raise RuntimeError
        else:
            self.handled()


class Arrival:
    """Waits for one message to be handled."""

    def __init__(self) -> None:
        self.done = asyncio.get_running_loop().create_future()

    def handled(self) -> None:
        """Note the arrival."""
        self.done.set_result(time.perf_counter())

    async def since(self, began_s: float) -> float:
        """Return how long it took, in microseconds, and get ready for the next one."""
        ended_s = await self.done
        self.done = asyncio.get_running_loop().create_future()
        return (ended_s - began_s) * 1e6


async def spawn_and_handle() -> list[float]:
    """Start an unsupervised actor and tell it something, many times."""
    arrival = Arrival()
    took_us: list[float] = []
    for _ in range(TIMES):
        began_s = time.perf_counter()
        address = await start(lambda: Stage(arrival.handled))
        address.tell("first")
        took_us.append(await arrival.since(began_s))
        await address.stop(timeout_s=1)
        await asyncio.sleep(PAUSE_S)
    return took_us


async def crash_and_handle(siblings: int, others: int, strategy: Strategy) -> list[float]:
    """Crash the middle one of so many siblings and tell it something, many times."""
    arrival = Arrival()
    addresses = [Address[object](f"stage {n}") for n in range(siblings)]
    children = tuple(
        ChildSpec(id=str(n), start=lambda: Stage(arrival.handled), address=addresses[n])
        for n in range(siblings)
    )
    often = Intensity(max_restarts=TIMES, within_s=0.01)
    spec = SupervisorSpec(children=children, strategy=strategy, intensity=often)
    bystanders = [await start(lambda: Stage(arrival.handled)) for _ in range(others)]
    took_us: list[float] = []
    async with run_tree(spec):
        for _ in range(TIMES):
            began_s = time.perf_counter()
            addresses[siblings // 2].tell(Crash())
            addresses[siblings // 2].tell("first")
            took_us.append(await arrival.since(began_s))
            await asyncio.sleep(PAUSE_S)
    for bystander in bystanders:
        await bystander.stop(timeout_s=5)
    return took_us


CASES = {
    "one_for_one, 1 child": (1, 0, Strategy.ONE_FOR_ONE),
    "one_for_one, 10 children, 1000 other actors": (10, 1000, Strategy.ONE_FOR_ONE),
    "rest_for_one, 10 children, 5 restarted": (10, 0, Strategy.REST_FOR_ONE),
    "one_for_all, 10 children": (10, 0, Strategy.ONE_FOR_ALL),
}


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of them lies."""
    return sorted(values)[int(len(values) * share)]


async def measure() -> dict[str, list[list[float]]]:
    """Return the microseconds of each case, round by round."""
    results: dict[str, list[list[float]]] = {"spawn": []} | {name: [] for name in CASES}
    for _ in range(ROUNDS):
        gc.collect()
        results["spawn"].append(await spawn_and_handle())
        for name, case in CASES.items():
            results[name].append(await crash_and_handle(*case))
    return results


def main() -> None:
    """Print the table and fail if the bound does not hold."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "uvloop"
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    factory = uvloop.new_event_loop if kind == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        results = runner.run(measure())
    spawn = results["spawn"]
    print(f"loop {kind}, {ROUNDS} rounds of {TIMES}, medians of the rounds")
    print("| crash -> first message handled | p50 us | p99 us | p50 / (spawn + first message) |")
    print("|---|---|---|---|")
    ratios: dict[str, float] = {}
    for name, rounds in results.items():
        p50 = statistics.median(statistics.median(took) for took in rounds)
        p99 = statistics.median(percentile(took, 0.99) for took in rounds)
        pairs = zip(rounds, spawn, strict=True)
        ratios[name] = statistics.median(
            statistics.median(took) / statistics.median(base) for took, base in pairs
        )
        print(f"| {name} | {p50:.0f} | {p99:.0f} | {ratios[name]:.2f} |")
    if ratios["one_for_one, 1 child"] > BOUND:
        sys.exit(f"missed: one_for_one, 1 child is above {BOUND}")


if __name__ == "__main__":
    main()
