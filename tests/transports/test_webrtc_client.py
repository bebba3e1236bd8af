"""The agent that dials, against a signalling server of ours that passes messages on."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

from actors.arrivals import Joined
from tests.transports.webrtc_rig import browser, call_line, tone
from transports.webrtc.client import (
    Answer,
    SignallingError,
    WebRtcClientTransport,
    read_signal,
)
from transports.webrtc.offer import Candidate

CANDIDATE = "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host"
NOISE = ("hello", "[1]", '{"type": "hello"}', '{"candidate": "x"}', '{"type": "answer"}')


@asynccontextmanager
async def signalling_server() -> AsyncGenerator[str]:
    """Run a server that tells each message to all others; yields its address."""

    async def pass_on(one: ServerConnection) -> None:
        async for text in one:
            broadcast(server.connections - {one}, text)

    async with serve(pass_on, "127.0.0.1", 0) as server:
        host, port = next(iter(server.sockets)).getsockname()
        yield f"ws://{host}:{port}/room"


async def answer_one_offer(url: str, waits: asyncio.Event, *, trickled: bool = False) -> None:
    """Be somebody in a browser who waits to be called, talks for a moment and hangs up."""
    async with connect(url) as server, browser() as person:
        waits.set()
        async for text in server:
            if (message := json.loads(text)).get("type") == "offer":
                break
        else:
            raise AssertionError("nobody called")
        answer = await person.answer(message["sdp"])
        for noise in NOISE:
            await server.send(noise)
        lines = answer.splitlines(keepends=True)
        if trickled:
            answer = "".join(line for line in lines if "candidate" not in line)
        await server.send(json.dumps({"type": "answer", "sdp": answer}))
        if trickled:
            found = next(line for line in lines if "a=candidate" in line).strip()
            candidate = {"candidate": found.removeprefix("a="), "sdpMid": "0"}
            await server.send(json.dumps({"candidate": candidate}))
        person.microphone.speak(tone(0.2))
        await person.until(lambda: len(person.loud_since) > 5)


@pytest.mark.real_time
@pytest.mark.slow
@pytest.mark.parametrize("trickled", [False, True])
async def test_the_agent_calls_somebody_through_a_signalling_server(*, trickled: bool) -> None:
    async with signalling_server() as url, asyncio.TaskGroup() as people:
        somebody_waits = asyncio.Event()
        people.create_task(answer_one_offer(url, somebody_waits, trickled=trickled))
        await somebody_waits.wait()
        async with call_line(WebRtcClientTransport(url=url, rejoin_s=0.2)) as call:
            await call.until(lambda: Joined() in call.arrivals)
            await call.until(lambda: bool(call.sound.size and np.abs(call.sound).max() > 2000))
            await call.speak(tone(0.3))
            await call.until(lambda: call.ended)


@pytest.mark.real_time
@pytest.mark.slow
async def test_the_agent_dials_again_when_the_connection_is_lost() -> None:
    async with signalling_server() as url, asyncio.TaskGroup() as people:
        one_waits, another_waits = asyncio.Event(), asyncio.Event()
        people.create_task(answer_one_offer(url, one_waits))
        await one_waits.wait()
        async with call_line(WebRtcClientTransport(url=url)) as call:
            await call.until(lambda: call.entries == 1)
            people.create_task(answer_one_offer(url, another_waits))
            await another_waits.wait()
            await call.speak(tone(0.3))
            await call.until(lambda: call.entries == 2)
            await call.speak(tone(0.3))


@pytest.mark.real_time
async def test_a_server_that_cannot_be_reached_is_told_in_one_line() -> None:
    async with signalling_server() as url:
        pass
    transport = WebRtcClientTransport(url=url)
    async with call_line(transport) as call:
        with pytest.raises(SignallingError, match="cannot be reached"):
            await call.line.arrivals().__anext__()


@pytest.mark.real_time
async def test_a_call_that_nobody_answers_ends() -> None:
    async with (
        signalling_server() as url,
        call_line(WebRtcClientTransport(url=url, answer_within_s=0.1)) as call,
    ):
        await call.until(lambda: call.ended, within_s=30.0)  # the default is 60


@pytest.mark.parametrize("url", ["", "http://example.org", "ws://", "example.org"])
def test_an_address_that_is_none_is_refused_when_it_is_declared(url: str) -> None:
    with pytest.raises(ValueError, match="signalling server's address"):
        WebRtcClientTransport(url=url)


def test_candidates_are_read_flat_and_as_browsers_give_them() -> None:
    flat = {"candidate": CANDIDATE, "sdpMid": "0", "sdpMLineIndex": 0}
    wanted = Candidate(CANDIDATE, sdp_mid="0", sdp_m_line_index=0)
    assert read_signal(json.dumps(flat)) == wanted
    assert read_signal(json.dumps({"candidate": flat})) == wanted
    assert read_signal('{"candidate": null}') == Candidate("")
    assert read_signal('{"type": "answer", "sdp": "v=0"}') == Answer("v=0")


@given(
    st.one_of(
        st.binary(max_size=50),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["type", "sdp", "candidate", "sdpMid"]), inner, max_size=4
                )
            ),
            max_leaves=6,
        ).map(json.dumps),
    )
)
def test_no_message_of_a_server_is_a_fault(text: str | bytes) -> None:
    signal = read_signal(text)
    assert signal is None or isinstance(signal, Answer) or signal.is_sound
