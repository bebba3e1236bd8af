"""Children that come and go at run time, and a supervisor that hears all the while."""

import asyncio

import pytest

from supervision.actor import Actor
from supervision.address import Address, Down
from supervision.errors import ActorDeadError, StartFailed
from supervision.messages import Exit
from supervision.spec import Backoff, ChildSpec, Restart, SupervisorSpec
from supervision.supervisor import Children, Snapshot, StartChild, StopChild, Supervisor, run_tree
from tests.supervision.players import (
    Finish,
    Note,
    SlowPlayer,
    Stage,
    StillbornPlayer,
    crash,
    settle,
)


class Watcher(Actor):
    """Collects what it is told of others' ends."""

    def __init__(self, downs: list[Down]) -> None:
        super().__init__()
        self.downs = downs

    def on_receive(self, message: object) -> None:
        assert isinstance(message, Down)
        self.downs.append(message)


def slow(stage: Stage, name: str) -> ChildSpec:
    return ChildSpec(id=name, start=lambda: SlowPlayer(stage, name), restart=Restart.TEMPORARY)


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_start_child_answers_with_the_address_once_the_child_is_up() -> None:
    stage = Stage()
    async with run_tree(SupervisorSpec()) as root:
        address = await root.ask(StartChild(slow(stage, "s")), timeout_s=5)
        assert (stage.read(), now_s(), address.name) == ("+s", 2, "root/s")
        address.tell(Note("hello"))
        await settle()
        assert stage.read() == "hello"
    assert stage.read() == "-s"


async def test_start_child_may_be_told_and_mail_waits_at_the_reserved_address() -> None:
    stage = Stage()
    address: Address[object] = Address("reserved")
    async with run_tree(SupervisorSpec()) as root:
        address.tell(Note("early"))
        root.tell(StartChild(stage.child("a", address=address)))
        await settle()
        assert stage.read() == "+a early"


async def test_children_start_beside_each_other() -> None:
    stage = Stage()
    async with run_tree(SupervisorSpec()) as root:
        asks = (root.ask(StartChild(slow(stage, name)), timeout_s=5) for name in "abc")
        await asyncio.gather(*asks)
        assert now_s() == 2


async def test_children_that_were_added_stop_beside_each_other() -> None:
    stage = Stage()
    async with run_tree(SupervisorSpec()) as root:
        for name in "abc":
            root.tell(StartChild(slow(stage, name)))
        await asyncio.sleep(3)
    assert now_s() == 6
    assert sorted(stage.diary[3:]) == ["-a", "-b", "-c"]


async def test_a_supervisor_answers_while_a_child_starts_and_while_one_stops() -> None:
    stage = Stage()
    async with run_tree(SupervisorSpec()) as root:
        root.tell(StartChild(slow(stage, "s")))
        (node,) = await root.ask(Children(), timeout_s=0.1)
        assert node.state == "starting"
        await asyncio.sleep(2)
        stopping = asyncio.gather(root.ask(StopChild("s"), timeout_s=5))
        await asyncio.sleep(0)
        (node,) = await root.ask(Children(), timeout_s=0.1)
        assert node.state == "stopping"
        await root.ask(StartChild(stage.child("a")), timeout_s=0.1)
        await stopping
        assert stage.read() == "+s +a -s"
        assert now_s() == pytest.approx(5)


async def test_a_child_that_does_not_come_up_is_forgotten_and_the_asker_told() -> None:
    stage = Stage()
    bad = ChildSpec(id="bad", start=lambda: StillbornPlayer(stage, "bad"))
    async with run_tree(SupervisorSpec()) as root:
        with pytest.raises(StartFailed, match="stillborn"):
            await root.ask(StartChild(bad), timeout_s=1)
        assert await root.ask(Children(), timeout_s=1) == ()


async def test_a_second_child_of_the_same_name_is_refused() -> None:
    stage = Stage()
    async with run_tree(stage.crew("a")) as root:
        with pytest.raises(ValueError, match="'a' already"):
            await root.ask(StartChild(stage.child("a")), timeout_s=1)
        assert root.is_running


async def test_a_watcher_hears_of_a_told_child_that_is_refused() -> None:
    stage = Stage()
    downs: list[Down] = []
    address: Address[object] = Address("reserved")
    async with run_tree(stage.crew("a")) as root:
        watcher = await root.ask(
            StartChild(ChildSpec(id="w", start=lambda: Watcher(downs))), timeout_s=1
        )
        address.monitor(watcher, "key")
        root.tell(StartChild(stage.child("a", address=address)))
        await settle()
    (down,) = downs
    assert (down.key, down.reason.kind) == ("key", Exit.START_FAILED)


async def test_refusing_a_child_leaves_the_address_of_another_alone() -> None:
    stage = Stage()
    address: Address[object] = Address("shared")
    async with run_tree(SupervisorSpec(children=(stage.child("a", address=address),))) as root:
        with pytest.raises(ValueError, match="in use"):
            await root.ask(StartChild(stage.child("b", address=address)), timeout_s=1)
        address.tell(Note("still here"))
        await settle()
        assert stage.read() == "+a still here"


async def test_a_significant_child_is_refused_where_it_has_no_effect() -> None:
    stage = Stage()
    child = stage.child("a", restart=Restart.TEMPORARY, significant=True)
    async with run_tree(SupervisorSpec()) as root:
        with pytest.raises(ValueError, match="significant"):
            await root.ask(StartChild(child), timeout_s=1)


async def test_a_temporary_child_that_ends_is_forgotten_and_its_address_closed() -> None:
    stage = Stage()
    child = stage.child("t", restart=Restart.TEMPORARY)
    async with run_tree(SupervisorSpec()) as root:
        for _ in range(20):  # its ends never count
            address = await root.ask(StartChild(child), timeout_s=1)
            await crash(address)
            await settle()
            assert await root.ask(Children(), timeout_s=1) == ()
            with pytest.raises(ActorDeadError):
                await address.send(Note("late"), timeout_s=1)


async def test_a_transient_child_that_was_added_and_finished_is_forgotten() -> None:
    stage = Stage()
    async with run_tree(SupervisorSpec()) as root:
        child = stage.child("t", restart=Restart.TRANSIENT)
        address = await root.ask(StartChild(child), timeout_s=1)
        address.tell(Finish())
        await address.ended()
        await settle()
        assert await root.ask(Children(), timeout_s=1) == ()


async def test_a_performer_may_be_started_again_as_soon_as_its_end_is_heard() -> None:
    stage = Stage()
    async with run_tree(SupervisorSpec()) as root:

        class Role(Actor):
            def on_start(self) -> None:
                self.perform()

            def perform(self) -> None:
                address: Address[object] = Address("performer")
                address.monitor(self.address)
                child = stage.child("p", restart=Restart.TEMPORARY, address=address)
                root.tell(StartChild(child))

            def on_receive(self, message: object) -> None:
                assert isinstance(message, Down)
                self.perform()

        root.tell(StartChild(ChildSpec(id="role", start=Role)))
        for _ in range(3):
            await settle()
            await crash(stage.addresses["p"])
        await settle()
        assert stage.read() == "+p +p +p +p"


async def test_stopping_a_child_ends_it_for_good() -> None:
    stage = Stage()
    async with run_tree(stage.crew("ab")) as root:
        address = stage.addresses["a"]
        await root.ask(StopChild("a"), timeout_s=1)
        await root.ask(StopChild("a"), timeout_s=1)  # there is none: done already
        await asyncio.sleep(10)
        assert stage.read() == "+a +b -a"
        with pytest.raises(ActorDeadError):
            await address.send(Note("late"), timeout_s=1)


async def test_a_child_that_is_stopped_on_its_way_up_fails_its_starter() -> None:
    stage = Stage()
    async with run_tree(SupervisorSpec()) as root:
        starting = asyncio.gather(
            root.ask(StartChild(slow(stage, "s")), timeout_s=9), return_exceptions=True
        )
        await asyncio.sleep(1)
        root.tell(StopChild("s"))
        (outcome,) = await starting
        assert isinstance(outcome, StartFailed)
        assert await root.ask(Children(), timeout_s=1) == ()


async def test_a_child_that_is_stopped_during_its_backoff_does_not_come_back() -> None:
    stage = Stage()
    async with run_tree(stage.crew("a", backoff=Backoff(base_s=1, jitter=0))) as root:
        await crash(stage.addresses["a"])
        (node,) = await root.ask(Children(), timeout_s=0.1)
        assert node.state == "waiting"
        await root.ask(StopChild("a"), timeout_s=0.1)
        await asyncio.sleep(10)
        assert stage.read() == "+a"
        assert await root.ask(Children(), timeout_s=0.1) == ()


async def test_children_that_were_added_end_for_good_with_a_killed_supervisor() -> None:
    stage = Stage()
    jobs: Address[object] = Address("jobs")
    child = ChildSpec(id="jobs", start=lambda: Supervisor(SupervisorSpec()), address=jobs)
    async with run_tree(SupervisorSpec(children=(child,))):
        address = await jobs.ask(StartChild(stage.child("a")), timeout_s=1)
        jobs.kill()
        await settle()
        assert (jobs.is_running, address.is_running) == (True, False)
        assert await jobs.ask(Children(), timeout_s=1) == ()
        with pytest.raises(ActorDeadError):
            await address.send(Note("late"), timeout_s=1)


async def test_nothing_is_started_by_a_supervisor_that_is_stopping() -> None:
    stage = Stage()
    async with run_tree(SupervisorSpec(children=(stage.child("a"), slow(stage, "s")))) as root:
        stopping = asyncio.gather(root.shutdown(deadline_s=9))
        await asyncio.sleep(1)
        with pytest.raises(ActorDeadError):
            await root.ask(StartChild(stage.child("b")), timeout_s=9)
        await stopping
    assert stage.read() == "+a +s -s -a"


async def test_a_snapshot_shows_the_whole_tree() -> None:
    stage = Stage()
    async with run_tree(stage.crew("ab")) as root:
        await crash(stage.addresses["b"])
        await settle()
        node = await root.ask(Snapshot(), timeout_s=1)
        assert (node.name, node.kind, node.state) == ("root", "Supervisor", "running")
        _, b = node.children
        assert (b.name, b.kind, b.state, b.restarts, b.incarnation) == (
            "b",
            "Player",
            "running",
            1,
            2,
        )
        assert b.last_failure is not None
        assert b.last_failure.kind is Exit.CRASHED
