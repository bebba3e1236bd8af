"""How an actor starts, ends in order, is killed, crashes - and that its end is always reported."""

import asyncio
import contextvars
from typing import Any

import pytest

from supervision import (
    Actor,
    ActorDeadError,
    Address,
    Exit,
    StartFailed,
    launch,
    start,
)
from supervision.lanes import NOTHING
from supervision.virtual_time import run
from tests.supervision.extras import (
    Audio,
    Crash,
    Echo,
    Gate,
    Post,
    Recorder,
    Swallow,
    Wait,
    Watcher,
    Word,
    settle,
)


class Unready(Recorder):
    async def on_start(self) -> None:
        raise OSError("no device")


class NeverReady(Recorder):
    async def on_start(self) -> None:
        await asyncio.Event().wait()


class BadEnd(Recorder):
    def on_stop(self) -> None:
        raise OSError("cannot close")


class SlowEnd(Recorder):
    async def on_stop(self) -> None:
        await asyncio.sleep(60)


def test_start_returns_after_on_start() -> None:
    log: list[Any] = []

    class Slow(Recorder):
        async def on_start(self) -> None:
            await asyncio.sleep(3)
            self.log.append("ready")

    async def live() -> None:
        address = await start(lambda: Slow(log))
        assert log == ["ready"]
        await address.stop(timeout_s=1)

    run(live())


@pytest.mark.parametrize("kind", [Unready, lambda: 1 / 0])
async def test_a_failure_to_start_is_raised_with_its_cause(kind: Any) -> None:
    with pytest.raises(StartFailed) as failed:
        await start(kind)
    assert isinstance(failed.value.__cause__, OSError | ZeroDivisionError)


async def test_a_start_that_takes_too_long_is_given_up() -> None:
    began = asyncio.get_running_loop().time()
    with pytest.raises(StartFailed, match="TIMED_OUT"):
        await start(NeverReady, start_timeout_s=3)
    assert asyncio.get_running_loop().time() - began == pytest.approx(3)


async def test_a_cancelled_start_leaves_no_actor() -> None:
    address: Address[Any] = Address("cancelled")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await start(NeverReady, address=address)
    await address.ended()
    assert not address.is_running


async def test_a_stop_handles_earlier_mail_and_fails_later_asks() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    address.tell(Wait(gate))
    await gate.reached.wait()
    for item in (Word(1), Audio(2)):
        address.tell(item)
    address.request_stop()
    address.tell(Word(3))
    late = asyncio.get_running_loop().create_task(address.ask(Echo(4), timeout_s=5))
    await settle()
    gate.opened.set()
    with pytest.raises(ActorDeadError):
        await late
    assert post.log == ["start", Word(1), Audio(2), "stop"]
    assert post.watcher.heard == [("started", 1), Exit.NORMAL]
    assert address.stats().depth == 1  # the late tell waits for the next incarnation
    address.close()


async def test_an_actor_may_stop_itself() -> None:
    class Quitter(Recorder):
        def on_receive(self, message: Any) -> None:
            self.log.append(message)
            self.stop()

    post = Post()
    address = post.launch(Quitter)
    address.tell(Word(1))
    address.tell(Word(2))
    reason = await address.ended()
    assert reason is not None
    assert reason.kind is Exit.NORMAL
    assert post.log == ["start", Word(1), Word(2), "stop"]


async def test_a_shutdown_purges_media_and_handles_control() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    address.tell(Wait(gate))
    await gate.reached.wait()
    for item in (Word(1), Audio(2), Word(3)):
        address.tell(item)
    address.request_shutdown(1.0)
    gate.opened.set()
    reason = await address.ended()
    assert reason is not None
    assert reason.kind is Exit.SHUTDOWN
    assert post.log == ["start", Word(1), Word(3), "stop"]
    assert address.stats().dropped == 1


async def test_a_shutdown_kills_a_handler_in_flight_at_its_deadline() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    address.tell(Wait(gate))
    await gate.reached.wait()
    reason = await address.shutdown(deadline_s=3)
    assert reason is not None
    assert reason.kind is Exit.KILLED
    assert asyncio.get_running_loop().time() == pytest.approx(3)
    assert "stop" not in post.log


@pytest.mark.real_time
async def test_a_shutdown_that_runs_out_of_time_between_messages_still_runs_on_stop() -> None:
    class Tireless(Recorder):
        def on_receive(self, message: Any) -> None:
            self.address.tell(message)

        async def on_stop(self) -> None:
            await asyncio.sleep(0.01)
            self.log.append("stop")

    post = Post()
    address = post.launch(Tireless)
    address.tell(Word(1))
    await settle()
    reason = await address.shutdown(deadline_s=0.02)
    assert reason is not None
    assert reason.kind is Exit.SHUTDOWN
    assert post.log == ["start", "stop"]


async def test_an_on_stop_that_hangs_is_killed_at_the_deadline() -> None:
    address = Post().launch(SlowEnd)
    await settle()
    reason = await address.shutdown(deadline_s=2)
    assert reason is not None
    assert reason.kind is Exit.KILLED
    assert asyncio.get_running_loop().time() == pytest.approx(2)


async def test_a_kill_runs_no_hook() -> None:
    post = Post()
    address = post.launch()
    await settle()
    address.kill()
    await address.ended()
    assert post.log == ["start"]
    assert post.watcher.heard == [("started", 1), Exit.KILLED]


async def test_a_kill_before_the_first_step_is_reported_too() -> None:
    post = Post()
    post.launch().kill()
    await post.address.ended()
    assert post.watcher.heard == [Exit.KILLED]


async def test_a_kill_may_say_why() -> None:
    address = Post().launch()
    await settle()
    address.kill(Exit.TIMED_OUT)
    reason = await address.ended()
    assert reason is not None
    assert reason.kind is Exit.TIMED_OUT


async def test_a_handler_that_swallows_the_kill_is_abandoned_and_reported() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    address.tell(Swallow(gate))
    await gate.reached.wait()
    address.kill()
    reason = await address.ended()
    assert reason is not None
    assert reason.kind is Exit.ABANDONED
    assert asyncio.get_running_loop().time() == pytest.approx(1.0)
    again = post.launch()  # the address is free for the next incarnation
    assert again.incarnation == 2
    again.mailbox.suspect = NOTHING
    gate.opened.set()
    await settle()
    assert post.watcher.heard.count(Exit.ABANDONED) == 1
    assert "stop" not in post.log
    await post.end()


async def test_a_handler_that_swallows_the_kill_but_returns_ends_as_killed() -> None:
    class Stubborn(Recorder):
        async def on_receive(self, message: Any) -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.log.append("ignored")

    post = Post()
    address = post.launch(Stubborn)
    address.tell(Word(1))
    address.tell(Word(2))
    await settle()
    address.kill()
    await address.ended()
    assert post.log == ["start", "ignored"]
    assert post.watcher.heard[-1] is Exit.KILLED


async def test_a_told_message_that_fails_crashes_the_actor() -> None:
    post = Post()
    address = post.launch()
    error = ValueError("bad")
    address.tell(Crash(error))
    reason = await address.ended()
    assert reason is not None
    assert (reason.kind, reason.error) == (Exit.CRASHED, error)
    assert post.log == ["start", "failure"]


async def test_an_on_stop_that_fails_is_a_crash() -> None:
    address = Post().launch(BadEnd)
    await settle()
    reason = await address.shutdown(deadline_s=1)
    assert reason is not None
    assert reason.kind is Exit.CRASHED


async def test_a_task_group_that_fails_in_a_handler_is_an_ordinary_crash() -> None:
    class Grouped(Recorder):
        async def on_receive(self, message: Any) -> None:
            async def fail() -> None:
                raise OSError("child")

            async with asyncio.TaskGroup() as group:
                group.create_task(fail())

    post = Post()
    address = post.launch(Grouped)
    address.tell(Word(1))
    reason = await address.ended()
    assert reason is not None
    assert isinstance(reason.error, ExceptionGroup)
    assert post.log == ["start", "failure"]


async def test_a_cancellation_that_nobody_ordered_is_a_crash() -> None:
    class Confused(Recorder):
        async def on_receive(self, message: Any) -> None:
            raise asyncio.CancelledError

    address = Post().launch(Confused)
    address.tell(Word(1))
    reason = await address.ended()
    assert reason is not None
    assert reason.kind is Exit.CRASHED


@pytest.mark.parametrize("error", [SystemExit(3), BaseExceptionGroup("g", [SystemExit(3)])])
def test_a_system_exit_ends_the_program_after_the_end_was_reported(error: BaseException) -> None:
    watcher = Watcher()

    async def live() -> None:
        address: Address[Any] = Address("fatal")
        launch(Recorder, address, overseer=watcher)
        address.tell(Crash(error))
        await asyncio.Event().wait()

    with pytest.raises(SystemExit):
        asyncio.run(live())
    assert watcher.heard == [("started", 1), Exit.CRASHED]


async def test_a_base_exception_of_another_kind_ends_only_its_actor() -> None:
    class Odd(BaseException):
        pass

    post = Post()
    address = post.launch()
    address.tell(Crash(Odd()))
    reason = await address.ended()
    assert reason is not None
    assert isinstance(reason.error, Odd)
    assert post.log == ["start", "stop"]


def test_a_loop_that_closes_down_ends_its_actors() -> None:
    watcher = Watcher()

    async def live() -> None:
        launch(Recorder, Address[Any]("left"), overseer=watcher)
        await settle()

    asyncio.run(live())
    assert watcher.heard == [("started", 1), Exit.KILLED]


async def test_an_address_takes_one_incarnation_at_a_time() -> None:
    post = Post()
    post.launch()
    with pytest.raises(RuntimeError, match="runs already"):
        post.launch()
    await post.end()
    with pytest.raises(ActorDeadError, match="closed"):
        post.launch()


async def test_a_factory_that_raises_is_reported_from_the_loop() -> None:
    watcher, address = Watcher(), Address[Any]("stillborn")

    def fail() -> Actor:
        raise OSError("no model")

    launch(fail, address, overseer=watcher)
    assert watcher.heard == []
    await settle()
    assert watcher.heard == [Exit.START_FAILED]
    assert address.incarnation == 1


async def test_an_actor_starts_in_a_clean_context() -> None:
    request: contextvars.ContextVar[str] = contextvars.ContextVar("request", default="none")
    request.set("of the creator")

    class Curious(Recorder):
        def __init__(self, log: list[Any] | None = None) -> None:
            super().__init__(log)
            self.log.append(request.get())

        def on_start(self) -> None:
            self.log.append(request.get())

    post = Post()
    post.launch(Curious)
    await settle()
    assert post.log == ["none", "none"]
    await post.end()


async def test_an_actor_has_no_address_to_tell_about_in_its_init() -> None:
    class Early(Recorder):
        def __init__(self) -> None:
            super().__init__()
            assert self.actor_ref is not None

    with pytest.raises(StartFailed) as failed:
        await start(Early, address=Address("other"))
    assert "use on_start" in str(failed.value.__cause__)


async def test_services_before_the_start_say_what_to_do() -> None:
    actor = Recorder()
    with pytest.raises(RuntimeError, match="use on_start"):
        actor.after(1, Word(1))
    with pytest.raises(ActorDeadError, match="use on_start"):
        actor.spawn(settle(), name="early")
