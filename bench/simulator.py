"""How fast calls are simulated: the real actors beside a bare chain of queues of equal length.

Calm calls of a fixed length, so that nothing but the machinery is measured: every frame of the
caller passes the real stages, on virtual time, in seeded turns. The chain passes the same frames
through as many tasks on bare queues, on virtual time. Rounds are interleaved and the ratio is taken
within a round; seconds are CPU time of this process. Run: `python bench/simulator.py`.
"""

import asyncio
import statistics
import sys
import time
from dataclasses import replace

from examples.front_desk import Main
from runtime.heap import settle
from runtime.testing.campaign import keep_quiet
from runtime.testing.plan import CallPlan
from runtime.testing.world import hold
from supervision.virtual_time import run

ROUNDS = 5
CALLS = 6
FRAME_S = 0.02
HAND_OVERS, ONE_LESS = 9, 0.3
"""Of 20 ms in these calls, counted, 8.7: 7.6 messages that actors handle (the caller's frame goes
to ingress, vad, its performer and back, stt and its performer; the agent's from the track to the
transport; what vendors give, and what is told of it), 1.0 input of the recogniser's feed, and 0.1
wait for an event. So three frames of ten pass one queue less."""
SPEAKING, GIVING = 38, 14
"""Of 100 frames the agent speaks in so many, and in so many a vendor gives words or a chunk of
sound, counted: a timer comes with each, beside that of the caller's frame."""
PER_SECOND_BOUND, CHAIN_BOUND = 3.0, 0.4


def simulated(first_seed: int) -> float:
    """Hold calls; return simulated minutes per CPU second."""
    call_s, cpu_s = 0.0, time.process_time()
    for seed in range(first_seed, first_seed + CALLS):
        plan = replace(CallPlan.of(seed, faults=False), understudies=False)
        call_s += hold(Main, plan).over_at_s
    return call_s / 60 / (time.process_time() - cpu_s)


async def chain(minutes: float) -> None:
    """Pass a frame every 20 ms through tasks on bare queues."""
    queues: list[asyncio.Queue[bytes]] = [asyncio.Queue() for _ in range(HAND_OVERS + 1)]

    async def stage(number: int) -> None:
        while True:
            queues[number + 1].put_nowait(await queues[number].get())

    async def pace_agent() -> None:
        while True:
            for _ in range(SPEAKING):
                await asyncio.sleep(FRAME_S)
            await asyncio.sleep((100 - SPEAKING) * FRAME_S)

    async def pace_vendors() -> None:
        while True:
            for _ in range(GIVING):
                await asyncio.sleep(100 / GIVING * FRAME_S)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(stage(number)) for number in range(HAND_OVERS)]
        tasks += [group.create_task(pace()) for pace in (pace_agent, pace_vendors)]
        for number in range(int(minutes * 60 / FRAME_S)):
            first = 1 if number % 10 < ONE_LESS * 10 else 0
            queues[first].put_nowait(bytes(640))
            await asyncio.sleep(FRAME_S)
            queues[-1].get_nowait()
        for task in tasks:
            task.cancel()


def bare(minutes: float) -> float:
    """Run the chain; return simulated minutes per CPU second."""
    cpu_s = time.process_time()
    run(chain(minutes))
    return minutes / (time.process_time() - cpu_s)


def main() -> None:
    """Print the table and fail if a bound does not hold."""
    keep_quiet()
    simulated(1)  # imports what is imported on first use
    bare(1.0)
    settle()
    rounds = [(simulated(1 + number), bare(4.0)) for number in range(ROUNDS)]
    calls, queues = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(call / queue for call, queue in rounds)
    print(f"{ROUNDS} rounds, medians; simulated minutes per CPU second")
    print("| calls, every frame through the real actors | bare queues | ratio |")
    print("|---|---|---|")
    print(
        f"| {calls:.2f} (>= {PER_SECOND_BOUND}) | {queues:.2f} | {ratio:.2f} (>= {CHAIN_BOUND}) |"
    )
    if calls < PER_SECOND_BOUND or ratio < CHAIN_BOUND:
        sys.exit("missed")


if __name__ == "__main__":
    main()
