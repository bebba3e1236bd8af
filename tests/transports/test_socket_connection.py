"""One WebSocket: bounded in both directions, and gone when it is silent."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.arrivals import AudioIn, PlayedUpTo, TextIn
from tests.transports.far_end import FarEnd
from transports.socket_connection import (
    LARGEST_MESSAGE,
    OVER,
    SILENT,
    TOO_BIG,
    TOO_MUCH,
    TOO_SLOW,
    UNREADABLE,
    Incoming,
    SocketConnection,
)
from transports.token_bucket import TokenBucket

FRAME = bytes(640)


class Server:
    """A connection that is served, and what came of it."""

    def __init__(self) -> None:
        self.far = FarEnd()
        self.came: list[Incoming] = []
        self.connection = SocketConnection(self.far, 16_000, self._take)

    def _take(self, connection: SocketConnection, message: Incoming) -> None:
        assert connection is self.connection
        self.came.append(message)


@asynccontextmanager
async def served() -> AsyncGenerator[Server]:
    server = Server()
    serving = asyncio.get_running_loop().create_task(server.connection.serve())
    yield server
    await asyncio.sleep(0)
    server.far.says(None)
    async with asyncio.timeout(5):
        await serving


async def test_audio_and_control_are_handed_on_in_order() -> None:
    async with served() as server:
        server.far.says(FRAME, '{"type": "text", "text": "hello"}', '{"type": "pong"}')
        server.far.says('{"type": "played", "samples": 5}')
        await asyncio.sleep(0.01)
    assert server.came == [AudioIn(FRAME, 16_000), TextIn("hello"), PlayedUpTo(5)]


async def test_a_far_end_that_sends_nothing_is_asked_and_then_given_up_within_ten_seconds() -> None:
    server = Server()
    began_s = asyncio.get_running_loop().time()
    async with asyncio.timeout(20):
        await server.connection.serve()
    assert asyncio.get_running_loop().time() - began_s < 10
    assert server.far.closed is not None
    assert server.far.closed[0] == SILENT
    assert [text["type"] for text in server.far.texts] == ["ping", "ping"]


async def test_a_far_end_that_answers_pings_stays() -> None:
    async with served() as server:
        for _ in range(30):
            await asyncio.sleep(2)
            server.far.says('{"type": "pong"}')
        assert server.far.closed is None


async def test_a_far_end_that_neither_reads_nor_sends_is_given_up_as_well() -> None:
    server = Server()
    server.far.reads.clear()
    server.connection.play(FRAME)
    began_s = asyncio.get_running_loop().time()
    async with asyncio.timeout(20):
        await server.connection.serve()
    assert asyncio.get_running_loop().time() - began_s < 10


async def test_a_far_end_that_reads_too_slowly_is_closed_and_nothing_is_kept() -> None:
    async with served() as server:
        server.far.reads.clear()
        for _ in range(300):
            server.connection.play(FRAME)
        await asyncio.sleep(0.5)
        assert server.far.sent == []
    assert server.connection.outcome == (TOO_SLOW, "the far end reads too slowly")


async def test_ten_thousand_tiny_messages_end_the_connection_and_are_not_kept() -> None:
    async with served() as server:
        server.far.says(*[b"\0\0"] * 10_000)
        await asyncio.sleep(0.01)
        assert len(server.came) <= 400
    assert server.far.closed == (TOO_MUCH, "more messages than real time needs")


async def test_audio_faster_than_real_time_is_dropped_and_that_is_told_once() -> None:
    async with served() as server:
        for _ in range(100):  # 10 s of audio in 1 s
            server.far.says(bytes(3200))
            await asyncio.sleep(0.01)
    seconds = sum(len(one.pcm) for one in server.came if isinstance(one, AudioIn)) / 32_000
    assert 5 <= seconds <= 7
    assert [text["code"] for text in server.far.texts] == ["too_much_audio"]


async def test_a_giant_message_ends_the_connection() -> None:
    async with served() as server:
        server.far.says(bytes(LARGEST_MESSAGE + 1))
        await asyncio.sleep(0.01)
    assert server.far.closed is not None
    assert server.far.closed[0] == TOO_BIG
    assert server.came == []


@pytest.mark.parametrize("bad", [b"", b"\0", bytes(6402), "{", '{"type": "fly"}'])
async def test_what_cannot_be_read_is_answered_and_the_tenth_ends_the_connection(
    bad: bytes | str,
) -> None:
    async with served() as server:
        server.far.says(*[bad] * 9)
        await asyncio.sleep(0.01)
        assert server.far.closed is None
        assert {text["code"] for text in server.far.texts} == {"bad_message"}
        server.far.says(bad)
        await asyncio.sleep(0.01)
    assert server.far.closed is not None
    assert server.far.closed[0] == UNREADABLE
    assert server.came == []


@settings(max_examples=40)
@given(st.lists(st.binary(max_size=200) | st.text(max_size=60), max_size=40))
async def test_whatever_comes_is_read_or_refused(messages: list[bytes | str]) -> None:
    async with served() as server:
        server.far.says(*messages)
        await asyncio.sleep(0.01)
        assert len(server.came) <= len(messages)


async def test_what_waits_is_sent_before_the_connection_closes() -> None:
    async with served() as server:
        server.connection.send("one")
        server.connection.play(b"ab")
        server.connection.end(OVER, "the call is over")
        server.connection.send("too late")
        server.connection.end(TOO_MUCH, "not the first")
    assert server.far.sent == ["one", b"ab"]
    assert server.far.closed == (OVER, "the call is over")


async def test_a_far_end_that_breaks_off_while_something_is_sent_ends_quietly() -> None:
    class Broken(FarEnd):
        async def send(self, data: bytes | str) -> None:
            raise ConnectionError(str(data))

    connection = SocketConnection(Broken(), 16_000, lambda _connection, _message: None)
    connection.send("anything")
    async with asyncio.timeout(5):
        await connection.serve()


def test_a_bucket_gives_a_burst_and_then_what_time_brings() -> None:
    bucket = TokenBucket(10, 5)
    assert [bucket.take(1, 0.0) for _ in range(6)] == [True] * 5 + [False]
    assert not bucket.take(1, 0.05)
    assert bucket.take(1, 0.15)
    assert bucket.take(5, 100.0)
    assert not bucket.take(1, 100.0)
