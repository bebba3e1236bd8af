"""Nobody is left in a slot: one phrase, a while of grace, and then the call goes on, or ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from actors.phrases import Phrases
from actors.ports import Services
from actors.session.call_limits import CallLimits
from actors.turn_taking import DtmfConfig, TurnTakingConfig
from actors.vendor import SpeechChunk, SpeechPcm, SpeechRequest
from providers.scripted import Fault
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS, tone
from tests.calls.rig import agent, call

WAIT = "One moment, please."
FOR_EVER = Fault(at=0, times=999)


async def test_all_llm_down_then_up_within_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actors.slots.stage_manager.random.random", lambda: 1.0)  # whole rests
    first = ScriptedLLM(name="first", replies=["Back again."], opening=Fault(times=6))
    second = ScriptedLLM(name="second", replies=["Back again."], opening=Fault(times=999))
    async with call(agent(llm=[first, second])) as rig:
        await asyncio.sleep(0.5)
        heard = await rig.asks()
        assert heard == f"{WAIT} Back again."
        assert [event["slot"] for event in rig.fields("outage_began")] == ["llm"]
        assert [event["slot"] for event in rig.fields("outage_ended")] == ["llm"]
        assert not rig.named("actor_restarted")
        assert len(rig.named("turn_committed")) == 1
        await rig.asks(answers=2)


async def test_a_call_without_a_language_model_says_goodbye_after_the_grace() -> None:
    broken = ScriptedLLM(opening=FOR_EVER)
    phrases = Phrases(wait="Wait.", goodbye="Good bye then.", in_advance=False)
    async with call(agent(llm=broken, phrases=phrases)) as rig:
        await rig.says()
        await rig.until("turn_committed")
        begun_s = asyncio.get_running_loop().time()
        assert await rig.job.closed() == "the language model is gone"
        lasted_s = asyncio.get_running_loop().time() - begun_s
        heard = [event["text"] for event in rig.fields("agent_transcript")]
    assert heard == ["Wait.", "Good bye then."]
    assert 20.0 < lasted_s < 30.0


async def test_a_caller_who_cannot_be_heard_is_told_so_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("actors.slots.stage_manager.random.random", lambda: 1.0)  # whole rests
    deaf = ScriptedSTT(opening=Fault(times=9), utterances=["two nights please"])
    async with call(agent(stt=deaf)) as rig:
        await rig.says()
        await rig.until("outage_began")
        assert (await rig.until("agent_transcript"))["text"] == Phrases().deaf
        await rig.until("outage_ended")
        await rig.asks(answers=2)
        assert len(rig.named("outage_began")) == 1


async def test_keys_are_answered_while_nobody_can_be_heard() -> None:
    deaf = ScriptedSTT(opening=FOR_EVER, utterances=["never"])
    keys_are_turns = TurnTakingConfig(dtmf=DtmfConfig(as_turn=True))
    async with call(agent(stt=deaf, turn_taking=keys_are_turns)) as rig:
        await rig.says()
        assert (await rig.until("agent_transcript"))["text"] == Phrases().deaf
        for key in "12#":
            rig.caller.press(key)
        assert (await rig.until("agent_transcript", count=2))["text"] == "We have three rooms free."
        assert [turn["text"] for turn in rig.fields("turn_committed")] == ["keys 12"]


@pytest.mark.parametrize("interims", [True, False])
async def test_ears_that_are_back_before_it_was_said_need_not_be_spoken_of(
    interims: bool,  # noqa: FBT001 - a case of the test
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("actors.slots.stage_manager.random.random", lambda: 1.0)  # whole rests
    deaf = ScriptedSTT(opening=Fault(times=4), utterances=["two nights please"], interims=interims)
    async with call(agent(stt=deaf, limits=CallLimits(outage_s=None))) as rig:
        await rig.says()
        await rig.until("outage_ended")
        assert len(rig.named("outage_began")) == 1
        await asyncio.sleep(10.0)
        heard = [event["text"] for event in rig.fields("agent_transcript")]
    assert heard == ["We have three rooms free."]


async def test_a_recogniser_that_opens_and_falls_at_once_is_none() -> None:
    """Each time it is up for a moment; the call is held, and ends, as without it."""
    falls = ScriptedSTT(utterances=["never"], fault=Fault(times=999))
    async with call(agent(stt=falls)) as rig:
        await rig.says()
        assert await rig.job.closed() == "the recogniser is gone"
        assert len(rig.named("outage_began")) == 1
        assert not rig.named("outage_ended")


async def test_a_call_whose_voice_is_gone_ends_with_a_reason() -> None:
    async with call(agent(tts=ScriptedTTS(opening=FOR_EVER))) as rig:
        await rig.says()
        assert await rig.job.closed() == "the voice is gone"


@dataclass(frozen=True)
class GoneAfter:
    """A voice that is there for so long and then never again."""

    until_s: float
    voice: ScriptedTTS
    name: str = "gone"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator["GoneAfter"]:
        self.check()
        yield self

    def check(self) -> None:
        if asyncio.get_running_loop().time() > self.until_s:
            raise ConnectionError("the voice is gone")

    @property
    def sample_rate_hz(self) -> int:
        return self.voice.sample_rate_hz

    async def synthesize(self, request: SpeechRequest) -> AsyncGenerator[SpeechChunk]:
        self.check()
        async with self.voice.opened():
            yield SpeechPcm(tone(self.sample_rate_hz, 300 * len(request.text.split())))


async def test_the_phrases_are_spoken_in_advance_for_the_time_when_no_voice_is_left() -> None:
    voice = GoneAfter(5.0, ScriptedTTS(sample_rate_hz=8_000))
    async with call(agent(tts=voice, apology="Sorry about that.", phrases=Phrases())) as rig:
        await asyncio.sleep(5.0)
        await rig.says()
        assert await rig.job.closed() == "the voice is gone"
        heard = [event["text"] for event in rig.fields("agent_transcript")]
    assert heard == ["Sorry about that.", Phrases().goodbye]


@pytest.mark.parametrize("in_advance", [True, False])
async def test_where_no_voice_can_speak_a_phrase_a_tone_is_heard_in_its_place(
    in_advance: bool,  # noqa: FBT001 - a case of the test
) -> None:
    made = agent(tts=ScriptedTTS(opening=FOR_EVER), phrases=Phrases(in_advance=in_advance))
    async with call(made) as rig:
        await rig.says()
        assert await rig.job.closed() == "the voice is gone"
        played = [event["played_ms"] for event in rig.fields("agent_speech_finished")]
        assert not rig.named("agent_transcript")
    assert played == [0, 990, 990]  # the reply fails, then apology and goodbye


async def test_an_outage_that_nobody_needs_is_none() -> None:
    broken = ScriptedLLM(opening=Fault(times=3), replies=["Here."])
    async with call(agent(llm=broken)) as rig:
        await asyncio.sleep(60.0)
        assert not rig.named("outage_began")
        assert await rig.asks() == "Here."
