"""How a tree goes down: in order, in time, and with nothing left behind."""

import asyncio

import pytest
from structlog.testing import capture_logs

from supervision.actor import Actor
from supervision.address import Address
from supervision.errors import ActorDeadError
from supervision.messages import Exit
from supervision.spec import AutoShutdown, ChildSpec, Restart, Strategy, SupervisorSpec
from supervision.supervision_events import ChildAbandoned, ChildFailed, ChildOverloaded
from supervision.supervisor import Snapshot, StartChild, Supervisor, run_tree
from supervision.tree import render
from tests.supervision.players import (
    Bang,
    Finish,
    Hang,
    Note,
    PatientPlayer,
    Player,
    Resist,
    SlowPlayer,
    Stage,
    crash,
    nested,
    settle,
)


def now_s() -> float:
    return asyncio.get_running_loop().time()


def significant(stage: Stage, name: str, restart: Restart = Restart.TRANSIENT) -> ChildSpec:
    return stage.child(name, restart=restart, significant=True)


async def test_each_child_is_killed_after_its_own_deadline() -> None:
    stage = Stage()
    children = tuple(
        ChildSpec(id=name, start=lambda n=name: PatientPlayer(stage, n), shutdown_s=shutdown_s)
        for name, shutdown_s in [("a", 1.0), ("b", 3.0), ("c", 0.0)]
    )
    async with run_tree(SupervisorSpec(children=children)):
        for address in stage.addresses.values():
            address.tell(Hang())
        await settle()
        began_s = now_s()
    assert now_s() - began_s == pytest.approx(4.0)
    assert stage.read() == "+a +b +c"


async def test_a_child_that_survives_its_kill_is_abandoned_and_reported() -> None:
    stage = Stage()
    until = asyncio.Event()
    resister = ChildSpec(id="r", start=lambda: PatientPlayer(stage, "r"), shutdown_s=1.0)
    spec = SupervisorSpec(children=(stage.child("a"), resister), on_event=stage.events.append)
    async with run_tree(spec):
        stage.addresses["r"].tell(Resist(until))
        await settle()
        began_s = now_s()
    assert now_s() - began_s == pytest.approx(2.0)
    assert stage.read() == "+a +r -a"
    assert stage.events == [ChildAbandoned(supervisor="root", child="r", incarnation=1)]
    until.set()
    await settle()


async def test_a_handler_that_runs_too_long_is_killed_and_its_actor_restarted() -> None:
    stage = Stage()
    async with run_tree(stage.crew("ab")):
        stage.addresses["a"].tell(Hang())
        await asyncio.sleep(1.9)
        assert stage.read() == "+a +b"
        await asyncio.sleep(0.2)
        assert stage.read() == "+a"
    failed = stage.events[0]
    assert isinstance(failed, ChildFailed)
    assert failed.reason.kind is Exit.TIMED_OUT


async def test_a_handler_without_a_deadline_is_left_alone() -> None:
    stage = Stage()
    child = ChildSpec(id="p", start=lambda: PatientPlayer(stage, "p"), shutdown_s=0)
    async with run_tree(SupervisorSpec(children=(child,))):
        stage.addresses["p"].tell(Hang())
        await asyncio.sleep(1000)
        assert stage.read() == "+p"


async def test_an_overloaded_child_is_counted_and_shown() -> None:
    stage = Stage()
    async with run_tree(stage.crew("a")) as root:
        for _ in range(1100):
            stage.addresses["a"].tell(Note("."))
        await settle()
        picture = render(await root.ask(Snapshot(), timeout_s=1))
    assert stage.events == [ChildOverloaded(supervisor="root", child="a", overloads=1)]
    assert "a (Player)  running  refused 76  overloads 1" in picture


async def test_the_end_of_any_significant_child_ends_the_supervisor() -> None:
    stage = Stage()
    children = (stage.child("a"), significant(stage, "s"), significant(stage, "t"))
    spec = SupervisorSpec(children=children, auto_shutdown=AutoShutdown.ANY_SIGNIFICANT)
    async with run_tree(spec) as root:
        stage.addresses["s"].tell(Finish())
        reason = await root.ended()
    assert reason is not None
    assert reason.kind is Exit.SHUTDOWN
    assert stage.read() == "+a +s +t -s -t -a"


async def test_the_end_of_all_significant_children_ends_the_supervisor() -> None:
    stage = Stage()
    children = (stage.child("a"), significant(stage, "s"), significant(stage, "t"))
    spec = SupervisorSpec(children=children, auto_shutdown=AutoShutdown.ALL_SIGNIFICANT)
    async with run_tree(spec) as root:
        stage.addresses["s"].tell(Finish())
        await asyncio.sleep(1)
        assert root.is_running
        stage.addresses["t"].tell(Finish())
        await root.ended()
    assert stage.read() == "+a +s +t -s -t -a"


async def test_a_significant_child_that_is_restarted_ends_nothing() -> None:
    stage = Stage()
    spec = SupervisorSpec(
        children=(significant(stage, "s"),), auto_shutdown=AutoShutdown.ANY_SIGNIFICANT
    )
    async with run_tree(spec) as root:
        await crash(stage.addresses["s"])
        await settle()
        assert root.is_running
        assert stage.read() == "+s +s"


async def test_a_significant_temporary_child_that_crashes_ends_the_supervisor() -> None:
    stage = Stage()
    child = significant(stage, "s", Restart.TEMPORARY)
    spec = SupervisorSpec(
        children=(stage.child("a"), child), auto_shutdown=AutoShutdown.ANY_SIGNIFICANT
    )
    async with run_tree(spec) as root:
        await crash(stage.addresses["s"])
        await root.ended()
    assert stage.read() == "+a +s -a"


async def test_a_significant_child_stopped_for_a_sibling_ends_nothing() -> None:
    stage = Stage()
    spec = SupervisorSpec(
        children=(stage.child("a"), significant(stage, "s")),
        strategy=Strategy.ONE_FOR_ALL,
        auto_shutdown=AutoShutdown.ANY_SIGNIFICANT,
    )
    async with run_tree(spec) as root:
        await crash(stage.addresses["a"])
        await settle()
        assert root.is_running
        assert stage.read() == "+a +s -s +a +s"


async def test_a_room_that_ends_is_forgotten_by_the_supervisor_above() -> None:
    stage = Stage()
    room = SupervisorSpec(
        children=(stage.child("a"), significant(stage, "s")),
        auto_shutdown=AutoShutdown.ANY_SIGNIFICANT,
    )
    spec = SupervisorSpec(children=(nested("room", room, restart=Restart.TEMPORARY),))
    async with run_tree(spec) as root:
        a = stage.addresses["a"]
        stage.addresses["s"].tell(Finish())
        await settle()
        assert (await root.ask(Snapshot(), timeout_s=1)).children == ()
        with pytest.raises(ActorDeadError):
            await a.send(Note("late"), timeout_s=1)


async def test_a_supervisor_is_given_the_time_that_its_children_need() -> None:
    stage = Stage()
    below = nested("below", SupervisorSpec(), restart=Restart.TEMPORARY)
    async with run_tree(SupervisorSpec(children=(below,))) as root:
        (node,) = (await root.ask(Snapshot(), timeout_s=1)).children
        assert node.state == "running"
        child = ChildSpec(id="p", start=lambda: PatientPlayer(stage, "p"), shutdown_s=60)
        room = nested("room", SupervisorSpec(children=(child,)), shutdown_s=1)
        await root.ask(StartChild(room), timeout_s=1)
        stage.addresses["p"].tell(Hang())
        await settle()
        began_s = now_s()
    assert now_s() - began_s == pytest.approx(60)


async def test_what_happens_meanwhile_does_not_prolong_a_childs_deadline() -> None:
    stage = Stage()
    async with run_tree(SupervisorSpec()) as root:
        child = ChildSpec(id="h", start=lambda: PatientPlayer(stage, "h"), shutdown_s=4)
        other = ChildSpec(id="s", start=lambda: SlowPlayer(stage, "s"))
        await root.ask(StartChild(child), timeout_s=5)
        await root.ask(StartChild(other), timeout_s=5)
        stage.addresses["h"].tell(Hang())
        await settle()
        began_s = now_s()
    assert stage.read() == "+h +s -s"  # after three of the four seconds
    assert now_s() - began_s == pytest.approx(4)


async def test_a_supervisor_that_is_killed_leaves_nobody_behind() -> None:
    stage = Stage()
    child = nested("below", stage.crew("ab"), shutdown_s=0)
    async with run_tree(SupervisorSpec(children=(child,))):
        stage.addresses["b"].tell(Hang())
        await settle()
        began_s = now_s()
    assert now_s() == began_s
    assert not any(address.is_running for address in stage.addresses.values())


async def test_an_error_in_the_block_stops_the_tree_and_comes_out() -> None:
    stage = Stage()
    with pytest.raises(KeyError, match="mine"):
        async with run_tree(stage.crew("ab")):
            raise KeyError("mine")
    assert stage.read() == "+a +b -b -a"


async def test_a_cancelled_block_stops_the_tree() -> None:
    stage = Stage()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1), run_tree(stage.crew("ab")):
            await asyncio.sleep(10)
    assert stage.read() == "+a +b -b -a"


async def test_asks_that_wait_are_failed_when_the_tree_has_ended() -> None:
    stage = Stage()
    address: Address[object] = Address("reserved")
    async with run_tree(SupervisorSpec(children=(stage.child("a", address=address),))):
        pass
    with pytest.raises(ActorDeadError):
        await address.send(Note("late"), timeout_s=1)


async def test_a_killed_root_is_an_error_of_the_block() -> None:
    stage = Stage()
    with pytest.raises(ActorDeadError, match="killed"):  # noqa: PT012 - the block is what is cut
        async with run_tree(stage.crew("ab")) as root:
            root.kill()
            await asyncio.sleep(1)
    assert not any(address.is_running for address in stage.addresses.values())


async def test_a_supervisors_own_bug_takes_the_children_along() -> None:
    class Clumsy(Supervisor):
        def on_receive(self, message: object) -> object:
            if message == "slip":
                raise ZeroDivisionError
            return super().on_receive(message)

    stage = Stage()
    child = ChildSpec(id="clumsy", start=lambda: Clumsy(stage.crew("ab")))
    below: Address[object] = Address("below")
    spec = SupervisorSpec(
        children=(ChildSpec(id="clumsy", start=child.start, address=below),),
        on_event=stage.events.append,
    )
    async with run_tree(spec):
        below.tell("slip")
        await settle()
        assert below.incarnation == 3  # the message was tried once more
        assert isinstance(stage.addresses["a"], Address)
        assert stage.addresses["a"].incarnation == 3
        assert [a.is_running for a in stage.addresses.values()] == [True, True]


async def test_an_actor_that_is_not_a_player_has_its_kind_in_the_picture() -> None:
    class Silent(Actor):
        pass

    spec = SupervisorSpec(
        children=(
            nested("below", SupervisorSpec(children=(ChildSpec(id="s", start=Silent),))),
            ChildSpec(id="p", start=lambda: Player(Stage(), "p")),
        )
    )
    async with run_tree(spec) as root:
        assert render(await root.ask(Snapshot(), timeout_s=1)).splitlines() == [
            "root (Supervisor)  running",
            "├─ below (Supervisor)  running",
            "│  └─ s (Silent)  running",
            "└─ p (Player)  running",
        ]


async def test_a_crash_is_logged_once_with_its_traceback_and_what_follows() -> None:
    stage = Stage()
    with capture_logs() as logs:
        async with run_tree(stage.crew("a")):
            await crash(stage.addresses["a"])
            await settle()
    (failed,) = (entry for entry in logs if entry.get("exc_info"))
    assert (failed["event"], failed["child"], failed["restart_in_s"]) == ("child failed", "a", 0.0)
    assert isinstance(failed["exc_info"], Bang)
