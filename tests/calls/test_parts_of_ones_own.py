"""A stage that the user wrote raises or gives nonsense: no turn is lost in silence."""

import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from actors.phrases import Phrases
from actors.ports import Provider, Services
from actors.text import SpeakableFilter
from actors.vendor import SpeechPcm, SpeechRequest, SttFinal, TextDelta
from providers.scripted_ears import ScriptedDenoiser, ScriptedTurnDetector, ScriptedVAD
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS, tone
from tests.calls.rig import agent, call

ANSWER = "We have three rooms free."
DETAIL = "the user's own mistake"
PARTS: dict[str, Provider[Any]] = {
    "denoise": ScriptedDenoiser(),
    "vad": ScriptedVAD(),
    "stt": ScriptedSTT(utterances=["two nights please"], afterwards="last"),
    "turn_detector": ScriptedTurnDetector(),
    "llm": ScriptedLLM(replies=[ANSWER]),
    "tts": ScriptedTTS(sample_rate_hz=16_000),
}
HOLDING_UP = {
    "stt": (Phrases().deaf, "the recogniser is gone"),
    "llm": (Phrases().wait, "the language model is gone"),
    "tts": ("", "the voice is gone"),
}
"""What is said where nobody stands in, and why the call ends."""
NOTHING: Any = None


@dataclass(frozen=True, slots=True)
class Own:
    """A part of the user's: no declaration that could be validated, and broken."""

    like: Provider[Any]
    how: str
    name: str = "own"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Any]:
        async with self.like.open(services) as vendor:
            yield _Broken(vendor, self.how)


@dataclass(frozen=True, slots=True)
class _Broken:
    vendor: Any
    how: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.vendor, name)

    def _wrong(self, half_right: object) -> Any:
        if self.how == "raises":
            raise LookupError(DETAIL)
        return half_right if self.how == "half right" else object()

    def denoise(self, pcm: bytes) -> Any:
        return self._wrong(pcm[1:])

    def probability(self, _pcm: bytes) -> Any:
        return self._wrong(math.nan)

    async def score(self, _turn: object) -> Any:
        return self._wrong(0.5)

    async def chat(self, _request: object) -> AsyncGenerator[Any]:
        yield self._wrong(TextDelta(NOTHING))

    async def synthesize(self, _request: object) -> AsyncGenerator[Any]:
        yield self._wrong(SpeechPcm(NOTHING))

    async def transcribe(self, audio: Any) -> AsyncGenerator[Any]:
        async for _ in audio:
            yield self._wrong(SttFinal(NOTHING))


HOW = pytest.mark.parametrize("how", ["raises", "another kind", "half right"])


@HOW
@pytest.mark.parametrize("slot", PARTS)
async def test_a_part_of_ones_own_has_an_understudy_like_any_other(slot: str, how: str) -> None:
    who = agent(**{slot: [Own(PARTS[slot], how), PARTS[slot]]})
    async with call(who) as rig:
        assert await rig.asks() == ANSWER
        assert [turn["text"] for turn in rig.fields("turn_committed")] == ["two nights please"]
    told = [event for event in rig.fields("error") if event["where"].endswith("/own")]
    assert told[0]["kind"] == "protocol" or how != "half right"
    assert how != "raises" or DETAIL in told[0]["message"]


@HOW
@pytest.mark.parametrize("slot", PARTS)
async def test_where_it_is_alone_the_turn_is_answered_or_spoken_of(slot: str, how: str) -> None:
    said, end = HOLDING_UP.get(slot, (ANSWER, ""))
    async with call(agent(**{slot: Own(PARTS[slot], how)})) as rig:
        if said:
            assert await rig.asks() == said
        else:
            await rig.says()
        if end:
            assert await rig.job.closed() == end
        assert rig.caller.heard
    assert any(event["where"].endswith("/own") for event in rig.fields("error"))


async def test_a_voice_may_give_its_audio_in_parts_that_end_in_mid_sample() -> None:
    class Odd:
        name = "odd"
        sample_rate_hz = 16_000

        @asynccontextmanager
        async def open(self, services: Services) -> AsyncGenerator[Any]:
            yield self

        async def synthesize(self, request: SpeechRequest) -> AsyncGenerator[SpeechPcm]:
            pcm = tone(16_000, 300 * len(request.text.split()))
            for begin in range(0, len(pcm), 999):
                yield SpeechPcm(pcm[begin : begin + 999])

    async with call(agent(tts=Odd())) as rig:
        assert await rig.asks() == ANSWER
        assert not rig.named("actor_restarted")
        assert b"".join(frame.pcm for frame in rig.caller.heard) == tone(16_000, 1500)


class Raises(SpeakableFilter):
    def push(self, delta: str) -> str:
        raise LookupError(f"{DETAIL}: {delta}")


class RaisesAtTheEnd(SpeakableFilter):
    def push(self, delta: str) -> str:
        return delta

    def flush(self) -> str:
        raise LookupError(DETAIL)


class Silent(SpeakableFilter):
    def push(self, delta: str) -> Any:
        return None


class Unmade(SpeakableFilter):
    def __init__(self) -> None:
        raise SystemExit(DETAIL)


@pytest.mark.parametrize("own", [Raises, RaisesAtTheEnd, Silent, Unmade])
async def test_a_filter_of_ones_own_that_fails_costs_no_word(own: type[SpeakableFilter]) -> None:
    async with call(agent(text_filter=own)) as rig:
        rig.job.session.say("Front desk.")
        assert (await rig.until("agent_transcript"))["text"] == "Front desk."
        assert await rig.asks(answers=2) == ANSWER
        assert not rig.named("actor_restarted")
    told = {event["message"] for event in rig.fields("error") if event["where"] == "text_filter"}
    assert told
