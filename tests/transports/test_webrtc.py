"""The line of a call over WebRTC: real connections over 127.0.0.1, as a door makes them."""

import asyncio

import numpy as np
import pytest

from actors.arrivals import AudioIn, Joined
from tests.transports.webrtc_rig import browser, call_line, tone
from transports.webrtc import WebRtcTransport

pytestmark = [pytest.mark.real_time, pytest.mark.slow]


async def test_what_the_caller_says_arrives_whole_and_at_the_right_pitch() -> None:
    async with call_line(WebRtcTransport()) as call, browser() as person:
        await call.connect(person)
        person.microphone.speak(tone(0.5))
        await asyncio.sleep(0.8)
        heard = call.sound.astype(float)
    assert {one.sample_rate_hz for one in call.arrivals if isinstance(one, AudioIn)} == {48_000}
    loud = np.flatnonzero(np.abs(heard) > 2000)
    spoken = heard[loud[0] : loud[-1]]
    assert len(spoken) / 48_000 == pytest.approx(0.5, abs=0.03)
    assert np.abs(np.fft.rfft(spoken, 48_000)).argmax() == pytest.approx(440, abs=2)


async def test_the_agent_is_heard_without_a_hole_and_silence_goes_on_after_it() -> None:
    async with call_line(WebRtcTransport()) as call, browser() as person:
        await call.connect(person)
        await call.speak(tone(0.5))
        await asyncio.sleep(0.4)
        heard = np.frombuffer(bytes(person.sound), np.int16).astype(float)
    levels = np.abs(heard[: len(heard) // 960 * 960].reshape(-1, 960)).max(axis=1)
    loud = np.flatnonzero(levels > 2000)
    assert loud[-1] - loud[0] + 1 == len(loud)
    assert len(loud) in {25, 26}
    assert len(levels) > loud[-1] + 5


async def test_silence_is_heard_while_the_caller_sends_nothing() -> None:
    async with call_line(WebRtcTransport()) as call, browser() as person:
        await call.connect(person)
        person.connection.getSenders()[0].replaceTrack(None)
        await asyncio.sleep(0.1)
        before = len(call.sound)
        await asyncio.sleep(0.6)
        assert (len(call.sound) - before) / 48_000 == pytest.approx(0.6, abs=0.15)


async def test_a_greeting_and_what_is_sent_later_come_over_the_data_channel() -> None:
    transport = WebRtcTransport()
    async with call_line(transport) as call, browser() as person:
        answer = await transport.answer(await person.offer(), greeting='{"type": "ready"}')
        await person.accept(answer)
        await person.until(lambda: bool(person.messages))
        transport.send('{"type": "event"}')
        await person.until(lambda: len(person.messages) > 1)
    assert call.arrivals.count(Joined()) == 1
    assert person.messages == ['{"type": "ready"}', '{"type": "event"}']


async def test_a_caller_who_comes_back_takes_the_place_of_the_old_connection() -> None:
    async with call_line(WebRtcTransport()) as call, browser() as person, browser() as again:
        await call.connect(person)
        await call.connect(again)
        again.microphone.speak(tone(0.2))
        await call.until(lambda: bool(np.abs(call.sound).max() > 2000))
        assert call.arrivals.count(Joined()) == 2
        assert not call.ended


async def test_the_line_ends_when_a_caller_who_has_hung_up_stays_away() -> None:
    async with call_line(WebRtcTransport(rejoin_s=0.3)) as call, browser() as person:
        await call.connect(person)
        await person.close()
        await call.until(lambda: call.ended, within_s=2.0)


async def test_the_line_ends_when_nobody_ever_comes() -> None:
    async with call_line(WebRtcTransport(first_within_s=0.1)) as call:
        await call.until(lambda: call.ended, within_s=1.0)
