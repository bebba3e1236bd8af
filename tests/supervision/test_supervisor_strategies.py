"""Which siblings share the fate of a child that fails, and in which order."""

import asyncio

import pytest

from supervision.spec import (
    Backoff,
    ChildSpec,
    Intensity,
    Restart,
    Strategy,
    SupervisorSpec,
)
from supervision.supervisor import StartChild, run_tree
from tests.supervision.players import (
    Finish,
    Player,
    SlowPlayer,
    Stage,
    StillbornPlayer,
    crash,
    scripted,
    settle,
)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.ONE_FOR_ONE, "+b"),
        (Strategy.REST_FOR_ONE, "-d -c +b +c +d"),
        (Strategy.ONE_FOR_ALL, "-d -c -a +a +b +c +d"),
    ],
)
async def test_siblings_go_down_in_reverse_and_come_up_in_order(
    strategy: Strategy, expected: str
) -> None:
    stage = Stage()
    async with run_tree(stage.crew("abcd", strategy=strategy)):
        stage.read()
        await crash(stage.addresses["b"])
        await settle()
        assert stage.read() == expected


async def test_siblings_stop_at_once_and_start_after_the_backoff() -> None:
    stage = Stage()
    backoff = Backoff(base_s=1, jitter=0)
    async with run_tree(stage.crew("abc", strategy=Strategy.ONE_FOR_ALL, backoff=backoff)):
        stage.read()
        await crash(stage.addresses["b"])
        await asyncio.sleep(0.99)
        assert stage.read() == "-c -a"
        await asyncio.sleep(0.02)
        assert stage.read() == "+a +b +c"


async def test_a_sibling_that_is_slow_to_stop_is_waited_for() -> None:
    stage = Stage()
    slow = ChildSpec(id="slow", start=lambda: SlowPlayer(stage, "slow"))
    spec = SupervisorSpec(
        children=(stage.child("a"), slow, stage.child("c")), strategy=Strategy.ONE_FOR_ALL
    )
    async with run_tree(spec):
        stage.read()
        await crash(stage.addresses["a"])
        await asyncio.sleep(2.9)
        assert stage.read() == "-c"
        await asyncio.sleep(0.2)
        assert stage.read() == "-slow +a"
        await asyncio.sleep(2)
        assert stage.read() == "+slow +c"


async def test_a_second_failure_on_the_way_extends_the_repair() -> None:
    stage = Stage()
    slow = ChildSpec(id="slow", start=lambda: SlowPlayer(stage, "slow"))
    spec = SupervisorSpec(
        children=(stage.child("a"), slow, stage.child("c")), strategy=Strategy.REST_FOR_ONE
    )
    async with run_tree(spec):
        stage.read()
        await crash(stage.addresses["slow"])
        await asyncio.sleep(1)
        assert stage.read() == "-c"
        await crash(stage.addresses["a"])  # while slow is on its way up
        await asyncio.sleep(10)
        assert stage.read() == "+slow -slow +a +slow +c"


async def test_a_start_that_fails_in_a_repair_begins_it_again() -> None:
    stage = Stage()
    second = scripted(
        lambda: Player(stage, "b"),
        lambda: StillbornPlayer(stage, "b"),
        lambda: Player(stage, "b"),
    )
    spec = SupervisorSpec(
        children=(stage.child("a"), ChildSpec(id="b", start=second), stage.child("c")),
        strategy=Strategy.ONE_FOR_ALL,
    )
    async with run_tree(spec):
        stage.read()
        await crash(stage.addresses["c"])
        await settle()
        assert stage.read() == "-b -a +a -a +a +b +c"


async def test_a_temporary_sibling_goes_down_and_stays_down() -> None:
    stage = Stage()
    temporary = stage.child("t", restart=Restart.TEMPORARY)
    spec = SupervisorSpec(children=(stage.child("a"), temporary), strategy=Strategy.ONE_FOR_ALL)
    async with run_tree(spec):
        stage.read()
        await crash(stage.addresses["a"])
        await settle()
        assert stage.read() == "-t +a"


async def test_a_transient_sibling_that_had_finished_comes_back_with_the_others() -> None:
    stage = Stage()
    transient = stage.child("t", restart=Restart.TRANSIENT)
    spec = SupervisorSpec(children=(stage.child("a"), transient), strategy=Strategy.ONE_FOR_ALL)
    async with run_tree(spec):
        stage.addresses["t"].tell(Finish())
        await settle()
        assert stage.read() == "+a +t -t"
        await crash(stage.addresses["a"])
        await settle()
        assert stage.read() == "+a +t"


async def test_a_child_added_during_a_repair_waits_for_its_turn() -> None:
    stage = Stage()
    backoff = Backoff(base_s=1, jitter=0)
    async with run_tree(stage.crew("ab", strategy=Strategy.ONE_FOR_ALL, backoff=backoff)) as root:
        stage.read()
        await crash(stage.addresses["a"])
        await root.ask(StartChild(stage.child("c")), timeout_s=2)
        assert stage.read() == "-b +a +b +c"


async def test_two_children_that_fail_at_once_are_one_repair() -> None:
    stage = Stage()
    spec = stage.crew("abc", strategy=Strategy.ONE_FOR_ALL, intensity=Intensity(max_restarts=2))
    async with run_tree(spec):
        stage.read()
        await asyncio.gather(crash(stage.addresses["a"]), crash(stage.addresses["c"]))
        await settle()
        assert stage.read() == "-b +a +b +c"
