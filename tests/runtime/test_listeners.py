"""A stream of a room's events: begins at once, ends with the call, never grows without bound."""

import asyncio
import weakref

from actors.reports import Event, Report, SessionClosed, UserTranscript, WokenUp
from runtime.listeners import WAITING_EVENTS, EventStream, Listeners


def publish(listeners: Listeners, *events: Event) -> None:
    for event in events:
        listeners.take(Report(0, "r1", 0, event))


def word(text: str) -> UserTranscript:
    return UserTranscript(text, final=True)


async def test_a_stream_has_what_happened_since_it_was_asked_for() -> None:
    listeners = Listeners("r1")
    publish(listeners, word("before"))
    stream = listeners.events(UserTranscript)
    publish(listeners, word("one"), WokenUp(), word("two"))
    assert [await anext(stream), await anext(stream)] == [word("one"), word("two")]


async def test_a_stream_ends_with_the_call_and_stays_ended() -> None:
    listeners = Listeners("r1")
    stream = listeners.events(UserTranscript)
    everything: EventStream[Event] = listeners.events()
    publish(listeners, word("one"), SessionClosed("over"))
    assert [event async for event in stream] == [word("one")]
    assert [event async for event in stream] == []
    assert [event async for event in everything] == [word("one"), SessionClosed("over")]


async def test_who_waits_for_an_event_is_let_go_when_the_stream_is_closed() -> None:
    stream = Listeners("r1").events(WokenUp)
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(anext(stream, None))
        await asyncio.sleep(0.1)
        await stream.aclose()
    assert reading.result() is None


async def test_a_stream_that_nobody_reads_keeps_the_newest_events_only() -> None:
    listeners = Listeners("r1")
    stream: EventStream[Event] = listeners.events()
    publish(listeners, *(word(str(number)) for number in range(WAITING_EVENTS + 10)))
    assert await anext(stream) == word("10")


async def test_a_stream_that_was_dropped_is_forgotten() -> None:
    listeners = Listeners("r1")
    stream = listeners.events(WokenUp)
    dropped = weakref.ref(stream)
    del stream
    assert dropped() is None
    publish(listeners, WokenUp())
