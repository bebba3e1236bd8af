"""The feed of a recogniser: order is kept, and one reader waits for what comes."""

import asyncio

import pytest

from actors.stt.feed import Feed
from actors.vendor import SttAudio


async def test_inputs_come_in_order_whether_the_reader_waits_or_not() -> None:
    feed = Feed(10)
    given = [SttAudio(number, b"") for number in range(4)]
    feed.put(given[0])
    feed.put(given[1])
    read = [await anext(feed), await anext(feed)]
    asyncio.get_running_loop().call_later(1.0, feed.put, given[2])
    read.append(await anext(feed))
    feed.put(given[3])
    assert [*read, await anext(feed)] == given


async def test_a_reader_that_was_cancelled_takes_nothing_with_it() -> None:
    feed = Feed(10)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await anext(feed)
    feed.put(SttAudio(0, b""))
    assert await anext(feed) == SttAudio(0, b"")


async def test_it_is_full_once_as_much_waits_as_may() -> None:
    feed = Feed(2)
    feed.put(SttAudio(0, b""))
    assert not feed.is_full
    feed.put(SttAudio(320, b""))
    assert feed.is_full
