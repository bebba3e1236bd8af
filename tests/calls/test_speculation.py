"""Answers that are begun before the turn is certain: sooner heard, or gone without a trace."""

import asyncio

import pytest

from actors.conversation import ToolCall
from actors.turn_taking import SpeculationConfig, SpeculationMode, TurnTakingConfig
from actors.vendor import Usage
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import Heard, ScriptedSTT
from providers.scripted_tts import ScriptedTTS
from runtime.agent import Agent
from runtime.tools import function_tool
from tests.calls.rig import Rig, agent, call

FREE = "We have three rooms free."


def speculating(mode: SpeculationMode, **fields: object) -> Agent:
    llm = ScriptedLLM(replies=[FREE], first_s=0.1)
    tts = ScriptedTTS(sample_rate_hz=16_000, first_s=0.05)
    turn_taking = TurnTakingConfig(speculation=SpeculationConfig(mode=mode))
    return agent(**{"llm": llm, "tts": tts, "turn_taking": turn_taking, **fields})


def after_commit_ms(rig: Rig) -> float:
    committed, started = rig.named("turn_committed")[0], rig.named("agent_speech_started")[0]
    return (started.at_ns - committed.at_ns) / 1e6


@pytest.mark.parametrize(
    ("mode", "expected_ms"),
    [(SpeculationMode.OFF, 150), (SpeculationMode.LLM, 50), (SpeculationMode.LLM_TTS, 0)],
)
async def test_the_further_it_goes_the_sooner_the_answer_is_heard(
    mode: SpeculationMode, expected_ms: float
) -> None:
    async with call(speculating(mode)) as rig:
        assert await rig.asks() == FREE
        assert after_commit_ms(rig) == pytest.approx(expected_ms, abs=1)
        assert await rig.said() == [("user", "two nights please"), ("assistant", FREE)]


@pytest.mark.parametrize("mode", [SpeculationMode.LLM, SpeculationMode.LLM_TTS])
async def test_what_is_said_on_top_throws_it_away_without_a_trace_and_its_cost_is_told(
    mode: SpeculationMode,
) -> None:
    llm = ScriptedLLM(replies=[[FREE, Usage(90, 7)], "With breakfast."])
    who = speculating(mode, llm=llm, stt=ScriptedSTT(utterances=["two nights please", "for two"]))
    async with call(who) as rig:
        await rig.says()
        await asyncio.sleep(0.3)
        await rig.says()
        assert (await rig.until("agent_transcript"))["text"] == "With breakfast."
        assert await rig.said() == [
            ("user", "two nights please for two"),
            ("assistant", "With breakfast."),
        ]
        (wasted,) = rig.fields("speculation_wasted")
        assert len(rig.caller.heard) == 2 * 300 // 20
    assert wasted["tokens"] == 7
    assert wasted["characters"] == (len(FREE) if mode is SpeculationMode.LLM_TTS else 0)


async def test_tokens_that_the_model_did_not_count_are_estimated() -> None:
    llm = ScriptedLLM(replies=["twelve bytes", FREE], gap_s=0.5)
    stt = ScriptedSTT(utterances=[Heard(text="two nights"), Heard(text="for two")])
    async with call(speculating(SpeculationMode.LLM_TTS, llm=llm, stt=stt)) as rig:
        await rig.says()
        await asyncio.sleep(0.4)
        await rig.says()
        await rig.until("agent_transcript")
        assert rig.fields("speculation_wasted")[0]["tokens"] in {2, 3}


async def test_a_turn_that_is_answered_as_foreseen_wastes_nothing() -> None:
    async with call(speculating(SpeculationMode.LLM_TTS)) as rig:
        await rig.asks()
        await rig.asks(answers=2)
        assert rig.named("speculation_wasted") == []
        assert rig.job.call.addresses.llm.hold.jobs == {}  # type: ignore[union-attr]


class Clerk(Agent):
    """One tool looks, the other acts."""

    done: tuple[str, ...] = ()

    @function_tool(safe=True)
    async def look(self) -> str:
        """Look."""
        Clerk.done += ("look",)
        return "free"

    @function_tool
    async def book(self) -> str:
        """Book."""
        Clerk.done += ("book",)
        return "booked"


@pytest.mark.parametrize("mode", [SpeculationMode.LLM, SpeculationMode.LLM_TTS])
async def test_only_tools_marked_safe_run_before_the_turn_is_certain(mode: SpeculationMode) -> None:
    Clerk.done = ()
    clerk, scripted = Clerk(), speculating(mode)
    look, book = (ToolCall(call_id=n, name=n, arguments="{}") for n in ("look", "book"))
    clerk.vad, clerk.stt, clerk.tts = scripted.vad, scripted.stt, scripted.tts
    clerk.turn_taking = scripted.turn_taking
    clerk.llm = ScriptedLLM(replies=[[look], [book], "Booked."])
    async with call(clerk) as rig:
        await rig.says()
        await asyncio.sleep(0.35)
        assert Clerk.done == ("look",)
        assert rig.named("turn_committed") == []
        assert (await rig.until("agent_transcript"))["text"] == "Booked."
    assert Clerk.done == ("look", "book")


async def test_a_written_speculation_survives_the_crash_of_the_role_that_holds_it_back() -> None:
    async with call(speculating(SpeculationMode.LLM)) as rig:
        await rig.says()
        await asyncio.sleep(0.42)
        rig.job.call.addresses.llm.kill()
        assert (await rig.until("agent_transcript"))["text"] == FREE
        assert len(rig.named("turn_committed")) == 1
