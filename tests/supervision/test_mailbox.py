"""A mailbox: priority between lanes, order within, bounds, and overflow by message class."""

import asyncio
from typing import Any

import pytest

from supervision.errors import ActorDeadError, MailboxFull
from supervision.lanes import NOTHING
from supervision.mail import MailboxLimits, Pending, Verdict, payload
from supervision.mailbox import SEAL, Mailbox
from supervision.messages import DEFAULT_POLICY, POLICIES, Lane, Overflow, message
from supervision.reply import Ask
from tests.supervision.extras import Alert, Audio, Echo, Mark, Volume, Word


def mailbox(control: int = 3, media: int = 3) -> Mailbox:
    """Return a mailbox that belongs to this thread."""
    box = Mailbox(MailboxLimits(control=control, media=media))
    box.bind(asyncio.get_running_loop())
    return box


def put(box: Mailbox, item: Any) -> Verdict:
    return box.put(item, POLICIES[type(payload(item))])


def take_all(box: Mailbox) -> list[Any]:
    return list(iter(box.take, NOTHING))


async def test_system_overtakes_control_and_control_overtakes_media() -> None:
    box = mailbox()
    for item in (Audio(1), Word(2), Alert(3), Audio(4), Word(5)):
        put(box, item)
    assert take_all(box) == [Alert(3), Word(2), Word(5), Audio(1), Audio(4)]


async def test_a_full_mailbox_refuses_a_control_message() -> None:
    box = mailbox(control=2)
    assert [put(box, Word(n)) for n in range(3)] == [
        Verdict.ACCEPTED,
        Verdict.ACCEPTED,
        Verdict.FULL,
    ]
    assert take_all(box) == [Word(0), Word(1)]
    assert box.stats().refused == 1


async def test_audio_drops_its_oldest_and_counts_it() -> None:
    box = mailbox(media=2)
    for n in range(5):
        assert put(box, Audio(n)) is Verdict.ACCEPTED
    assert take_all(box) == [Audio(3), Audio(4)]
    assert box.stats().dropped == 3


async def test_a_mark_makes_room_for_itself_among_droppable_audio() -> None:
    box = mailbox(media=3)
    for item in (Mark(0), Audio(1), Audio(2), Mark(3)):
        assert put(box, item) is Verdict.ACCEPTED
    assert take_all(box) == [Mark(0), Audio(2), Mark(3)]


async def test_marks_are_never_dropped_for_audio() -> None:
    box = mailbox(media=2)
    for item in (Mark(0), Mark(1), Audio(2)):
        assert put(box, item) is Verdict.ACCEPTED
    assert put(box, Mark(3)) is Verdict.FULL
    assert take_all(box) == [Mark(0), Mark(1)]
    assert box.stats().dropped == 1


async def test_the_newest_of_a_class_takes_the_place_of_the_one_that_waits() -> None:
    box = mailbox()
    for item in (Volume(1), Word(2), Volume(3)):
        put(box, item)
    assert take_all(box) == [Volume(3), Word(2)]
    put(box, Volume(4))
    assert take_all(box) == [Volume(4)]


async def test_an_ask_that_gives_way_fails() -> None:
    box = mailbox(media=1)
    ask: Ask[Any] = Ask(Audio(1), asyncio.get_running_loop())
    put(box, ask)
    put(box, Audio(2))
    with pytest.raises(MailboxFull):
        await ask.wait()


async def test_the_bounds_of_a_lane_are_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least one"):
        MailboxLimits(control=0)


async def test_a_waiting_send_enters_when_there_is_room_and_in_its_order() -> None:
    box = mailbox(control=1)
    loop = asyncio.get_running_loop()
    put(box, Word(0))
    sends = [Pending(Word(n), DEFAULT_POLICY, loop) for n in (1, 2)]
    for pending in sends:
        put(box, pending)
    assert [pending.done() for pending in sends] == [False, False]
    assert box.take() == Word(0)
    assert [pending.done() for pending in sends] == [True, False]
    assert take_all(box) == [Word(1), Word(2)]
    assert all(pending.done() for pending in sends)


async def test_a_tell_cannot_overtake_a_send_that_waits() -> None:
    box = mailbox(control=1)
    put(box, Word(0))
    put(box, Pending(Word(1), DEFAULT_POLICY, asyncio.get_running_loop()))
    box.take()
    assert put(box, Word(2)) is Verdict.FULL


async def test_an_overload_is_reported_once_until_the_mailbox_was_empty() -> None:
    box, reports = mailbox(control=1), list[str]()
    box.on_overload = lambda: reports.append("overloaded")
    box.tell_overloaded()
    box.tell_overloaded()
    assert len(reports) == 1
    box.overloaded = False
    box.tell_overloaded()
    assert len(reports) == 2


async def test_a_sealed_mailbox_keeps_later_mail_until_it_opens_again() -> None:
    box = mailbox()
    put(box, Word(1))
    box.put(SEAL, DEFAULT_POLICY)
    put(box, Word(2))
    ask: Ask[Any] = Ask(Echo(3), asyncio.get_running_loop())
    put(box, ask)
    put(box, Alert(4))
    assert take_all(box) == [Alert(4), Word(1)]
    box.unseal()
    assert take_all(box) == [Word(2)]
    with pytest.raises(ActorDeadError):
        await ask.wait()


async def test_a_sealed_mailbox_is_bounded_too() -> None:
    box = mailbox(control=1)
    box.seal()
    assert [put(box, Word(n)) for n in range(2)] == [Verdict.ACCEPTED, Verdict.FULL]


async def test_a_closed_mailbox_fails_whoever_waits_and_counts_the_rest() -> None:
    box = mailbox(control=2)
    loop = asyncio.get_running_loop()
    ask: Ask[Any] = Ask(Echo(1), loop)
    send = Pending(Word(3), DEFAULT_POLICY, loop)
    for item in (ask, Word(2), send):
        put(box, item)
    box.close()
    for waiting in (ask, send):
        with pytest.raises(ActorDeadError):
            await waiting.wait()
    assert put(box, Word(4)) is Verdict.DEAD
    assert put(box, Alert(5)) is Verdict.DEAD
    assert box.stats().dead_letters == 4
    assert box.stats().depth == 0


async def test_a_purge_empties_one_lane_and_counts_it() -> None:
    box = mailbox()
    for item in (Audio(1), Word(2), Audio(3)):
        put(box, item)
    box.purge(Lane.MEDIA)
    assert take_all(box) == [Word(2)]
    assert box.stats().dropped == 2


async def test_an_idle_mailbox_has_no_queues_of_its_own() -> None:
    assert mailbox().queues is mailbox().queues


async def test_a_loop_that_is_open_does_not_lose_its_mailbox_to_another() -> None:
    box = mailbox()
    other = asyncio.new_event_loop()
    try:
        with pytest.raises(RuntimeError, match="stays with the event loop"):
            box.bind(other)
    finally:
        other.close()


def test_a_subclass_has_the_policy_of_its_base() -> None:
    class Louder(Audio):
        pass

    assert POLICIES[Louder] is POLICIES[Audio]


def test_a_message_class_without_a_declaration_is_control_and_never_dropped() -> None:
    assert POLICIES[Word].lane is Lane.CONTROL
    assert POLICIES[Word].overflow is Overflow.REFUSE


def test_a_system_message_takes_no_overflow_rule() -> None:
    with pytest.raises(ValueError, match="SYSTEM"):
        message(lane=Lane.SYSTEM, overflow=Overflow.DROP_OLDEST)
