"""Mail from threads that do not own the mailbox."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from supervision import Address, MailboxFull, MailboxLimits, start
from supervision.lanes import NOTHING
from supervision.mail import Verdict
from supervision.mailbox import Mailbox
from supervision.messages import POLICIES
from supervision.virtual_time import external_work
from tests.supervision.extras import Audio, Echo, Mark, Post, Recorder, Word, settle


def in_thread(function: Callable[[], Any]) -> Any:
    """Return what the function returns in another thread."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


def bound_box(control: int = 2, media: int = 2) -> Mailbox:
    box = Mailbox(MailboxLimits(control=control, media=media))
    box.bind(asyncio.get_running_loop())
    return box


async def test_a_foreign_sender_sees_the_same_bound_as_the_owner() -> None:
    box = bound_box(control=2)
    assert box.put(Word(0), POLICIES[Word]) is Verdict.ACCEPTED
    verdicts = [in_thread(lambda: box.put(Word(1), POLICIES[Word])) for _ in range(2)]
    assert verdicts == [Verdict.ACCEPTED, Verdict.FULL]
    assert box.stats().depth_by_lane == (0, 2, 0)
    assert box.stats().refused == 1


async def test_mail_is_taken_over_in_the_order_of_its_sender() -> None:
    box = bound_box()

    def put_two() -> None:
        for n in range(2):
            box.put(Word(n), POLICIES[Word])

    in_thread(put_two)
    await settle()
    assert list(iter(box.take, NOTHING)) == [Word(0), Word(1)]


async def test_foreign_audio_drops_the_oldest_wherever_it_waits() -> None:
    box = bound_box(media=2)
    box.put(Audio(0), POLICIES[Audio])

    def put_many() -> None:
        for n in range(1, 5):
            box.put(Audio(n), POLICIES[Audio])

    in_thread(put_many)
    box.take_over()
    assert list(iter(box.take, NOTHING)) == [Audio(3), Audio(4)]
    assert box.stats().dropped == 3


async def test_a_foreign_mark_makes_room_when_the_owner_takes_it_over() -> None:
    box = bound_box(media=2)
    for n in range(2):
        box.put(Audio(n), POLICIES[Audio])
    assert in_thread(lambda: box.put(Mark(2), POLICIES[Mark])) is Verdict.ACCEPTED
    box.take_over()
    assert list(iter(box.take, NOTHING)) == [Audio(1), Mark(2)]


async def test_a_foreign_mark_without_room_is_reported_when_it_is_taken_over() -> None:
    box, reports = bound_box(media=1), list[str]()
    box.on_overload = lambda: reports.append("overloaded")
    box.put(Mark(0), POLICIES[Mark])
    in_thread(lambda: box.put(Mark(1), POLICIES[Mark]))
    box.take_over()
    assert reports == ["overloaded"]
    assert list(iter(box.take, NOTHING)) == [Mark(0)]


def test_mail_to_an_address_without_a_loop_waits_for_its_actor() -> None:
    address: Address[Any] = Address("reserved")
    address.tell(Word(1))
    log: list[Any] = []

    async def live() -> None:
        await start(lambda: Recorder(log), address=address)
        await address.stop(timeout_s=1)

    asyncio.run(live())
    assert log == ["start", Word(1), "stop"]


async def test_a_thread_can_tell_an_actor_and_wakes_it() -> None:
    post = Post()
    address = post.launch()
    await settle()
    in_thread(lambda: address.tell(Word(1)))
    await settle()
    assert post.log == ["start", Word(1)]
    await post.end()


async def test_many_threads_lose_nothing() -> None:
    seen: list[Any] = []
    address = await start(lambda: Recorder(seen), address=Address("busy"))
    senders = [
        threading.Thread(target=lambda: [address.tell(Word(n)) for n in range(100)])
        for _ in range(8)
    ]
    with external_work():
        for sender in senders:
            sender.start()
        await asyncio.to_thread(lambda: [sender.join() for sender in senders])
    await address.stop(timeout_s=5)
    assert len(seen) - 2 == 800


async def test_a_task_of_another_loop_asks_and_sends_as_one_of_this_loop() -> None:
    post = Post()
    address = post.launch()
    await settle()

    async def abroad() -> list[Any]:
        await address.send(Word(1), timeout_s=5)
        return [await address.ask(Echo("hello"), timeout_s=5)]

    assert await asyncio.to_thread(lambda: asyncio.run(abroad())) == ["hello"]
    assert post.log == ["start", Word(1)]
    await post.end()


async def test_a_foreign_ask_to_a_full_mailbox_fails_at_once() -> None:
    address: Address[Any] = Address("full", limits=MailboxLimits(control=1))
    address.tell(Word(1))

    async def abroad() -> None:
        with pytest.raises(MailboxFull):
            await address.ask(Echo(1), timeout_s=5)

    await asyncio.to_thread(lambda: asyncio.run(abroad()))
