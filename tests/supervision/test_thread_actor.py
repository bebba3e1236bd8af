"""Actors in threads of their own: blocking code behind the same address."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from supervision import (
    ActorBase,
    ActorDeadError,
    Address,
    AskTimeout,
    Exit,
    HandlerInterrupted,
    MailboxLimits,
    Request,
    StartFailed,
    ThreadActor,
    launch,
    start,
)
from supervision.lanes import NOTHING
from supervision.virtual_time import external_work
from tests.supervision.extras import Audio, Crash, Echo, Recorder, Watcher, Word


@dataclass(frozen=True, slots=True)
class Do(Request[Any]):
    """Call a function in the actor's thread."""

    function: Callable[[ThreadActor], Any]


class Blocking(ThreadActor):
    def __init__(self, log: list[Any]) -> None:
        super().__init__()
        self.log = log

    def on_start(self) -> None:
        self.log.append("start")

    def on_receive(self, message: Any) -> Any:
        match message:
            case Do(function):
                return function(self)
            case Echo(value):
                return value
            case Crash(error):
                raise error
            case _:
                self.log.append(message)
        return None

    def on_stop(self) -> None:
        self.log.append("stop")

    def on_failure(self, *_args: Any, **_kwargs: Any) -> None:
        self.log.append("failure")

    def on_interrupt(self) -> None:
        self.log.append("interrupt")


@dataclass(slots=True)
class Booth:
    """An address with a blocking actor, launched again and again."""

    log: list[Any]
    watcher: Watcher
    address: Address[Any]

    @classmethod
    def new(cls, limits: MailboxLimits | None = None) -> "Booth":
        return cls([], Watcher(), Address("booth", limits=limits or MailboxLimits()))

    def launch(self, factory: Callable[[list[Any]], ActorBase] = Blocking) -> Address[Any]:
        launch(lambda: factory(self.log), self.address, overseer=self.watcher)
        return self.address


async def test_it_answers_from_a_thread_of_its_own() -> None:
    address = await start(lambda: Blocking([]))
    there = await address.ask(Do(lambda _: threading.get_ident()), timeout_s=5)
    assert there != threading.get_ident()
    await address.stop(timeout_s=5)


async def test_virtual_time_stands_still_while_it_is_busy_and_goes_on_when_it_idles() -> None:
    address = await start(lambda: Blocking([]))
    # Both the ask's deadline and the sleep would pass at once if the clock jumped.
    assert await address.ask(Do(lambda _: time.sleep(0.02)), timeout_s=0.001) is None
    assert asyncio.get_running_loop().time() == 0
    await asyncio.sleep(3600)
    await address.stop(timeout_s=5)


async def test_mail_is_handled_in_order_and_before_the_stop() -> None:
    booth = Booth.new()
    address = booth.launch()
    for n in range(3):
        address.tell(Word(n))
    await address.stop(timeout_s=5)
    assert booth.log == ["start", Word(0), Word(1), Word(2), "stop"]
    assert booth.watcher.heard == [("started", 1), Exit.NORMAL]


async def test_a_shutdown_purges_media_and_handles_control() -> None:
    booth = Booth.new()
    for item in (Audio(1), Word(2)):
        booth.address.tell(item)
    address = booth.launch()
    address.request_shutdown(5.0)
    await address.ended()
    assert booth.watcher.heard[-1] is Exit.SHUTDOWN
    assert booth.log[-1] == "stop"


async def test_a_crash_is_reported_and_the_message_is_tried_once_more() -> None:
    booth = Booth.new()
    address = booth.launch()
    address.tell(Crash(ValueError("bad")))
    address.tell(Word(1))
    for _ in range(2):
        reason = await address.ended()
        assert reason is not None
        assert reason.kind is Exit.CRASHED
        booth.launch()
    await address.stop(timeout_s=5)
    assert booth.log == ["start", "failure", "start", "failure", "start", Word(1), "stop"]
    assert address.stats().set_aside == 1


async def test_an_ask_whose_handler_crashes_fails() -> None:
    booth = Booth.new()
    address = booth.launch()
    with pytest.raises(ActorDeadError):
        await address.ask(Crash(ValueError()), timeout_s=5)
    await address.ended()
    assert address.mailbox.suspect is NOTHING


async def test_a_lenient_one_hands_its_error_to_the_asker() -> None:
    class Lenient(Blocking):
        crash_on_ask_error = False

    address = await start(lambda: Lenient([]))
    with pytest.raises(ValueError, match="bad"):
        await address.ask(Crash(ValueError("bad")), timeout_s=5)
    assert await address.ask(Echo(1), timeout_s=5) == 1
    await address.stop(timeout_s=5)


async def test_an_on_start_that_fails_fails_the_start() -> None:
    class Bad(Blocking):
        def on_start(self) -> None:
            raise OSError("no device")

    with pytest.raises(StartFailed) as failed:
        await start(lambda: Bad([]))
    assert isinstance(failed.value.__cause__, OSError)


async def test_an_on_stop_that_fails_is_a_crash() -> None:
    class Bad(Blocking):
        def on_stop(self) -> None:
            raise OSError

    booth = Booth.new()
    address = booth.launch(Bad)
    await address.stop(timeout_s=5)
    assert booth.watcher.heard[-1] is Exit.CRASHED


async def test_async_hooks_are_refused() -> None:
    class Wrong(Blocking):
        async def on_receive(self, message: Any) -> None:
            del message

    booth = Booth.new()
    address = booth.launch(Wrong)
    address.tell(Word(1))
    reason = await address.ended()
    assert reason is not None
    assert isinstance(reason.error, TypeError)


async def test_an_interrupt_is_seen_by_a_handler_that_looks() -> None:
    entered = threading.Event()

    def work(actor: ThreadActor) -> str:
        entered.set()
        while not actor.is_interrupted:
            time.sleep(0.001)
        return "in vain"

    booth = Booth.new()
    address = booth.launch()
    asking = asyncio.get_running_loop().create_task(address.ask(Do(work), timeout_s=5))
    await asyncio.to_thread(entered.wait)
    address.interrupt()
    with pytest.raises(HandlerInterrupted):
        await asking
    await address.stop(timeout_s=5)
    assert booth.log == ["start", "interrupt", "stop"]


async def test_a_kill_is_heard_between_two_messages() -> None:
    entered, release = threading.Event(), threading.Event()

    def work(_actor: ThreadActor) -> None:
        entered.set()
        release.wait()

    booth = Booth.new()
    address = booth.launch()
    address.tell(Do(work))
    address.tell(Word(1))
    await asyncio.to_thread(entered.wait)
    address.kill()
    release.set()
    await address.ended()
    assert booth.watcher.heard[-1] is Exit.KILLED
    assert booth.log == ["start"]


@pytest.mark.real_time
@pytest.mark.slow
async def test_a_handler_that_never_returns_is_abandoned() -> None:
    entered, release, returned = threading.Event(), threading.Event(), threading.Event()

    def work(_actor: ThreadActor) -> None:
        entered.set()
        release.wait()
        returned.set()

    booth = Booth.new()
    address = booth.launch()
    address.tell(Do(work))
    await asyncio.to_thread(entered.wait)
    address.kill()
    reason = await address.ended()
    assert reason is not None
    assert reason.kind is Exit.ABANDONED
    release.set()
    await asyncio.to_thread(returned.wait)
    await asyncio.sleep(0.05)  # what the thread still says would come now
    assert booth.watcher.heard == [("started", 1), Exit.ABANDONED]


@pytest.mark.real_time
async def test_a_handler_that_runs_long_is_reported() -> None:
    class Hasty(Blocking):
        handler_deadline_s = 0.02

    class Impatient(Watcher):
        def overdue(self, address: Address[Any], incarnation: int) -> None:
            reported.set()

    reported = threading.Event()
    booth = Booth([], Impatient(), Address("booth"))
    address = booth.launch(Hasty)
    assert await address.ask(Do(lambda _: reported.wait(30)), timeout_s=60)
    await address.stop(timeout_s=5)


async def test_an_ask_that_nobody_awaits_any_more_is_not_handled() -> None:
    release = threading.Event()
    booth = Booth.new()
    address = booth.launch()
    address.tell(Do(lambda _: release.wait()))
    with pytest.raises(AskTimeout):
        await address.ask(Crash(ValueError()), timeout_s=0)
    release.set()
    await address.stop(timeout_s=5)
    assert address.stats().expired == 1


async def test_it_tells_itself_later() -> None:
    class Later(Blocking):
        def on_start(self) -> None:
            self.after(60, Word(1))
            self.after(90, Word(2), key="gone")
            self.cancel_after("gone")

    booth = Booth.new()
    address = booth.launch(Later)
    await asyncio.sleep(120)
    await address.stop(timeout_s=5)
    assert booth.log == [Word(1), "stop"]


async def test_an_answer_may_be_deferred_and_comes_from_the_thread() -> None:
    class Deferring(Blocking):
        def on_receive(self, message: Any) -> None:
            reply = self.defer()
            threading.Timer(0.01, reply.set, ["late"]).start()

    address = await start(lambda: Deferring([]))
    with external_work():
        assert await address.ask(Echo(1), timeout_s=5) == "late"
    await address.stop(timeout_s=5)


async def test_thread_actors_and_loop_actors_may_follow_each_other_at_an_address() -> None:
    booth = Booth.new()
    for factory in (Blocking, Recorder, Blocking):
        address = booth.launch(factory)
        assert await address.ask(Echo(factory.__name__), timeout_s=5) == factory.__name__
        await address.shutdown(deadline_s=5)
