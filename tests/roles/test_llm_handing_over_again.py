"""The LLM role falls in the middle of handing a text over: nothing of it is lost, or said twice."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from actors.conversation import Message, ToolCall
from actors.llm.role import LlmRole
from actors.vendor import ChatRequest
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.tools import function_tool
from tests.calls.rig import agent, call
from tests.roles.crashes import Planted
from tests.roles.llm_calls import as_steps

ASKING = "Let me look that up for you. It will not take long. "
ASIDE = "I am looking. It may take a while."
ANSWER = "We have three rooms. Two of them are free."
USES = len(f"{ASKING}{ANSWER}".split())
"""So often, at the least, the role sets or withdraws the timer of half a clause."""


def rooms() -> str:
    """How many rooms are free."""
    return "three"


def is_split(key: object) -> bool:
    return isinstance(key, tuple) and cast("tuple[object, ...]", key)[0] == "split"


def falls_once(monkeypatch: pytest.MonkeyPatch, at: int) -> Callable[[], bool]:
    """Let the role fall over that use of the timer for half a clause; tell whether it has."""
    uses = 0

    def planted(method: str) -> None:
        real: Callable[..., None] = getattr(LlmRole, method)

        def use(self: LlmRole, *given: Any, **named: Any) -> None:
            nonlocal uses
            key = named.get("key", given[0])
            uses += is_split(key)
            if uses == at:
                uses += 1
                raise Planted(f"{method}, use {at}")
            real(self, *given, **named)

        monkeypatch.setattr(LlmRole, method, use)

    planted("after")
    planted("cancel_after")
    return lambda: uses > at


@pytest.mark.parametrize("at", range(1, USES + 1))
async def test_a_text_is_heard_and_remembered_once_wherever_the_role_falls(
    at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_fallen = falls_once(monkeypatch, at)
    look = ToolCall(call_id="c1", name="rooms", arguments="{}")
    llm = ScriptedLLM(replies=[[*as_steps(ASKING), look], ANSWER])
    async with call(agent(llm=llm, tools=[rooms])) as rig:
        assert await rig.asks() == f"{ASKING}{ANSWER}"
    asked = llm.record.requests[-1]
    assert isinstance(asked, ChatRequest)
    assert [item.text for item in asked.items if isinstance(item, Message)][1:] == [ASKING]
    assert has_fallen()


class Looking(Agent):
    """Says something while it looks."""

    @function_tool
    async def rooms(self) -> str:
        """How many rooms are free."""
        self.session.say(ASIDE)
        return "three"


def looking(llm: ScriptedLLM) -> Looking:
    made = Looking()
    vars(made).update(vars(agent(llm=llm)))
    return made


@pytest.mark.parametrize("at", range(1, USES + 4))
async def test_what_a_tool_says_is_heard_and_remembered_once_wherever_the_role_falls(
    at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_fallen = falls_once(monkeypatch, at)
    look = ToolCall(call_id="c1", name="rooms", arguments="{}")
    llm = ScriptedLLM(replies=[[*as_steps(ASKING), look], ANSWER])
    async with call(looking(llm)) as rig:
        assert await rig.asks() == f"{ASKING}{ASIDE} {ANSWER}"
    asked = llm.record.requests[-1]
    assert isinstance(asked, ChatRequest)
    assert [item.text for item in asked.items if isinstance(item, Message)][1:] == [ASKING]
    assert has_fallen()
