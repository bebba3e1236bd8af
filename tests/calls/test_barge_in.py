"""A barge-in is final: what was cut is never heard, and what was heard is what is remembered."""

import asyncio

from providers.scripted_llm import ScriptedLLM
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
