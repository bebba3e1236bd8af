"""What user code asks of a call that is over is answered at once, as it would be in the call."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from actors.reports import TurnCommitted
from actors.utterance import Utterance
from providers.scripted_llm import ScriptedLLM
from runtime.errors import UserError
from runtime.session_handle import SessionHandle
from tests.calls.rig import Rig, agent, call
from transports.loopback import LoopbackCaller, LoopbackTransport

AT_ONCE_S = 2.0
WISHES: list[Callable[[SessionHandle], Utterance]] = [
    lambda session: session.say("Hello?"),
    lambda session: session.reply("Say hello."),
]


async def over(rig: Rig) -> SessionHandle:
    rig.job.session.hangup("enough")
    await rig.job.closed()
    return rig.job.session


@pytest.mark.parametrize("wish", WISHES, ids=["say", "reply"])
@pytest.mark.parametrize("late_s", [0.03, 5.0])
async def test_what_is_to_be_said_after_the_end_is_dropped(
    wish: Callable[[SessionHandle], Utterance], late_s: float
) -> None:
    async with call(agent()) as rig:
        rig.job.session.hangup("enough")
        await asyncio.sleep(late_s)
        async with asyncio.timeout(AT_ONCE_S):
            utterance = await wish(rig.job.session)
    assert (utterance.outcome, utterance.text) == ("dropped", "")


async def test_what_waits_for_the_floor_is_dropped_when_the_call_is_torn_down() -> None:
    async with call(agent()) as rig:
        rig.job.session.say("One two three four five six.")
        waits = rig.job.session.say("Seven.")
        await rig.until("agent_speech_started")
        rig.job.tree.kill()
        async with asyncio.timeout(AT_ONCE_S):
            await waits
    assert waits.outcome == "dropped"


@pytest.mark.parametrize("kinds", [(), (TurnCommitted,)], ids=["all", "one kind"])
async def test_events_asked_for_after_the_end_are_none(kinds: tuple[Any, ...]) -> None:
    async with call(agent()) as rig:
        session = await over(rig)
        async with asyncio.timeout(AT_ONCE_S):
            assert [event async for event in session.events(*kinds)] == []


async def test_events_end_when_the_call_is_torn_down() -> None:
    async with call(agent()) as rig:
        stream = rig.job.session.events(TurnCommitted)
        rig.job.tree.kill()
        async with asyncio.timeout(AT_ONCE_S):
            assert [event async for event in stream] == []


async def test_the_conversation_of_a_call_that_is_over_is_as_it_was_left() -> None:
    async with call(agent()) as rig:
        await rig.asks()
        await over(rig)
        said = await rig.said()
    assert said == [("user", "two nights please"), ("assistant", "We have three rooms free.")]
    assert await rig.said() == said  # the worker has ended as well


async def test_the_log_tells_of_the_begin_and_the_end_of_a_room() -> None:
    with capture_logs() as lines:
        async with call(agent()) as rig:
            await over(rig)
    told = [(line["event"], line["room"], line.get("why", "")) for line in lines]
    assert told == [("room opened", "r1", ""), ("room closed", "r1", "enough")]


async def test_no_room_is_opened_where_the_worker_has_ended() -> None:
    async with call(agent()) as rig:
        await over(rig)
    with pytest.raises(UserError, match="open rooms inside 'async with"):
        await rig.worker.open_room("r2", LoopbackTransport(LoopbackCaller()))


async def test_parts_cannot_be_changed_any_more() -> None:
    async with call(agent()) as rig:
        session = await over(rig)
        with pytest.raises(UserError, match="the call is over"):
            await session.change_component(llm=ScriptedLLM(replies=["Hello."]))
        with pytest.raises(UserError, match="the call is over"):
            await session.change_pipeline(llm=ScriptedLLM(replies=["Hello."]))
