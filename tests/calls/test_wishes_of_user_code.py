"""What user code asks of a session wrongly is told where it asks, and costs nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from actors.conversation import ToolCall
from actors.reports import TurnCommitted
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.errors import UserError
from runtime.session_handle import SessionHandle
from runtime.tools import function_tool
from tests.calls.rig import agent, call

WRONG: list[tuple[Callable[[SessionHandle], Any], str]] = [
    (lambda session: session.say(5), r"say takes a text, not 5 \(int\)"),  # type: ignore[arg-type]
    (lambda session: session.say("x", audio=b"pcm"), "say takes audio as Recording"),  # type: ignore[arg-type]
    (lambda session: session.reply(5), "reply takes a text"),  # type: ignore[arg-type]
    (lambda session: session.reply("x", images=["no"]), "reply takes images as ImagePart"),  # type: ignore[arg-type]
    (lambda session: session.update_instructions(None), "update_instructions takes a text"),  # type: ignore[arg-type]
    (lambda session: session.on("turn_comitted"), "did you mean 'turn_committed'"),
    (lambda session: session.on(print), "on takes events by their class"),  # type: ignore[arg-type]
    (lambda session: session.events("nothing"), "events takes events by their class"),
]


@pytest.mark.parametrize(("ask", "told"), WRONG)
async def test_a_wrong_wish_is_told_in_one_line_and_the_call_goes_on(
    ask: Callable[[SessionHandle], Any], told: str
) -> None:
    async with call(agent()) as rig:
        with pytest.raises(UserError, match=told):
            ask(rig.job.session)
        assert await rig.asks() == "We have three rooms free."
        assert not rig.named("actor_restarted")


async def test_an_event_may_be_chosen_by_its_class_or_by_its_name() -> None:
    heard: list[object] = []
    async with call(agent()) as rig:
        rig.job.session.on("turn_committed")(heard.append)
        rig.job.session.on(TurnCommitted)(heard.append)
        await rig.asks()
    assert [type(event) for event in heard] == [TurnCommitted, TurnCommitted]


async def test_what_a_tool_says_is_not_awaited_in_it() -> None:
    class Desk(Agent):
        @function_tool
        async def rooms(self) -> str:
            """Count the rooms."""
            await self.session.say("One moment.")
            return "three"

    made, desk = agent(), Desk()
    wish = ToolCall(call_id="c", name="rooms", arguments="{}")
    desk.vad, desk.stt, desk.tts, desk.phrases = made.vad, made.stt, made.tts, made.phrases
    desk.llm = ScriptedLLM(replies=[[wish], "Sorry."])
    async with call(desk) as rig:
        assert await rig.asks() == "One moment. Sorry."
        (failed,) = [e for e in rig.fields("tool_called") if e["status"] == "failed"]
    assert "leave the 'await' out" in failed["output"]
