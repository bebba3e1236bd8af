"""Children crash, resist starting and dawdle at random; the laws of order and intensity hold."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.actor import Actor
from supervision.address import Address
from supervision.errors import RestartIntensityExceeded
from supervision.spec import Backoff, ChildSpec, Intensity, Strategy, SupervisorSpec
from supervision.supervision_events import ChildFailed, GaveUp, SupervisionEvent
from supervision.supervisor import run_tree
from supervision.virtual_time import run

GONE = {"down", "crashed", "failed"}

PACES_S = st.sampled_from([0.0, 0.05, 0.3])


@dataclass(frozen=True, slots=True)
class Part:
    """How one child behaves."""

    start_s: float
    stop_s: float
    bad_starts: frozenset[int]


@dataclass(frozen=True, slots=True)
class Play:
    """One random course of events."""

    strategy: Strategy
    parts: tuple[Part, ...]
    max_restarts: int
    within_s: float
    base_s: float
    blows: tuple[tuple[float, int], ...]
    """After how long which child is told to crash."""


PARTS = st.builds(
    Part,
    start_s=PACES_S,
    stop_s=PACES_S,
    bad_starts=st.frozensets(st.integers(min_value=2, max_value=6), max_size=3),
)


@st.composite
def plays(draw: st.DrawFn) -> Play:
    parts = tuple(draw(st.lists(PARTS, min_size=1, max_size=5)))
    who = st.integers(min_value=0, max_value=len(parts) - 1)
    pauses = st.sampled_from([0.0, 0.02, 0.1, 0.4, 2.0])
    return Play(
        strategy=draw(st.sampled_from(Strategy)),
        parts=parts,
        max_restarts=draw(st.integers(min_value=0, max_value=12)),
        within_s=draw(st.sampled_from([0.5, 3.0, 30.0])),
        base_s=draw(st.sampled_from([0.0, 0.1])),
        blows=tuple(draw(st.lists(st.tuples(pauses, who), max_size=8))),
    )


@dataclass(slots=True)
class Record:
    """What was seen: (what, child) in the order in which it happened, and failures by time."""

    seen: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    failures_s: list[float] = field(default_factory=list[float])
    has_given_up: bool = False

    def note(self, event: SupervisionEvent) -> None:
        if isinstance(event, ChildFailed):
            self.failures_s.append(asyncio.get_running_loop().time())
        self.has_given_up |= isinstance(event, GaveUp)


class Clumsy(Actor):
    """Plays its part."""

    def __init__(self, record: Record, number: int, part: Part, starts: list[int]) -> None:
        super().__init__()
        self.record = record
        self.number = number
        self.part = part
        self.starts = starts
        record.seen.append(("launched", number))

    async def on_start(self) -> None:
        await asyncio.sleep(self.part.start_s)
        self.starts[self.number] += 1
        if self.starts[self.number] in self.part.bad_starts:
            self.record.seen.append(("failed", self.number))
            raise RuntimeError("it does not start")
        self.record.seen.append(("up", self.number))

    async def on_stop(self) -> None:
        await asyncio.sleep(self.part.stop_s)
        self.record.seen.append(("down", self.number))

    def on_receive(self, message: object) -> None:
        self.record.seen.append(("crashed", self.number))
        raise RuntimeError(message)


async def perform(play: Play, record: Record) -> None:
    starts = [0] * len(play.parts)
    addresses = [Address[object](f"child {n}") for n in range(len(play.parts))]
    children = tuple(
        ChildSpec(
            id=str(n),
            start=lambda n=n, part=part: Clumsy(record, n, part, starts),
            address=addresses[n],
        )
        for n, part in enumerate(play.parts)
    )
    spec = SupervisorSpec(
        children=children,
        strategy=play.strategy,
        intensity=Intensity(max_restarts=play.max_restarts, within_s=play.within_s),
        backoff=Backoff(base_s=play.base_s, jitter=0),
        on_event=record.note,
    )
    async with run_tree(spec) as root:
        for pause_s, who in play.blows:
            await asyncio.sleep(pause_s)
            addresses[who].tell("blow")
        await asyncio.sleep(600)
        assert root.is_running
        assert all(address.is_running for address in addresses)


@pytest.mark.slow
@settings(max_examples=100)
@given(plays())
def test_order_and_intensity_hold_whatever_crashes_when(play: Play) -> None:
    record = Record()
    try:
        run(perform(play, record))
    except RestartIntensityExceeded:
        assert record.has_given_up
    else:
        assert not record.has_given_up
    check_order(play, record)
    check_intensity(play, record)


def check_order(play: Play, record: Record) -> None:
    """Walk through what was seen and look at the neighbours at each launch and each stop."""
    numbers = range(len(play.parts))
    last = dict.fromkeys(numbers, "down")
    for what, who in record.seen:
        left = {last[n] for n in numbers if n < who}
        right = {last[n] for n in numbers if n > who}
        match what:
            case "launched" if play.strategy is not Strategy.ONE_FOR_ONE:
                # All before it came up ("crashed": at this very instant), all after it are down.
                assert left <= {"up", "crashed"}, record.seen
                assert right <= GONE, record.seen
            case "down":
                assert right <= GONE, record.seen
            case _:
                pass
        last[who] = what
    assert set(last.values()) <= GONE, "the tree has ended and all have gone"


def check_intensity(play: Play, record: Record) -> None:
    times_s = record.failures_s
    counts = [
        sum(at_s - earlier_s < play.within_s for earlier_s in times_s[: n + 1])
        for n, at_s in enumerate(times_s)
    ]
    exceeded = [count > play.max_restarts for count in counts]
    # It gives up at the first failure that is too many: no earlier one was, none comes after.
    assert exceeded == [False] * (len(exceeded) - 1) + [record.has_given_up] * bool(exceeded)
