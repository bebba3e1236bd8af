"""How a tree comes up: left first, each once the one before is up, all or nothing."""

import asyncio

import pytest

from supervision.errors import StartFailed
from supervision.messages import Exit
from supervision.spec import ChildSpec, SupervisorSpec
from supervision.supervision_events import ChildFailed
from supervision.supervisor import run_tree
from tests.supervision.players import Bang, Player, SlowPlayer, Stage, StillbornPlayer, nested


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_children_start_left_first_and_stop_right_first() -> None:
    stage = Stage()
    async with run_tree(stage.crew("abc")):
        assert stage.read() == "+a +b +c"
    assert stage.read() == "-c -b -a"


async def test_a_child_starts_once_the_one_before_is_up() -> None:
    stage = Stage()
    slow = ChildSpec(id="slow", start=lambda: SlowPlayer(stage, "slow"))
    async with run_tree(SupervisorSpec(children=(slow, stage.child("b")))):
        assert stage.read() == "+slow +b"
        assert now_s() == 2
    assert stage.read() == "-b -slow"


async def test_a_supervisor_is_up_once_its_children_are() -> None:
    stage = Stage()
    below = nested("below", stage.crew("xy"))
    spec = SupervisorSpec(children=(stage.child("a"), below, stage.child("b")))
    async with run_tree(spec):
        assert stage.read() == "+a +x +y +b"
    assert stage.read() == "-b -y -x -a"


async def test_a_child_that_does_not_come_up_takes_down_those_that_are() -> None:
    stage = Stage()
    bad = ChildSpec(id="bad", start=lambda: StillbornPlayer(stage, "bad"))
    children = (stage.child("a"), stage.child("b"), bad, stage.child("c"))
    with pytest.raises(StartFailed, match="root/bad did not come up") as raised:
        async with run_tree(SupervisorSpec(children=children, on_event=stage.events.append)):
            pytest.fail("the block must not begin")
    assert isinstance(raised.value.__cause__, Bang)
    assert stage.read() == "+a +b -b -a"
    (event,) = stage.events
    assert isinstance(event, ChildFailed)
    assert (event.child, event.reason.kind) == ("bad", Exit.START_FAILED)


async def test_a_factory_that_raises_is_a_child_that_does_not_come_up() -> None:
    def make() -> Player:
        raise Bang("no actor")

    with pytest.raises(StartFailed, match="no actor"):
        async with run_tree(SupervisorSpec(children=(ChildSpec(id="bad", start=make),))):
            pytest.fail("the block must not begin")


async def test_a_child_that_takes_too_long_to_start_does_not_come_up() -> None:
    stage = Stage()
    slow = ChildSpec(id="slow", start=lambda: SlowPlayer(stage, "slow"), start_timeout_s=1.5)
    with pytest.raises(StartFailed, match="timed_out"):
        async with run_tree(SupervisorSpec(children=(slow,))):
            pytest.fail("the block must not begin")
    assert now_s() == 1.5


async def test_a_failure_deep_in_the_tree_is_the_failure_of_the_tree() -> None:
    stage = Stage()
    bad = ChildSpec(id="bad", start=lambda: StillbornPlayer(stage, "bad"))
    below = nested("below", SupervisorSpec(children=(stage.child("x"), bad)))
    with pytest.raises(StartFailed, match=r"root/below did not come up.*root/below/bad"):
        async with run_tree(SupervisorSpec(children=(stage.child("a"), below))):
            pytest.fail("the block must not begin")
    assert stage.read() == "+a +x -x -a"


async def test_an_empty_tree_comes_up() -> None:
    async with run_tree(SupervisorSpec()) as root:
        assert root.is_running
    assert not root.is_running
