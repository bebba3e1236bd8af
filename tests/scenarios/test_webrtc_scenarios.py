"""Whole calls over WebRTC: a browser of ours on 127.0.0.1 talks to an agent, by the wall clock."""

import asyncio
import wave
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from actors.resample import StreamResampler
from examples.front_desk import Main as FrontDesk
from providers.scripted_llm import ScriptedLLM
from runtime.agent import AgentTarget
from runtime.job import Job
from runtime.testing.ear import Ear
from runtime.worker import Worker
from tests.calls.rig import agent
from tests.transports.webrtc_rig import Browser, browser, tone
from transports.webrtc.config import WebRtcConfig
from transports.webrtc.opus import RATE_HZ
from transports.webrtc.transport import WebRtcTransport

pytestmark = [pytest.mark.real_time, pytest.mark.slow]

HERE = WebRtcConfig()
RECORDING = Path(__file__).parent.parent.parent / "examples/audio/front_desk.wav"
BREAKFAST_S = (2.4, 4.3)
"""Where "what time is breakfast" lies in it."""
UNDER_WAY = 25
"""Frames of 20 ms that may be on their way when the agent is silenced: a fade, a jitter buffer."""


class WebRtcCall:
    """One call under test."""

    def __init__(self, worker: Worker, transport: WebRtcTransport) -> None:
        self.worker = worker
        self.transport = transport
        self.ear = Ear()
        self.job: Job

    async def connect(self, person: Browser) -> None:
        """Let somebody in."""
        await person.accept(await self.transport.answer(await person.offer()))


@asynccontextmanager
async def webrtc_call(
    who: AgentTarget, *, config: WebRtcConfig = HERE, camera: bool = False
) -> AsyncGenerator[tuple[WebRtcCall, Browser]]:
    """Hold a call in which a browser is connected; leaving the block stops the worker."""
    async with browser(camera=camera) as person, Worker(who) as worker:
        call = WebRtcCall(worker, WebRtcTransport(config=config))
        await worker.subscribe(call.ear.take)
        call.job = await worker.open_room("r1", call.transport)
        await call.connect(person)
        await person.until(lambda: person.connection.connectionState == "connected")
        yield call, person


def recorded(begin_s: float, end_s: float) -> bytes:
    """Return a part of the shipped recording at 48 kHz."""
    with wave.open(str(RECORDING), "rb") as recording:
        rate_hz = recording.getframerate()
        recording.setpos(round(begin_s * rate_hz))
        pcm = recording.readframes(round((end_s - begin_s) * rate_hz))
    return StreamResampler(rate_hz, RATE_HZ).push(pcm)


async def test_a_spoken_question_is_heard_over_webrtc_and_the_answer_sounds() -> None:
    async with webrtc_call(FrontDesk) as (call, person):
        await call.ear.until("agent_speech_finished")
        greeted = len(person.loud_since)
        assert greeted > 20
        person.microphone.speak(recorded(*BREAKFAST_S))
        heard = await call.ear.until("turn_committed")
        answer = await call.ear.until("agent_transcript", count=2)
        await asyncio.sleep(0.3)
        assert heard["text"] == "what time is breakfast"
        assert answer["text"] == "Breakfast is from seven to ten."
        assert len(person.loud_since) > greeted + 50


async def test_28_turns_over_webrtc_complete_one_after_another_and_nothing_piles_up() -> None:
    async with webrtc_call(agent()) as (call, person):
        for count, answer in enumerate(("We have three rooms free.", "You are welcome."), 1):
            person.microphone.speak(tone(0.6))
            said = await call.ear.until("agent_transcript", count=count)
            assert said["text"] == answer
        await call.ear.until("agent_speech_finished", count=2)
        assert call.job.session.agent_state in {"idle", "listening"}
        peer = call.transport.desk.peer
        assert peer is not None
        assert peer.lost_frames == 0


async def test_a_caller_who_barges_in_over_webrtc_silences_the_agent_at_once() -> None:
    long = "One two three four five six seven eight nine ten eleven twelve."
    async with webrtc_call(agent(llm=ScriptedLLM(replies=[long, "All right."]))) as (call, person):
        person.microphone.speak(tone(0.6))
        await call.ear.until("agent_speech_started")
        await asyncio.sleep(1.0)
        person.microphone.speak(tone(20.0))  # until the end: nothing is answered meanwhile
        await call.ear.until("interrupted")
        before = len(person.loud_since)
        cut = await call.ear.until("agent_transcript")
        await asyncio.sleep(0.3)
        assert cut["interrupted"]
        assert long.startswith(str(cut["text"]))
        assert len(person.loud_since) - before <= UNDER_WAY


async def test_29_two_people_at_one_webrtc_call_are_never_heard_interleaved() -> None:
    async with webrtc_call(agent()) as (call, person), browser() as other:
        person.microphone.speak(tone(0.6))
        await call.ear.until("agent_speech_started")
        person.microphone.speak(tone(3.0, hz=300.0))
        await call.connect(other)
        await call.ear.until("connection_changed", count=2)
        changes = [change["state"] for change in call.ear.named("connection_changed")]
        assert changes == ["lost", "back"]
        await person.until(lambda: person.connection.connectionState == "closed")


async def test_32_keys_over_webrtc_are_entered_in_order() -> None:
    async with webrtc_call(agent()) as (call, person):
        await person.say(*({"type": "dtmf", "digit": digit} for digit in "4711#"))
        entered = await call.ear.until("dtmf_entered")
        assert entered["digits"] == "4711"


async def test_a_caller_who_comes_back_over_webrtc_hears_the_answer_go_on() -> None:
    long = "One two three four five six seven eight nine ten eleven twelve."
    async with webrtc_call(agent(llm=ScriptedLLM(replies=[long]))) as (call, person):
        person.microphone.speak(tone(0.6))
        await call.ear.until("agent_speech_started")
        await asyncio.sleep(0.5)
        await person.close()
        await call.ear.until("connection_changed")
        async with browser() as again:
            await call.connect(again)
            said = await call.ear.until("agent_transcript")
            await asyncio.sleep(0.3)
        heard_s = [len(one.loud_since) * 0.02 for one in (person, again)]
        assert (said["text"], said["interrupted"]) == (long, False)
        assert min(heard_s) > 0.2
        assert 3.0 < sum(heard_s) < 3.8, "it takes 3.5 s"


async def test_a_line_in_writing_over_the_data_channel_is_answered_aloud() -> None:
    async with webrtc_call(agent()) as (call, person):
        await person.say({"type": "text", "text": "two nights please"})
        said = await call.ear.until("agent_transcript")
        assert said["text"] == "We have three rooms free."
        await person.until(lambda: len(person.loud_since) > 20)


async def test_what_the_camera_shows_reaches_the_model() -> None:
    config = WebRtcConfig(video=True)
    async with webrtc_call(agent(), config=config, camera=True) as (call, _):
        images = ()
        async with asyncio.timeout(40):
            while not images:
                await asyncio.sleep(0.05)
                images = await call.job.session.capture_frames()
        assert images[0].mime == "image/jpeg"
