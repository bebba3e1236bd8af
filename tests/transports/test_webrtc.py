"""The line of a call over WebRTC: real connections over 127.0.0.1, as a door makes them."""

import asyncio

import numpy as np
import pytest

from actors.arrivals import (
    AudioIn,
    ConnectionBack,
    ConnectionLost,
    DtmfPressed,
    InterruptAsked,
    Joined,
    TextIn,
    VideoIn,
)
from tests.attempts import undisturbed
from tests.transports.webrtc_rig import browser, call_line, tone
from transports.webrtc.config import WebRtcConfig
from transports.webrtc.transport import WebRtcTransport

pytestmark = [pytest.mark.real_time, pytest.mark.slow]


async def test_what_the_caller_says_arrives_whole_and_at_the_right_pitch() -> None:
    await undisturbed(the_caller_speaks)


async def the_caller_speaks() -> None:
    async with call_line(WebRtcTransport()) as call, browser() as person:
        await call.connect(person)
        person.microphone.speak(tone(0.5))
        await asyncio.sleep(0.8)
        heard = call.sound.astype(float)
    assert {one.sample_rate_hz for one in call.arrivals if isinstance(one, AudioIn)} == {16_000}
    loud = np.flatnonzero(np.abs(heard) > 2000)
    assert loud.size
    spoken = heard[loud[0] : loud[-1]]
    assert len(spoken) / 16_000 == pytest.approx(0.5, abs=0.03)
    assert np.abs(np.fft.rfft(spoken, 16_000)).argmax() == pytest.approx(440, abs=2)


async def test_the_agent_is_heard_without_a_hole_and_silence_goes_on_after_it() -> None:
    await undisturbed(the_agent_speaks)


async def the_agent_speaks() -> None:
    async with call_line(WebRtcTransport()) as call, browser() as person:
        await call.connect(person)
        await call.speak(tone(0.5))
        await asyncio.sleep(0.4)
        heard = np.frombuffer(bytes(person.sound), np.int16).astype(float)
    levels = np.abs(heard[: len(heard) // 960 * 960].reshape(-1, 960)).max(axis=1)
    loud = np.flatnonzero(levels > 2000)
    assert loud.size
    assert loud[-1] - loud[0] + 1 == len(loud)
    assert len(loud) in {25, 26}
    assert len(levels) > loud[-1] + 5


async def test_silence_is_heard_while_the_caller_sends_nothing() -> None:
    async with call_line(WebRtcTransport()) as call, browser() as person:
        await call.connect(person)
        person.connection.getSenders()[0].replaceTrack(None)
        await asyncio.sleep(0.1)
        clock, before = asyncio.get_running_loop().time, len(call.sound)
        await call.until(lambda: len(call.sound) > before)
        begun_s, before = clock(), len(call.sound)
        await call.until(lambda: len(call.sound) >= before + 0.6 * 16_000)
        assert (len(call.sound) - before) / 16_000 <= clock() - begun_s + 0.15


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
        assert call.events == [Joined(), ConnectionLost(), ConnectionBack()]
        assert not call.ended


async def test_the_line_ends_when_a_caller_who_has_hung_up_stays_away() -> None:
    async with call_line(WebRtcTransport(rejoin_s=0.3)) as call, browser() as person:
        await call.connect(person)
        await person.close()
        await call.until(lambda: call.ended, within_s=10.0)  # the default is 15


async def test_the_line_ends_when_nobody_ever_comes() -> None:
    async with call_line(WebRtcTransport(first_within_s=0.1)) as call:
        await call.until(lambda: call.ended, within_s=10.0)  # the default is 15


async def test_a_line_that_is_opened_again_says_that_the_connection_was_lost() -> None:
    transport = WebRtcTransport()
    async with call_line(transport) as call, browser() as person:
        await call.connect(person)
    async with call_line(transport) as call, browser() as person:
        await call.connect(person)
        assert call.events == [ConnectionLost(), ConnectionBack()]


async def test_messages_of_the_data_channel_come_in_as_what_they_mean() -> None:
    async with call_line(WebRtcTransport()) as call, browser() as person:
        await call.connect(person)
        await person.say(
            {"type": "text", "text": "two nights"},
            {"type": "dtmf", "digit": "5"},
            {"type": "interrupt"},
            {"type": "pong", "n": 1},
        )
        await call.until(lambda: len(call.events) == 4)
    assert call.events[1:] == [TextIn("two nights"), DtmfPressed("5"), InterruptAsked()]


async def test_whoever_says_bye_has_hung_up_and_nobody_waits() -> None:
    async with call_line(WebRtcTransport()) as call, browser() as person:
        await call.connect(person)
        await person.say({"type": "bye"})
        await call.until(lambda: call.ended, within_s=10.0)  # one who might come back has 15
    assert call.events == [Joined()]


async def test_a_message_that_is_none_is_told_and_ten_of_them_end_the_connection() -> None:
    async with call_line(WebRtcTransport()) as call, browser() as person:
        await call.connect(person)
        await person.say({"type": "played", "samples": 1}, {"type": "sing"}, b"\x00\x01")
        await person.until(lambda: len(person.messages) == 3)
        assert all('"bad_message"' in message for message in person.messages)
        await person.say(*[{"type": "sing"}] * 7)
        await call.until(lambda: ConnectionLost() in call.arrivals)


async def test_whoever_floods_the_data_channel_loses_the_connection_and_not_the_call() -> None:
    async with call_line(WebRtcTransport()) as call, browser() as person:
        await call.connect(person)
        await person.say(*[{"type": "pong", "n": 1}] * 300)
        await call.until(lambda: ConnectionLost() in call.arrivals)
        assert not call.ended


async def test_the_camera_is_seen_where_it_is_wanted() -> None:
    transport = WebRtcTransport(config=WebRtcConfig(video=True))
    async with call_line(transport) as call, browser(camera=True) as person:
        await call.connect(person)
        await call.until(lambda: any(isinstance(one, VideoIn) for one in call.arrivals))
    pictures = [one.picture for one in call.arrivals if isinstance(one, VideoIn)]
    assert {(picture.width, picture.height) for picture in pictures} == {(640, 480)}


async def test_the_camera_is_turned_down_where_it_is_not_wanted() -> None:
    async with call_line(WebRtcTransport()) as call, browser(camera=True) as person:
        await call.connect(person)
        _, video = person.connection.getTransceivers()
        assert video.currentDirection == "inactive"
