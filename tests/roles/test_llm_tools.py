"""A model fails around a call of a tool: the tool runs once, and its output is not lost."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from actors.conversation import Item, ToolCall, ToolOutput, new_id
from actors.slots.slot import Hold
from actors.vendor import ChatProgress, ChatRequest, ProviderError
from providers.scripted import Fault, Hang
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.tools import function_tool
from tests.calls.rig import Rig, agent, call
from tests.roles.llm_calls import only_switch, raises_at

ASKING, ANSWER = "Let me look.", "We have three rooms."
FRAGMENTS = [ChatProgress()] * 4
"""What is told of half a call: that the model works."""
GONE = ProviderError("it broke")
TOOL_S = 2.0


class Desk(Agent):
    """Tools that write down when they begin, and what they were given."""

    runs: list[str]

    @function_tool
    async def rooms(self, nights: int = 1, beds: int = 2) -> str:
        """Count the free rooms."""
        self.runs.append(f"rooms {nights}")
        await asyncio.sleep(TOOL_S)
        return "three"

    @function_tool
    async def breakfast(self) -> str:
        """Tell when breakfast is."""
        self.runs.append("breakfast")
        return "at seven"

    @function_tool(repeatable=True)
    async def clock(self) -> str:
        """Tell the time."""
        self.runs.append("clock")
        return f"run {self.runs.count('clock')}"


def wish(name: str, arguments: str = "{}") -> ToolCall:
    return ToolCall(call_id=new_id("call"), name=name, arguments=arguments)


def desk(*models: Any) -> Desk:
    scripted, made = agent(), Desk()
    made.vad, made.stt, made.tts = scripted.vad, scripted.stt, scripted.tts
    made.llm, made.runs = list(models), []
    return made


def model(name: str, *replies: Any, fault: Fault | None = None, **fields: Any) -> ScriptedLLM:
    return ScriptedLLM(name=name, replies=list(replies), fault=fault, **fields)


def told(to: ScriptedLLM) -> Sequence[Item]:
    """Return the conversation as the model was told it last."""
    request = to.record.requests[-1]
    assert isinstance(request, ChatRequest)
    return request.items


def outputs(items: Iterable[Item]) -> list[tuple[str, str]]:
    return [(item.name, item.output) for item in items if isinstance(item, ToolOutput)]


async def recorded(rig: Rig) -> list[tuple[str, str]]:
    return outputs(await rig.job.session.conversation())


@pytest.mark.parametrize("at", range(len(FRAGMENTS) + 3))
async def test_llm_half_tool_call_at_every_fragment(at: int) -> None:
    whole = [ASKING, *FRAGMENTS, wish("rooms", '{"nights": 2}'), ChatProgress()]
    first = model("first", whole, fault=raises_at(at), gap_s=0.1)
    second = model("second", [ASKING, wish("rooms", '{"nights": 2}')], ANSWER)
    who = desk(first, second)
    async with call(who) as rig:
        assert await rig.asks() == f"{ASKING} {ANSWER}"
        assert await recorded(rig) == [("rooms", "three")]
    assert who.runs == ["rooms 2"]
    assert outputs(told(second)) == [("rooms", "three")]
    assert only_switch(rig)["kind"] == "error"


async def test_llm_two_calls_second_cut() -> None:
    both = [wish("breakfast"), wish("rooms", '{"nights": 2}')]
    first = model("first", [both[0], *FRAGMENTS, Hang()])
    second = model("second", both, ANSWER)
    who = desk(first, second)
    async with call(who) as rig:
        await rig.says()
        await rig.until("provider_switched")
        assert not who.runs, "a round runs once it is whole"
        assert (await rig.until("agent_transcript"))["text"] == ANSWER
        assert await recorded(rig) == [("breakfast", "at seven"), ("rooms", "three")]
    assert sorted(who.runs) == ["breakfast", "rooms 2"]
    assert outputs(told(second)) == [("breakfast", "at seven"), ("rooms", "three")]


async def test_llm_dies_while_tool_runs() -> None:
    first = model("first", [ASKING, wish("rooms")])
    second = model("second", ANSWER)
    who = desk(first, second)
    async with call(who) as rig:
        await rig.says()
        await rig.until("tool_called")
        await asyncio.sleep(TOOL_S / 2)
        hold = rig.job.call.addresses.llm.hold
        assert isinstance(hold, Hold)
        hold.live["first"].kill()
        assert (await rig.until("agent_transcript"))["text"] == f"{ASKING} {ANSWER}"
    assert who.runs == ["rooms 1"]
    assert outputs(told(second)) == [("rooms", "three")]
    assert only_switch(rig)["kind"] == "crash"


async def test_the_output_waits_for_a_role_that_was_killed_while_its_tool_ran() -> None:
    only = model("only", [ASKING, wish("rooms")], ANSWER)
    who = desk(only)
    async with call(who) as rig:
        await rig.says()
        await rig.until("tool_called")
        await asyncio.sleep(TOOL_S / 2)
        rig.job.call.addresses.llm.kill()
        assert (await rig.until("agent_transcript"))["text"] == f"{ASKING} {ANSWER}"
    assert who.runs == ["rooms 1"]
    assert outputs(told(only)) == [("rooms", "three")]


def asking_again(tool: str, *spellings: str) -> tuple[ScriptedLLM, ScriptedLLM]:
    """Return a model that fails once its tool has run, and one that asks for the tool again."""
    begun, *again = spellings
    first = model("first", [ASKING, wish(tool, begun)], GONE)
    return first, model("second", *([wish(tool, spelling)] for spelling in again), ANSWER)


async def test_a_model_that_takes_over_is_given_the_output_that_is_there() -> None:
    spellings = ('{"nights": 2, "beds": 1}', ' { "beds":1,"nights":2}')
    first, second = asking_again("rooms", *spellings)
    who = desk(first, second)
    async with call(who) as rig:
        assert await rig.asks() == f"{ASKING} {ANSWER}"
        assert await recorded(rig) == [("rooms", "three")]
    assert who.runs == ["rooms 2"]
    assert outputs(told(second)) == [("rooms", "three"), ("rooms", "three")]


async def test_a_tool_is_run_for_it_that_was_not_asked_for_just_so() -> None:
    first, second = asking_again("rooms", '{"nights": 2}', '{"nights": 3}')
    who = desk(first, second)
    async with call(who) as rig:
        assert await rig.asks() == f"{ASKING} {ANSWER}"
    assert who.runs == ["rooms 2", "rooms 3"]


async def test_a_tool_that_is_repeatable_is_run_again() -> None:
    first, second = asking_again("clock", "{}", "{}")
    who = desk(first, second)
    async with call(who) as rig:
        assert await rig.asks() == f"{ASKING} {ANSWER}"
        assert await recorded(rig) == [("clock", "run 1"), ("clock", "run 2")]
    assert outputs(told(second)) == [("clock", "run 1"), ("clock", "run 2")]


async def test_whoever_asks_again_after_its_first_round_means_it() -> None:
    first, second = asking_again("rooms", "{}", "{}", "{}")
    who = desk(first, second)
    async with call(who) as rig:
        assert await rig.asks() == f"{ASKING} {ANSWER}"
    assert who.runs == ["rooms 1", "rooms 1"]
    assert outputs(told(second)) == [("rooms", "three")] * 3
