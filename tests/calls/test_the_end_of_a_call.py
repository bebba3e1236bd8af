"""What is told when a call ends while the agent speaks."""

import asyncio

import pytest

from providers.scripted_llm import ScriptedLLM
from tests.calls.rig import Rig, agent, call

LONG = "One two three four five six seven eight nine ten eleven twelve."


async def speaking(rig: Rig) -> None:
    await rig.says()
    await rig.until("agent_speech_started")
    await asyncio.sleep(1.0)


@pytest.mark.parametrize("way", ["close", "hang up"])
async def test_what_was_heard_until_the_call_ended_is_told_once(way: str) -> None:
    async with call(agent(llm=ScriptedLLM(replies=[LONG]))) as rig:
        await speaking(rig)
        if way == "close":
            rig.job.session.hangup("enough")
        else:
            rig.caller.hang_up()
        await rig.job.closed()
    (heard,) = rig.fields("agent_transcript")
    assert heard["interrupted"]
    assert LONG.startswith(heard["text"])
    assert len(heard["text"].split()) in {3, 4}
    (finished,) = rig.fields("agent_speech_finished")
    assert finished["outcome"] == "interrupted"
    assert rig.reports[-1].name == "session_closed"


async def test_whoever_waits_for_an_utterance_learns_that_the_call_has_ended() -> None:
    async with call(agent()) as rig:
        utterance = rig.job.session.say(LONG)
        await rig.until("agent_speech_started")
        await asyncio.sleep(1.0)
        rig.job.session.hangup("enough")
        heard = await utterance
    assert heard.outcome == "interrupted"
    assert LONG.startswith(heard.text)
