"""Hedging: a model that has not said a word in time gets a rival, if the agent wants that."""

import asyncio
from typing import Any

import pytest

from actors.conversation import ToolCall
from providers.scripted import Fault
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.agent_config import AgentConfig
from runtime.errors import UserError
from runtime.tools import function_tool
from tests.calls.rig import agent, call

SLOW = "From the slow one."
QUICK = "From the quick one."


def two(*, slow_s: float, quick_s: float = 0.1, **fields: Any) -> tuple[Any, ScriptedLLM, Any]:
    slow = ScriptedLLM(name="slow", replies=[SLOW] * 30, first_s=slow_s)
    quick = ScriptedLLM(name="quick", replies=[QUICK] * 30, first_s=quick_s)
    return agent(llm=[slow, quick], **fields), slow, quick


async def test_whoever_speaks_first_goes_on_and_the_other_is_cancelled() -> None:
    made, _, _ = two(slow_s=2.0, hedge_after_s=0.5)
    async with call(made) as rig:
        assert await rig.asks() == QUICK
        switched = rig.fields("provider_switched")
        await asyncio.sleep(5.0)
        assert len(rig.named("agent_transcript")) == 1
    assert [(event["from"], event["to"], event["kind"]) for event in switched] == [
        ("slow", "quick", "slow")
    ]


async def test_a_model_that_speaks_before_its_rival_keeps_the_reply() -> None:
    made, _, quick = two(slow_s=0.7, quick_s=5.0, hedge_after_s=0.5)
    async with call(made) as rig:
        assert await rig.asks() == SLOW
        assert not rig.named("provider_switched")
    assert len(quick.record.requests) == 1


@pytest.mark.parametrize("hedge_after_s", [None, 3.0])
async def test_nobody_is_asked_twice_unless_the_agent_wants_it_and_time_is_up(
    hedge_after_s: float | None,
) -> None:
    made, _, quick = two(slow_s=2.0, hedge_after_s=hedge_after_s)
    async with call(made) as rig:
        assert await rig.asks() == SLOW
    assert not quick.record.requests


async def test_one_job_in_ten_is_asked_twice_at_most() -> None:
    made, _, quick = two(slow_s=1.5, quick_s=4.0, hedge_after_s=0.5)
    made.stt = made.stt.model_copy(update={"utterances": ["hello there"] * 25})
    async with call(made, longest_s=400.0) as rig:
        for turn in range(1, 21):
            assert await rig.asks(answers=turn) == SLOW
    assert 1 <= len(quick.record.requests) <= 1 + 40 // 10  # with speculations two jobs a turn


async def test_the_rival_of_a_model_that_falls_goes_on_at_once() -> None:
    made, slow, quick = two(slow_s=1.2, quick_s=1.0, hedge_after_s=0.5)
    made.llm = [slow.model_copy(update={"fault": Fault(at=0, times=9)}), quick]
    async with call(made) as rig:
        assert await rig.asks() == QUICK
    assert len(quick.record.requests) == 1


async def test_only_the_winners_tool_runs() -> None:
    class Desk(Agent):
        ran = 0

        @function_tool
        async def book(self) -> str:
            """Book a room."""
            self.ran += 1
            return "done"

    made, desk = agent(), Desk()
    wish = ToolCall(call_id="c", name="book", arguments="{}")
    desk.vad, desk.stt, desk.tts, desk.phrases = made.vad, made.stt, made.tts, made.phrases
    desk.hedge_after_s = 0.5
    desk.llm = [
        ScriptedLLM(name="slow", replies=[[wish], "Booked."], first_s=1.2),
        ScriptedLLM(name="quick", replies=[[wish], "Booked."], first_s=0.1),
    ]
    async with call(desk) as rig:
        assert await rig.asks() == "Booked."
        assert [event["status"] for event in rig.fields("tool_called")] == ["started", "done"]


@pytest.mark.parametrize("value", [0.0, -1.0, "soon"])
def test_a_wrong_wait_is_told_in_one_line(value: Any) -> None:
    made = agent()
    made.hedge_after_s = value
    with pytest.raises(UserError, match=r"Agent\.hedge_after_s must be"):
        AgentConfig.of(made)
