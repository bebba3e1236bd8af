"""Who comes back after an end, with what, when, and when it is enough."""

import asyncio

import pytest

from supervision.address import Address
from supervision.errors import RestartIntensityExceeded
from supervision.messages import Exit
from supervision.spec import Backoff, ChildSpec, Intensity, Restart, SupervisorSpec
from supervision.supervision_events import ChildFailed, ChildRestarted, GaveUp
from supervision.supervisor import Supervisor, run_tree
from tests.supervision.players import (
    Bang,
    Finish,
    Hang,
    LingeringPlayer,
    Note,
    Player,
    Stage,
    StillbornPlayer,
    crash,
    nested,
    scripted,
    settle,
)


@pytest.mark.parametrize(
    ("restart", "after_crash", "after_finish"),
    [
        (Restart.PERMANENT, "+a", "-a +a"),
        (Restart.TRANSIENT, "+a", "-a"),
        (Restart.TEMPORARY, "", "-a"),
    ],
)
async def test_the_restart_rule_decides_who_comes_back(
    restart: Restart, after_crash: str, after_finish: str
) -> None:
    stage = Stage()
    spec = SupervisorSpec(children=(stage.child("a", restart=restart),))
    for deed, expected in [(crash, after_crash), (finish, after_finish)]:
        async with run_tree(spec):
            assert stage.read() == "+a"
            await deed(stage.addresses["a"])
            await settle()
            assert stage.read() == expected
        stage.read()


async def finish(address: Address[object]) -> None:
    address.tell(Finish())
    await address.ended()


async def test_mail_and_hold_wait_for_the_next_incarnation() -> None:
    stage = Stage()
    async with run_tree(stage.crew("a", backoff=Backoff(base_s=1.0, jitter=0))):
        address = stage.addresses["a"]
        address.hold = "held"
        await crash(address)
        address.tell(Note("late"))
        await asyncio.sleep(0.9)
        assert stage.read() == "+a"
        await asyncio.sleep(0.2)
        assert stage.read() == "+a late"
        assert (address.hold, address.incarnation) == ("held", 2)


async def test_failures_in_a_row_double_the_delay_until_the_child_is_stable() -> None:
    stage = Stage()
    backoff = Backoff(base_s=1.0, max_s=3.0, jitter=0, stable_after_s=10.0)
    spec = stage.crew("a", backoff=backoff, intensity=Intensity(max_restarts=99))
    async with run_tree(spec):
        for up_s in (0, 1, 6, 5, 10):
            await asyncio.sleep(up_s)
            await crash(stage.addresses["a"])
            await asyncio.sleep(3)
    delays_s = [e.restart_in_s for e in stage.events if isinstance(e, ChildFailed)]
    assert delays_s == [1, 2, 3, 3, 1]
    assert [e.down_s for e in stage.events if isinstance(e, ChildRestarted)] == delays_s


@pytest.mark.parametrize(("chance", "delay_s"), [(0.0, 0.75), (0.5, 1.0), (1.0, 1.25)])
async def test_the_jitter_spreads_the_delay(chance: float, delay_s: float) -> None:
    stage = Stage()
    below = stage.crew("a", backoff=Backoff(base_s=1.0, jitter=0.25))
    child = ChildSpec(id="below", start=lambda: Supervisor(below, chance=lambda: chance))
    async with run_tree(SupervisorSpec(children=(child,))):
        await crash(stage.addresses["a"])
        await asyncio.sleep(2)
    failed, restarted = stage.events
    assert isinstance(failed, ChildFailed)
    assert failed.restart_in_s == delay_s
    assert isinstance(restarted, ChildRestarted)
    assert (restarted.restarts, restarted.incarnation) == (1, 2)
    assert restarted.down_s == pytest.approx(delay_s)


async def test_a_factory_that_raises_in_a_restart_counts_as_an_attempt() -> None:
    stage = Stage()

    def raises() -> Player:
        stage.diary.append("raises")
        raise Bang("no actor")

    def good() -> Player:
        return Player(stage, "a")

    child = ChildSpec(id="a", start=scripted(good, raises, raises, good))
    async with run_tree(SupervisorSpec(children=(child,), on_event=stage.events.append)) as root:
        await crash(stage.addresses["a"])
        await settle()
        assert stage.read() == "+a raises raises +a"
        assert root.is_running
    reasons = [e.reason.kind for e in stage.events if isinstance(e, ChildFailed)]
    assert reasons == [Exit.CRASHED, Exit.START_FAILED, Exit.START_FAILED]


async def test_attempts_that_never_succeed_exceed_the_intensity() -> None:
    stage = Stage()
    child = ChildSpec(
        id="a",
        start=scripted(lambda: Player(stage, "a"), lambda: StillbornPlayer(stage, "a")),
    )
    spec = SupervisorSpec(children=(child,), intensity=Intensity(max_restarts=3))
    with pytest.raises(RestartIntensityExceeded, match="gave up: 4 failures"):  # noqa: PT012 - cut
        async with run_tree(spec):
            await crash(stage.addresses["a"])
            await asyncio.sleep(1)
            pytest.fail("the block must be cut")


async def test_giving_up_stops_the_siblings_and_cuts_the_block() -> None:
    stage = Stage()
    spec = stage.crew("abc", intensity=Intensity(max_restarts=1))
    with pytest.raises(RestartIntensityExceeded, match="last one of b"):  # noqa: PT012 - cut
        async with run_tree(spec):
            await crash(stage.addresses["b"])
            await crash(stage.addresses["b"])
            await asyncio.sleep(1)
            pytest.fail("the block must be cut")
    assert stage.read() == "+a +b +c +b -c -a"
    assert isinstance(stage.events[-1], GaveUp)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_restarts_outside_the_window_are_forgiven() -> None:
    stage = Stage()
    spec = stage.crew("a", intensity=Intensity(max_restarts=1, within_s=10))
    async with run_tree(spec) as root:
        for _ in range(5):
            await crash(stage.addresses["a"])
            await asyncio.sleep(10)
        assert root.is_running


async def test_giving_up_is_a_failure_that_the_supervisor_above_restarts() -> None:
    stage = Stage()
    below = nested("below", stage.crew("xy", intensity=Intensity(max_restarts=0)))
    async with run_tree(SupervisorSpec(children=(stage.child("a"), below))) as root:
        await crash(stage.addresses["x"])
        await settle()
        assert stage.read() == "+a +x +y -y +x +y"
        assert root.is_running


async def test_addresses_survive_the_restart_of_their_supervisor_with_mail_and_hold() -> None:
    stage = Stage()
    below = nested("below", stage.crew("xy", intensity=Intensity(max_restarts=0)))
    spec = SupervisorSpec(children=(below,), backoff=Backoff(base_s=1, jitter=0))
    async with run_tree(spec):
        before = stage.addresses["y"]
        before.hold = "held"
        await crash(stage.addresses["x"])
        await settle()
        before.tell(Note("hello"))
        await asyncio.sleep(2)
        assert stage.addresses["y"] is before
        assert before.hold == "held"
    assert stage.read() == "+x +y -y +x +y hello -y -x"


async def test_a_killed_supervisor_takes_its_children_along_and_brings_them_back() -> None:
    stage = Stage()
    spec = SupervisorSpec(children=(nested("below", stage.crew("xy"), address=Address("below")),))
    async with run_tree(spec):
        address = spec.children[0].address
        assert address is not None
        x = stage.addresses["x"]
        address.kill()
        await settle()
        assert stage.read() == "+x +y +x +y"
        assert (x.is_running, x.incarnation) == (True, 2)


async def test_a_killed_supervisor_is_restarted_once_its_children_are_dead() -> None:
    stage = Stage()
    address: Address[object] = Address("below")
    child = ChildSpec(id="l", start=lambda: LingeringPlayer(stage, "l"), address=Address("l"))
    below = nested("below", SupervisorSpec(children=(child,)), address=address)
    async with run_tree(SupervisorSpec(children=(below,), on_event=stage.events.append)):
        stage.addresses["l"].tell(Hang())
        await settle()
        address.kill()
        await asyncio.sleep(0.4)
        assert (stage.read(), address.incarnation) == ("+l", 1)
        await asyncio.sleep(0.2)
        assert (stage.read(), address.incarnation) == ("+l", 2)
        assert len([e for e in stage.events if isinstance(e, ChildFailed)]) == 1
        stage.addresses["l"].kill()  # the message was tried once more, and hangs again


async def test_news_of_an_earlier_incarnation_is_ignored() -> None:
    stage = Stage()
    made: list[Supervisor] = []

    def make() -> Supervisor:
        made.append(Supervisor(stage.crew("a")))
        return made[-1]

    async with run_tree(SupervisorSpec(children=(ChildSpec(id="below", start=make),))):
        address = stage.addresses["a"]
        await crash(address)
        await settle()
        assert stage.read() == "+a +a"
        made[0].overseer.overdue(address, 1)
        made[0].overseer.started(address, 1)
        await settle()
        assert stage.read() == ""
        made[0].overseer.overdue(address, 2)
        await settle()
        assert stage.read() == "+a"
