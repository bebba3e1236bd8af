"""What is told of the agent's words while it speaks, and when it is cut off."""

import asyncio

import pytest

from providers.scripted_llm import ScriptedLLM
from providers.scripted_tts import ScriptedTTS
from runtime.agent import Agent
from tests.calls.rig import agent, call

WORDS = ["We", "have", "three", "rooms", "free", "for", "two", "nights", "from", "Monday", "on."]
WORD_MS = 300


def slow_voice(*, timings: bool) -> ScriptedTTS:
    """Return a voice that gives its sound hardly faster than it is heard."""
    return ScriptedTTS(
        sample_rate_hz=16_000, word_ms=WORD_MS, chunk_ms=60, gap_s=0.055, timings=timings
    )


def speaker(*, timings: bool) -> Agent:
    return agent(llm=ScriptedLLM(replies=[" ".join(WORDS)]), tts=slow_voice(timings=timings))


@pytest.mark.parametrize("timings", [True, False])
async def test_each_word_is_told_once_as_it_is_heard(*, timings: bool) -> None:
    async with call(speaker(timings=timings)) as rig:
        await rig.asks()
        began_ns = rig.fields("agent_speech_started")[0]["at_ns"]
        told = rig.fields("agent_words")
    assert " ".join(event["text"] for event in told).split() == WORDS
    halfway_ns = began_ns + len(WORDS) * WORD_MS * 500_000
    assert len([event for event in told if event["at_ns"] < halfway_ns]) >= len(WORDS) // 3


@pytest.mark.parametrize("timings", [True, False])
async def test_a_piece_that_is_cut_before_its_voice_is_through_is_told_to_the_word(
    *, timings: bool
) -> None:
    async with call(speaker(timings=timings)) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await asyncio.sleep(4.5 * WORD_MS / 1000)
        rig.job.session.interrupt()
        told = await rig.until("agent_transcript")
    words = told["text"].split()
    assert words == WORDS[: len(words)]
    assert abs(len(words) - 4) <= 1
