"""Any subset of parts runs, and nothing sticks: no stall, no apology that nobody asked for."""

import asyncio
from itertools import chain, combinations
from typing import Any

import pytest

from actors.conversation import ToolCall
from providers.scripted import Fault, Hang
from providers.scripted_ears import ScriptedTurnDetector
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import tone
from runtime.agent import Agent
from runtime.tools import function_tool
from tests.calls.rig import Rig, agent, call

STALL_S = 60.0
"""Longer than any deadline of a call."""
SLOTS = ("vad", "stt", "turn_detector", "llm", "tts")
SUBSETS = [
    frozenset(names)
    for names in chain.from_iterable(combinations(SLOTS, size) for size in range(len(SLOTS) + 1))
]
UTTERANCES = ["two nights please", "thank you", "good bye"]


def endpointing_stt(**fields: Any) -> ScriptedSTT:
    return ScriptedSTT(utterances=UTTERANCES, endpointing="own", **fields)


def without(*slots: str, **fields: Any) -> Agent:
    """Return an agent without these parts; without a VAD its STT finds the ends by itself."""
    if "vad" in slots and "stt" not in slots:
        fields = {"stt": endpointing_stt(), **fields}
    return agent(**dict.fromkeys(slots), **fields)


def outcomes(rig: Rig) -> list[str]:
    return [event["outcome"] for event in rig.fields("agent_speech_finished")]


async def settled(rig: Rig) -> str:
    """Let every deadline of a call pass; return what the agent is doing then."""
    await asyncio.sleep(STALL_S)
    return rig.job.session.agent_state


# ---------------------------------------------------------------- every subset


class Greeter(Agent):
    """Does, in a hook, what needs a voice and what needs a model."""

    async def on_enter(self) -> None:
        self.greeted = await self.session.say("Good evening.")
        self.replied = await self.session.reply("Ask for the name.")


@pytest.mark.parametrize("parts", SUBSETS, ids=lambda parts: "+".join(sorted(parts)) or "nothing")
async def test_any_subset_of_parts_holds_a_call(parts: frozenset[str]) -> None:
    greeter, full = Greeter(), agent(turn_detector=ScriptedTurnDetector())
    for slot in parts:
        vars(greeter)[slot] = vars(full)[slot]
    if "stt" in parts and "vad" not in parts:
        greeter.stt = endpointing_stt()
    async with call(greeter) as rig:
        await asyncio.sleep(10.0)
        for _ in range(2):
            await rig.says()
            await asyncio.sleep(10.0)
        assert await settled(rig) == "idle"
        said = await rig.said()
        rig.caller.hang_up()
        assert await rig.job.closed() == "the caller hung up"
    ended = outcomes(rig)
    assert set(ended) <= ({"finished", "silent"} if "tts" in parts else {"silent"})
    assert len(ended) == (4 if "stt" in parts else 2)  # greeting, reply and an answer per turn
    assert not rig.named("error")
    assert not rig.named("interrupted")
    texts = [text for role, text in said if role == "user"]
    assert texts == (UTTERANCES[:2] if "stt" in parts else [])
    answered = 1 + 3 * ("llm" in parts and "stt" in parts) + ("llm" in parts and "stt" not in parts)
    assert len([text for role, text in said if role == "assistant"]) == answered


# ---------------------------------------------------------------- without a VAD


async def test_without_a_vad_the_stt_finds_the_end_of_the_turn() -> None:
    async with call(without("vad")) as rig:
        assert await rig.asks() == "We have three rooms free."
        assert await rig.asks(answers=2) == "You are welcome."
        committed = rig.fields("turn_committed")
    assert [event["text"] for event in committed] == UTTERANCES[:2]
    assert {event["reason"] for event in committed} == {"wait"}


async def test_without_a_vad_words_still_cut_the_agent() -> None:
    long = "One two three four five six seven eight nine ten eleven twelve."
    async with call(without("vad", llm=ScriptedLLM(replies=[long, "All right."]))) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await asyncio.sleep(1.0)
        await rig.says(1.5)
        cut = await rig.until("agent_transcript")
        assert cut["interrupted"]
        assert long.startswith(cut["text"])
        assert (await rig.until("agent_transcript", count=2))["text"] == "All right."


async def test_without_a_vad_an_utterance_whose_stt_fell_is_heard_again_by_another_one() -> None:
    falls = endpointing_stt(name="first", fault=Fault(at=30))  # in the midst of the utterance
    async with call(without("vad", stt=[falls, endpointing_stt(name="second")])) as rig:
        await rig.says()
        await rig.until("agent_transcript")
        await rig.says()
        await rig.until("turn_committed", count=2)
        said = await rig.said()
    assert [text for role, text in said if role == "user"] == UTTERANCES[:2]


# ---------------------------------------------------------------- without a turn detector, or with


async def test_a_turn_detector_that_is_sure_makes_the_answer_come_sooner() -> None:
    waits: list[float] = []
    for detector in (None, ScriptedTurnDetector(scores=[0.97])):
        async with call(agent(turn_detector=detector)) as rig:
            await rig.asks()
            (latency,) = rig.fields("turn_latency")
            waits.append(latency["commit"] - latency["speech_end"])
    assert waits == [500, 360]  # 100 ms after the Final, which came 260 ms after the speech


async def test_a_turn_detector_that_hangs_costs_no_more_than_the_longest_wait() -> None:
    async with call(agent(turn_detector=ScriptedTurnDetector(delay_s=STALL_S))) as rig:
        assert await rig.asks() == "We have three rooms free."
        (latency,) = rig.fields("turn_latency")
    assert latency["commit"] - latency["speech_end"] == 800


# ---------------------------------------------------------------- without an STT


async def test_without_an_stt_the_agent_says_what_the_program_tells_it() -> None:
    async with call(without("stt", "llm")) as rig:
        await asyncio.sleep(0.1)
        first = await rig.job.session.say("Your taxi is here.")
        second = await rig.job.session.say("It is a blue one.")
        assert (first.text, second.text) == ("Your taxi is here.", "It is a blue one.")


async def test_without_an_stt_lasting_speech_cuts_the_agent_and_the_next_word_is_its_own() -> None:
    async with call(without("stt")) as rig:
        await asyncio.sleep(0.1)
        cut = rig.job.session.say("One two three four five six seven eight nine ten.")
        await rig.until("agent_speech_started")
        await rig.says(2.0)
        assert (await cut).outcome == "interrupted"
        assert await settled(rig) == "idle"
        assert (await rig.job.session.say("Hello?")).outcome == "finished"
    assert [event["reason"] for event in rig.fields("interrupted")] == ["speech"]


async def test_without_an_stt_or_a_vad_nothing_cuts_the_agent() -> None:
    async with call(without("stt", "vad")) as rig:
        await asyncio.sleep(0.1)
        spoken = rig.job.session.say("One two three four five six seven eight nine ten.")
        await rig.says(2.0)
        assert (await spoken).outcome == "finished"


# ---------------------------------------------------------------- without an LLM


async def test_without_an_llm_a_turn_ends_in_silence_at_once() -> None:
    async with call(without("llm")) as rig:
        await rig.says()
        committed = await rig.until("turn_committed")
        ended = await rig.until("agent_speech_finished")
        assert await settled(rig) == "idle"
        assert await rig.said() == [("user", "two nights please")]
    assert (ended["outcome"], ended["epoch"]) == ("silent", committed["epoch"])
    assert ended["at_ns"] - committed["at_ns"] < 50e6
    assert not rig.caller.heard


async def test_without_an_llm_a_reply_is_silent_and_a_say_is_spoken() -> None:
    async with call(without("llm")) as rig:
        await asyncio.sleep(0.1)
        assert (await rig.job.session.reply("Greet the caller.")).outcome == "silent"
        assert (await rig.job.session.say("Good evening.")).outcome == "finished"


async def test_a_call_without_an_llm_can_last() -> None:
    stt = ScriptedSTT(utterances=["go on please"], afterwards="last")
    async with call(without("llm", stt=stt)) as rig:
        for _ in range(20):
            await rig.says(0.5)
            await asyncio.sleep(1.0)
        assert len(rig.named("turn_committed")) == 20
        assert rig.job.call.addresses.llm.stats().depth == 0
        assert rig.job.call.addresses.tts.stats().depth == 0


# ---------------------------------------------------------------- without a TTS


class Booker(Agent):
    """Has a tool that speaks."""

    @function_tool
    async def look(self) -> str:
        """Look into the book."""
        self.session.say("One moment.")
        return "three"


async def test_without_a_voice_the_reply_is_a_text_in_memory() -> None:
    reply = "We have three rooms free. Two of them look out to the sea."
    async with call(without("tts", llm=ScriptedLLM(replies=[reply]))) as rig:
        assert await rig.asks() == reply
        assert await rig.said() == [("user", "two nights please"), ("assistant", reply)]
        assert await settled(rig) == "idle"
    assert outcomes(rig) == ["silent"]
    assert rig.fields("agent_transcript")[0]["interrupted"] is False
    assert not rig.caller.heard


async def test_without_a_voice_a_greeting_and_a_tool_that_speaks_are_texts_too() -> None:
    booker, scripted = Booker(), without("tts")
    asked = ToolCall(call_id="c1", name="look", arguments="{}")
    booker.llm = ScriptedLLM(replies=[[asked], "Three are free."])
    booker.vad, booker.stt = scripted.vad, scripted.stt
    async with call(booker) as rig:
        await asyncio.sleep(0.1)
        greeting = await rig.job.session.say("Good evening.")
        assert (greeting.outcome, greeting.text) == ("silent", "Good evening.")
        assert await rig.asks(answers=2) == "One moment. Three are free."


async def test_without_a_voice_a_model_that_fails_is_apologised_for_in_writing() -> None:
    llm = ScriptedLLM(replies=[["We have", Hang()], "All right."])
    async with call(without("tts", llm=llm, apology="Sorry, once more?")) as rig:
        answer = await rig.asks()
        assert answer in {"Sorry, once more?", "All right."}
        assert await settled(rig) == "idle"
        assert not [event for event in rig.fields("interrupted") if event["reason"] == "stalled"]


async def test_without_a_voice_a_caller_who_goes_on_is_answered_once() -> None:
    llm = ScriptedLLM(replies=["First.", "Second."], first_s=3.0)
    async with call(without("tts", llm=llm)) as rig:
        await rig.says()
        await rig.until("turn_committed")
        await rig.says()
        await rig.until("agent_transcript")
        said = await rig.said()
    assert said == [("user", "two nights please thank you"), ("assistant", "Second.")]


# ---------------------------------------------------------------- nothing at all


async def test_an_agent_without_any_part_can_be_called_and_hung_up_on() -> None:
    async with call(without(*SLOTS)) as rig:
        await rig.says()
        assert (await rig.job.session.say("Hello?")).outcome == "silent"
        assert (await rig.job.session.reply()).outcome == "silent"
        rig.caller.finish()
        assert await rig.job.closed() == "the caller has finished"
        assert tone(16_000, 20) not in [heard.pcm for heard in rig.caller.heard]
