import asyncio
import threading

import pytest

from transports.sound_threads import (
    INBOX_FRAMES,
    LEAD_FRAMES,
    OUTBOX_FRAMES,
    Inbox,
    Outbox,
    SoundGoneError,
)

SILENCE = bytes(4)


def frame(number: int) -> bytes:
    return number.to_bytes(4, "big")


async def take(inbox: Inbox, count: int) -> list[bytes]:
    frames = inbox.frames()
    taken = [await anext(frames) for _ in range(count)]
    await frames.aclose()
    return taken


async def test_frames_of_another_thread_come_in_order() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    sound = threading.Thread(target=lambda: [inbox.put(frame(n)) for n in range(40)])
    sound.start()
    sound.join()

    assert await take(inbox, 40) == [frame(n) for n in range(40)]
    assert inbox.lost == 0


async def test_a_busy_loop_loses_the_oldest_frames_and_counts_them() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    for number in range(INBOX_FRAMES + 7):
        inbox.put(frame(number))

    assert (await take(inbox, 1), inbox.lost) == ([frame(7)], 7)


async def test_a_blocked_loop_gathers_one_wake_up_only() -> None:
    calls: list[object] = []

    class Loop:
        def call_soon_threadsafe(self, callback: object) -> None:
            calls.append(callback)

    inbox = Inbox(Loop())  # pyright: ignore[reportArgumentType] - all that it asks of a loop
    for number in range(100):
        inbox.put(frame(number))

    assert len(calls) == 1


async def test_an_unplugged_microphone_ends_the_frames() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    inbox.put(frame(1))
    inbox.end()

    assert [pcm async for pcm in inbox.frames()] == []


async def test_a_microphone_that_falls_silent_altogether_is_gone() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    begun_s = asyncio.get_running_loop().time()

    with pytest.raises(SoundGoneError, match="delivers nothing any more"):
        await take(inbox, 1)
    assert asyncio.get_running_loop().time() - begun_s == pytest.approx(5.0)


def test_speech_begins_with_a_lead_and_then_flows() -> None:
    outbox = Outbox(4)
    outbox.put(frame(1))
    assert outbox.take() == SILENCE
    outbox.put(frame(2))

    assert [outbox.take(), outbox.take(), outbox.take()] == [frame(1), frame(2), SILENCE]


def test_a_single_frame_is_played_after_all() -> None:
    outbox = Outbox(4)
    outbox.put(frame(1))

    assert [outbox.take() for _ in range(LEAD_FRAMES + 1)] == [SILENCE, SILENCE, frame(1)]


def test_a_slow_sound_card_loses_the_oldest_speech_and_counts_it() -> None:
    outbox = Outbox(4)
    for number in range(OUTBOX_FRAMES + 3):
        outbox.put(frame(number))

    assert (outbox.take(), outbox.lost, outbox.waiting) == (frame(3), 3, OUTBOX_FRAMES - 1)
