"""What becomes of mail: asks, deadlines, interrupts, restarts."""

import asyncio
from typing import Any

import pytest

from supervision import (
    ActorDeadError,
    AskTimeout,
    Exit,
    HandlerInterrupted,
    MailboxFull,
    MailboxLimits,
    Reply,
)
from tests.supervision.extras import Audio, Crash, Echo, Gate, Post, Recorder, Wait, Word, settle


class Lenient(Recorder):
    crash_on_ask_error = False


class Deferring(Recorder):
    """Answers every ask when it is told a word."""

    def __init__(self, log: list[Any]) -> None:
        super().__init__(log)
        self.open: list[Reply[Any]] = []

    def on_receive(self, message: Any) -> Any:
        match message:
            case Echo():
                self.open.append(self.defer())
            case Word(number):
                for reply in self.open:
                    reply.set(number)
            case _:
                self.defer()


async def test_an_ask_returns_the_answer() -> None:
    post = Post()
    assert await post.launch().ask(Echo([1]), timeout_s=1) == [1]
    await post.end()


async def test_an_ask_that_is_not_answered_in_time_fails_and_the_actor_lives() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    with pytest.raises(AskTimeout, match="post"):
        await address.ask(Wait(gate), timeout_s=1.5)
    assert asyncio.get_running_loop().time() == pytest.approx(1.5)
    gate.opened.set()
    assert await address.ask(Echo(1), timeout_s=1) == 1
    await post.end()


async def test_an_ask_that_nobody_awaits_any_more_is_not_handled() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    address.tell(Wait(gate))
    await gate.reached.wait()
    with pytest.raises(AskTimeout):
        await address.ask(Crash(ValueError()), timeout_s=1)
    gate.opened.set()
    assert await address.ask(Echo(1), timeout_s=1) == 1
    assert address.stats().expired == 1
    await post.end()


async def test_an_ask_whose_handler_crashes_fails_and_is_not_tried_again() -> None:
    post = Post()
    address = post.launch()
    with pytest.raises(ActorDeadError, match="ended before it answered"):
        await address.ask(Crash(ValueError("bad")), timeout_s=1)
    assert post.watcher.heard[-1] is Exit.CRASHED
    post.launch()
    assert await address.ask(Echo("alive"), timeout_s=1) == "alive"
    await post.end()


async def test_a_lenient_actor_hands_its_error_to_the_asker_and_lives() -> None:
    post = Post()
    address = post.launch(Lenient)
    with pytest.raises(ValueError, match="bad"):
        await address.ask(Crash(ValueError("bad")), timeout_s=1)
    assert await address.ask(Echo(1), timeout_s=1) == 1
    await post.end()


async def test_an_ask_to_a_full_mailbox_fails_at_once() -> None:
    post = Post(limits=MailboxLimits(control=1))
    post.address.tell(Word(1))
    with pytest.raises(MailboxFull, match="post"):
        await post.address.ask(Echo(1), timeout_s=1)


async def test_a_send_waits_for_room() -> None:
    post = Post(limits=MailboxLimits(control=1))
    post.address.tell(Word(1))
    sending = asyncio.get_running_loop().create_task(post.address.send(Word(2), timeout_s=9))
    await asyncio.sleep(5)
    assert not sending.done()
    post.launch()
    await sending
    await settle()
    assert post.log == ["start", Word(1), Word(2)]
    await post.end()


async def test_a_send_without_room_fails_at_its_deadline_and_is_not_delivered() -> None:
    post = Post(limits=MailboxLimits(control=1))
    post.address.tell(Word(1))
    with pytest.raises(MailboxFull):
        await post.address.send(Word(2), timeout_s=2)
    post.launch()
    await settle()
    assert post.log == ["start", Word(1)]
    await post.end()


async def test_asks_and_sends_to_a_closed_address_fail() -> None:
    post = Post()
    post.address.close()
    with pytest.raises(ActorDeadError, match="for good"):
        await post.address.ask(Echo(1), timeout_s=1)
    with pytest.raises(ActorDeadError, match="for good"):
        await post.address.send(Word(1), timeout_s=1)
    post.address.tell(Word(2))
    assert post.address.stats().dead_letters == 3


async def test_an_answer_may_be_deferred() -> None:
    post = Post()
    address = post.launch(Deferring)
    asking = asyncio.get_running_loop().create_task(address.ask(Echo(0), timeout_s=9))
    await asyncio.sleep(3)
    assert not asking.done()
    address.tell(Word(42))
    assert await asking == 42
    await post.end()


async def test_a_deferred_answer_fails_when_the_incarnation_ends() -> None:
    post = Post()
    address = post.launch(Deferring)
    asking = asyncio.get_running_loop().create_task(address.ask(Echo(0), timeout_s=9))
    await settle()
    address.kill()
    with pytest.raises(ActorDeadError):
        await asking


async def test_a_told_message_has_no_answer_to_defer() -> None:
    post = Post()
    address = post.launch(Deferring)
    address.tell(Audio(1))
    reason = await address.ended()
    assert reason is not None
    assert isinstance(reason.error, RuntimeError)


async def test_an_interrupt_cancels_only_the_handler_in_flight() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    asking = asyncio.get_running_loop().create_task(address.ask(Wait(gate), timeout_s=9))
    await gate.reached.wait()
    address.tell(Word(1))
    address.interrupt()
    address.interrupt()
    with pytest.raises(HandlerInterrupted):
        await asking
    await settle()
    assert post.log == ["start", "interrupt", Word(1)]
    assert await address.ask(Echo(1), timeout_s=1) == 1
    await post.end()


async def test_an_interrupt_of_a_told_message_lets_the_next_one_in() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    address.tell(Wait(gate))
    await gate.reached.wait()
    address.interrupt()
    address.tell(Word(1))
    await settle()
    assert post.log == ["start", "interrupt", Word(1)]
    await post.end()


async def test_an_interrupt_without_a_handler_in_flight_does_nothing() -> None:
    post = Post()
    address = post.launch()
    await settle()
    address.interrupt()
    assert await address.ask(Echo(1), timeout_s=1) == 1
    assert post.log == ["start"]
    await post.end()


async def test_timeouts_work_as_ever_after_an_interrupt() -> None:
    class Patient(Recorder):
        async def on_receive(self, message: Any) -> Any:
            if isinstance(message, Wait):
                async with asyncio.TaskGroup() as group:
                    group.create_task(message.gate.passed())
            else:
                async with asyncio.timeout(1):
                    await asyncio.Event().wait()

    post, gate = Post(), Gate()
    address = post.launch(Patient)
    address.tell(Wait(gate))
    await gate.reached.wait()
    address.interrupt()
    address.tell(Word(1))
    reason = await address.ended()
    assert reason is not None
    assert type(reason.error) is TimeoutError


async def test_a_handler_that_swallows_an_interrupt_keeps_its_answer() -> None:
    class Polite(Recorder):
        async def on_receive(self, message: Any) -> Any:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return "what I have so far"

    post = Post()
    address = post.launch(Polite)
    asking = asyncio.get_running_loop().create_task(address.ask(Echo(0), timeout_s=9))
    await settle()
    address.interrupt()
    assert await asking == "what I have so far"
    assert post.log == ["start", "interrupt"]
    await post.end()


async def test_unread_mail_waits_for_the_next_incarnation() -> None:
    post = Post()
    address = post.launch()
    address.tell(Crash(ValueError()))
    address.tell(Word(1))
    await address.ended()
    address.tell(Word(2))
    address.mailbox.suspect = Word(0)
    post.launch()
    await settle()
    assert post.log == ["start", "failure", "start", Word(0), Word(1), Word(2)]
    await post.end()


async def test_a_message_that_crashes_twice_is_set_aside_and_counted() -> None:
    post = Post()
    address = post.launch()
    address.tell(Crash(ValueError()))
    address.tell(Word(1))
    for _ in range(2):
        await address.ended()
        post.launch()
    await settle()
    assert post.watcher.heard.count(Exit.CRASHED) == 2
    assert post.log == ["start", "failure", "start", "failure", "start", Word(1)]
    assert address.stats().set_aside == 1
    await post.end()


async def test_a_message_that_succeeds_at_its_second_try_is_forgotten() -> None:
    class Moody(Recorder):
        def on_receive(self, message: Any) -> None:
            self.log.append(message)
            if len(self.log) == 2 or message == Word(2):
                raise ValueError

    post = Post()
    address = post.launch(Moody)
    address.tell(Word(1))
    await address.ended()
    post.launch(Moody)
    await settle()
    assert post.log == ["start", Word(1), "failure", "start", Word(1)]
    address.tell(Word(2))
    await address.ended()
    assert address.stats().set_aside == 0
    assert address.mailbox.suspect == Word(2)


async def test_a_message_whose_handler_was_killed_is_tried_once_more() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    address.tell(Wait(gate))
    await gate.reached.wait()
    address.kill()
    await address.ended()
    gate.reached.clear()
    post.launch()
    await gate.reached.wait()
    gate.opened.set()
    await post.end()


async def test_the_hold_outlives_the_incarnation() -> None:
    class Holding(Recorder):
        def on_start(self) -> None:
            self.hold = (self.hold or 0) + 1

    post = Post()
    address = post.launch(Holding)
    address.tell(Crash(ValueError()))
    await address.ended()
    address.mailbox.suspect = Word(0)
    post.launch(Holding)
    await settle()
    assert address.hold == 2
    await post.end()


async def test_a_tell_without_room_reports_the_receiver_and_goes_on() -> None:
    post, gate = Post(limits=MailboxLimits(control=1)), Gate()
    address = post.launch()
    address.tell(Wait(gate))
    await gate.reached.wait()
    for n in range(4):
        address.tell(Word(n))
    assert post.watcher.heard == [("started", 1), "overloaded"]
    assert address.stats().refused == 3
    gate.opened.set()
    await settle()
    assert post.log == ["start", Word(0)]
    await post.end()


async def test_a_handler_that_runs_long_is_reported_exactly_at_its_deadline() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    await asyncio.sleep(1)
    address.tell(Echo(0))
    await asyncio.sleep(1)
    address.tell(Wait(gate))
    await gate.reached.wait()
    assert address.handling_since_s == 2
    await asyncio.sleep(4.5)
    assert post.watcher.heard[1:] == [("overdue", 4.0), ("overdue", 6.0)]
    gate.opened.set()
    await settle()
    assert address.handling_since_s is None
    await asyncio.sleep(10)
    assert len(post.watcher.heard) == 3
    await post.end()


async def test_an_actor_without_a_deadline_may_handle_for_ever() -> None:
    class Patient(Recorder):
        handler_deadline_s = None

    post, gate = Post(), Gate()
    address = post.launch(Patient)
    address.tell(Wait(gate))
    await asyncio.sleep(100)
    assert post.watcher.heard == [("started", 1)]
    gate.opened.set()
    await post.end()


async def test_the_age_of_the_oldest_message_is_known_without_time_stamps() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    await asyncio.sleep(5)
    assert address.stats().oldest_age_s == 0
    address.tell(Wait(gate))
    await gate.reached.wait()
    address.tell(Word(1))
    await asyncio.sleep(3)
    assert address.stats().oldest_age_s == pytest.approx(3)
    gate.opened.set()
    await settle()
    assert address.stats().oldest_age_s == 0
    await post.end()


async def test_a_busy_actor_that_keeps_up_has_no_old_mail() -> None:
    class Working(Recorder):
        async def on_receive(self, message: Any) -> None:
            await asyncio.sleep(0.1)

    post = Post()
    address = post.launch(Working)
    for n in range(100):
        address.tell(Word(n))
        address.tell(Word(n + 1000)) if n < 3 else None
        await asyncio.sleep(0.1)
        assert address.stats().oldest_age_s <= 1.0
    await address.shutdown(deadline_s=5)


async def test_an_actor_lets_others_run_after_sixty_four_messages() -> None:
    post = Post()
    address = post.launch()
    await settle()
    for n in range(100):
        address.tell(Word(n))
    await asyncio.sleep(0)
    assert len(post.log) == 1 + 64
    await settle()
    assert len(post.log) == 1 + 100
    await post.end()
