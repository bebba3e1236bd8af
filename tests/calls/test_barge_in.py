"""A barge-in is final: what was cut is never heard, and what was heard is what is remembered."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.conversation import Message
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS
from tests.calls.rig import agent, call

LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen."
ONE_FRAME_S = 0.02


async def no_frame_of_a_cut_reply_is_heard() -> None:
    """Interrupt a reply that has audio waiting; at most the frame under way may still be played."""
    async with call(agent(llm=ScriptedLLM(replies=[LONG, "All right."]))) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await asyncio.sleep(1.0)
        rig.caller.speak(b"\x10\x27" * 24_000)
        cut = await rig.until("interrupted")
        finished = await rig.until("agent_speech_finished")
        await rig.until("agent_speech_started", count=2)
        second_s = rig.named("agent_speech_started")[1].at_ns / 1e9
        cut_s = cut["at_ns"] / 1e9
        between = [h.at_s for h in rig.caller.heard if cut_s + ONE_FRAME_S < h.at_s < second_s]
        assert between == []
        heard_ms = 20 * sum(heard.at_s <= cut_s + ONE_FRAME_S for heard in rig.caller.heard)
        assert finished["outcome"] == "interrupted"
        assert finished["played_ms"] == heard_ms


async def test_no_frame_of_a_cut_reply_is_heard() -> None:
    await no_frame_of_a_cut_reply_is_heard()


async def test_the_next_request_to_the_model_contains_only_what_was_heard() -> None:
    llm = ScriptedLLM(replies=[LONG, "All right."])
    async with call(agent(llm=llm)) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await asyncio.sleep(1.0)
        await rig.says(1.5)
        await rig.until("agent_transcript", count=2)
        heard = rig.fields("agent_transcript")[0]["text"]
        request = llm.record.requests[-1]
        texts = [item.text for item in getattr(request, "items", ()) if hasattr(item, "text")]
    assert texts == ["two nights please", heard, "thank you"]


WORD_MS = 300


async def memory_is_what_was_heard(
    cut_ms: int, *, timings: bool = True, by_voice: bool = False
) -> None:
    """Cut the reply at that moment: laws 4 and 5 for the whole call."""
    ears = ScriptedSTT(utterances=["two nights please", "stop that now"])
    voice = ScriptedTTS(sample_rate_hz=16_000, timings=timings)
    llm = ScriptedLLM(replies=[LONG, ""])
    async with call(agent(llm=llm, stt=ears, tts=voice)) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await asyncio.sleep(cut_ms / 1000)
        if by_voice:
            await rig.says(0.8)
        else:
            rig.job.session.interrupt()
        cut_s = (await rig.until("interrupted"))["at_ns"] / 1e9
        played_ms = (await rig.until("agent_speech_finished"))["played_ms"]
        await asyncio.sleep(5.0)
        heard = [frame.at_s for frame in rig.caller.heard]
        items = await rig.job.session.conversation()
        memory = [i for i in items if isinstance(i, Message) and i.role == "assistant"]
    assert max(heard) <= cut_s + ONE_FRAME_S
    assert len(heard) * 20 == played_ms
    expected = sum((number + 0.5) * WORD_MS <= played_ms for number in range(14))
    said = memory[0].text.split() if memory else []
    assert said == LONG.split()[: len(said)]
    assert abs(len(said) - expected) <= (0 if timings else 1)
    assert all(message.interrupted for message in memory)


@pytest.mark.parametrize("cut_ms", [*range(0, 4100, 173), 150, 151, 149, 450, 4199])
async def test_memory_holds_exactly_the_words_that_were_played(cut_ms: int) -> None:
    await memory_is_what_was_heard(cut_ms)


@pytest.mark.parametrize("cut_ms", range(20, 4000, 397))
async def test_without_timings_memory_is_at_most_one_word_off(cut_ms: int) -> None:
    await memory_is_what_was_heard(cut_ms, timings=False)


@pytest.mark.parametrize("cut_ms", range(0, 3000, 331))
async def test_whoever_is_interrupted_by_voice_remembers_what_was_heard(cut_ms: int) -> None:
    await memory_is_what_was_heard(cut_ms, by_voice=True)


@pytest.mark.slow
@pytest.mark.timeout(90)
@settings(max_examples=25)
@given(cut_ms=st.integers(0, 4199), timings=st.booleans(), by_voice=st.booleans())
async def test_at_whatever_moment_it_is_cut(cut_ms: int, *, timings: bool, by_voice: bool) -> None:
    if by_voice and cut_ms > 3000:
        return
    await memory_is_what_was_heard(cut_ms, timings=timings, by_voice=by_voice)
