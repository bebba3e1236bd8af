"""Who awaits an utterance goes on once it is over, also if the Session could not bring it about."""

import asyncio
from typing import Any

import pytest

from actors.call import Call
from actors.call_record import CallRecord
from actors.conversation import ToolCall
from actors.events import SayWithin
from actors.reports import AgentSpeechFinished, AgentTranscript, Event
from actors.session import memory
from actors.session.conductor import Conductor
from actors.turn_taking import effects as fx
from actors.utterance import Utterance
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.tools import function_tool
from tests.calls.rig import agent, call
from tests.calls.test_crashes import falls

SAID: list[Utterance] = []
LOOK = ToolCall(call_id="c1", name="look", arguments="{}")


class Looking(Agent):
    """Says something while it looks."""

    @function_tool
    async def look(self) -> str:
        """Look."""
        SAID.append(self.session.say("I am looking."))
        return "three rooms"


def looking() -> Looking:
    made = Looking()
    vars(made).update(vars(agent(llm=ScriptedLLM(replies=[[LOOK], "We have three."]))))
    return made


async def over(utterance: Utterance, *, within_s: float = 10.0) -> str | None:
    async with asyncio.timeout(within_s):
        await utterance
    return utterance.outcome


def falls_over(monkeypatch: pytest.MonkeyPatch, kind: type[fx.Effect]) -> None:
    """Let the Session fall over every effect of that kind."""
    real = Conductor.carry_out

    def carry_out(self: Conductor, record: CallRecord, effect: fx.Effect) -> None:
        if isinstance(effect, kind):
            falls()
        real(self, record, effect)

    monkeypatch.setattr(Conductor, "carry_out", carry_out)


async def test_what_a_tool_says_in_vain_has_failed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    falls_over(monkeypatch, fx.SpeakWithin)
    async with call(looking()) as rig:
        await rig.says()
        error = await rig.until("error")
        assert error["message"] == "SpeakWithin could not be carried out"
        assert await over(SAID[-1], within_s=0.1) == "failed"
        assert (await rig.until("agent_transcript"))["text"] == "We have three."


async def test_what_a_tool_says_is_said_once_if_the_session_falls_over_handing_it_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = list[SayWithin]()

    def say_within(epoch: int, text: str) -> SayWithin:
        made.append(SayWithin(epoch, text))
        if len(made) == 1:
            falls()
        return made[-1]

    monkeypatch.setattr("actors.session.conductor.SayWithin", say_within)
    async with call(looking()) as rig:
        assert await rig.asks() == "I am looking. We have three."
        assert await over(SAID[-1]) == "finished"


async def test_a_text_that_cannot_be_begun_has_failed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with call(agent()) as rig:
        await rig.asks()
        monkeypatch.setattr(memory, "begin_output", falls)
        said = rig.job.session.say("Never heard.")
        assert await over(said, within_s=0.1) == "failed"
        assert (await rig.until("error"))["message"] == "StartOutput could not be carried out"


@pytest.mark.parametrize("kind", [AgentSpeechFinished, AgentTranscript])
async def test_the_end_of_a_text_is_told_although_the_session_falls_over_the_telling(
    kind: type[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, fallen = Call.report, list[Event]()

    def report(room: Call, event: Event, **stamps: Any) -> None:
        if isinstance(event, kind) and not fallen:
            fallen.append(event)
            falls()
        real(room, event, **stamps)

    monkeypatch.setattr(Call, "report", report)
    async with call(agent()) as rig:
        assert await over(rig.job.session.say("Good evening.")) == "finished"
        assert [event["text"] for event in rig.fields("agent_transcript")] == ["Good evening."]
        assert rig.named("agent_speech_finished")
        assert fallen


async def test_a_text_whose_end_cannot_be_told_is_over_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    falls_over(monkeypatch, fx.OutputEnded)
    async with call(agent()) as rig:
        assert await over(rig.job.session.say("Good evening.")) == "failed"
        assert not rig.named("session_closed")


async def test_a_text_that_cannot_be_cut_off_is_over_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    falls_over(monkeypatch, fx.InterruptOutput)
    async with call(agent()) as rig:
        said = rig.job.session.say("Good evening.")
        await rig.until("agent_speech_started")
        rig.job.session.interrupt()
        assert await over(said, within_s=0.1) == "failed"


async def test_a_queued_text_that_cannot_be_dropped_is_dropped_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    falls_over(monkeypatch, fx.OutputDropped)
    async with call(agent()) as rig:
        rig.job.session.say("Good evening.")
        queued = rig.job.session.say("How are you?")
        await rig.until("agent_speech_started")
        rig.job.session.interrupt()
        assert await over(queued, within_s=0.1) == "dropped"
