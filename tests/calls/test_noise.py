"""Noise over the agent: it may cut a reply, but what was not heard of it is said afterwards."""

import asyncio

from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import tone
from tests.calls.rig import agent, call

NUMBERS = "one two three four five six seven eight nine ten eleven twelve"


async def test_noise_that_cut_a_reply_lets_the_unheard_rest_go_on() -> None:
    llm = ScriptedLLM(replies=[f"{NUMBERS}."])
    who = agent(llm=llm, stt=ScriptedSTT(utterances=["two nights please", ""]))
    async with call(who) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await asyncio.sleep(1.0)
        rig.caller.speak(tone(16_000, 3600))
        await rig.until("agent_transcript", count=2)
        first, second = (event["text"] for event in rig.fields("agent_transcript"))
        assert rig.fields("interrupted")[0]["reason"] == "speech"
    assert f"{first} {second}" == f"{NUMBERS}."


async def test_a_caller_who_has_long_given_no_sign_is_away() -> None:
    async with call(agent()) as rig:
        await asyncio.sleep(16.0)
        assert rig.job.session.user_state == "away"
        assert await rig.asks() == "We have three rooms free."
