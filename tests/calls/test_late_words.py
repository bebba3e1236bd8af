"""Words that a recogniser brings late, or never: what the turn, and the agent, make of them."""

import asyncio
from typing import Any

import pytest

from actors.phrases import Phrases
from actors.vendor import FailureKind, ProviderError
from providers.attentive_stt import AttentiveSTT
from providers.scripted import Fault
from providers.scripted_llm import ScriptedLLM
from tests.calls.rig import Rig, agent, call
from tests.roles.stt_rig import timed

SAID = "book a table for two"
SPEECH_S = 1.5
APOLOGY = "I could not hear you, could you say that again and speak a little louder, please?"
ANSWER = "A table for two it is."
CLOSED = ProviderError("no line", kind=FailureKind.CLOSED)
FOR_GOOD = ProviderError("wrong key", kind=FailureKind.MISCONFIGURED)


def deaf(**fields: Any) -> AttentiveSTT:
    return AttentiveSTT(words=timed(SAID, at_s=0.0), **fields)


def turns(rig: Rig) -> list[tuple[str, str]]:
    return [(turn["text"], turn["reason"]) for turn in rig.fields("turn_committed")]


@pytest.mark.parametrize("spans", [True, False])
@pytest.mark.parametrize("interims", [True, False])
async def test_stt_replay_while_agent_speaks(
    spans: bool,  # noqa: FBT001 - a case of the test
    interims: bool,  # noqa: FBT001 - a case of the test
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Words from before the agent's speech do not cut it: they are answered behind it, once."""
    monkeypatch.setattr("actors.slots.stage_manager.random.random", lambda: 1.0)  # whole rests
    late = deaf(fault=Fault(at=0, error=CLOSED, times=6), spans=spans, interims=interims)
    phrases = Phrases(deaf=APOLOGY)
    who = agent(stt=late, llm=ScriptedLLM(replies=[ANSWER]), apology="", phrases=phrases)
    async with call(who) as rig:
        await rig.says(SPEECH_S)
        await rig.until("agent_speech_started")
        began_s = asyncio.get_running_loop().time()
        await rig.until("user_transcript")
        assert asyncio.get_running_loop().time() - began_s > 1.0
        assert not rig.named("agent_speech_finished")  # in its midst
        assert (await rig.until("agent_transcript"))["text"] == APOLOGY
        assert (await rig.until("agent_transcript", count=2))["text"] == ANSWER
        await asyncio.sleep(5.0)
        assert await rig.said() == [("assistant", APOLOGY), ("user", SAID), ("assistant", ANSWER)]
    assert [text for text, _ in turns(rig)] == [SAID]
    for never in ("interrupted", "playback_paused"):
        assert not rig.named(never)


async def test_stt_lost_with_an_interim_commits_what_is_known() -> None:
    gone = deaf(mark_fault=Fault(error=FOR_GOOD))
    async with call(agent(stt=gone, llm=ScriptedLLM(replies=[ANSWER]))) as rig:
        await rig.says(SPEECH_S)
        silent_s = asyncio.get_running_loop().time()
        await rig.until("turn_committed")
        waited_s = asyncio.get_running_loop().time() - silent_s
        assert (await rig.until("agent_transcript"))["text"] == ANSWER
        await asyncio.sleep(5.0)
        assert turns(rig) == [(SAID, "stt_lost")]
    assert 5.0 < waited_s < 6.5


async def test_stt_lost_with_nothing_is_said_and_what_comes_next_is_heard() -> None:
    words = [*timed("lost words", at_s=0.0), *timed("good morning", at_s=16.0)]
    shaky = AttentiveSTT(words=words, interims=False, mark_fault=Fault(hang=True, times=3))
    who = agent(stt=shaky, llm=ScriptedLLM(replies=[ANSWER]), apology=APOLOGY)
    async with call(who) as rig:
        await rig.says(0.6)
        assert (await rig.until("agent_transcript"))["text"] == APOLOGY
        assert [turn["reason"] for turn in rig.fields("turn_discarded")] == ["stt_lost"]
        await asyncio.sleep(16.0 - rig.job.call.ring.end / 16_000)
        assert await rig.asks(answers=2) == ANSWER
    assert [text for text, _ in turns(rig)] == ["good morning"]
