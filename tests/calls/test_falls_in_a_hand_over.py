"""A Session that falls within a hand-over goes on with it: every act is done, and done once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from actors.call import AnyAddress, Call
from actors.conversation import ToolCall, ToolOutput
from actors.hook_runner import Hook, run_hook
from actors.reports import AgentChanged, Event, ToolCalled
from runtime.tools import function_tool
from tests.calls.rig import call
from tests.calls.test_crashes import falls
from tests.calls.test_hand_over import TO_BILLING, Desk, desk

LOG: list[str] = []


@pytest.fixture(autouse=True)
def _empty_log() -> None:
    LOG.clear()


class Logging(Desk):
    """Writes down what it does."""

    async def on_exit(self) -> None:
        LOG.append(f"exit {type(self).__name__}")
        await asyncio.sleep(0.5)


class Silent(Logging):
    """Answers by itself."""


class Greeting(Logging):
    """Greets."""

    async def on_enter(self) -> None:
        LOG.append(f"enter {type(self).__name__}")
        await self.session.say("Billing, good evening.")


class Summing(Logging):
    """Leaves a summary."""

    @function_tool
    async def to_billing(self) -> str:
        """Pass the caller on."""
        self.session.hand_over(self.next_agent, conversation="summary")
        return "done"


class Trap:
    """Lets the Session fall over beginning hooks of these names, once each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        monkeypatch.setattr("actors.session.session.run_hook", self._run)

    def _run(self, room: Call, watcher: AnyAddress, hook: Hook) -> None:
        if hook.name in self.names:
            self.names.remove(hook.name)
            falls()
        run_hook(room, watcher, hook)


def falls_at_report(
    monkeypatch: pytest.MonkeyPatch, wanted: Callable[[Event], bool]
) -> list[Event]:
    """Let whoever reports such an event for the first time fall over it."""
    real, fallen = Call.report, list[Event]()

    def report(room: Call, event: Event, **stamps: Any) -> None:
        if wanted(event) and not fallen:
            fallen.append(event)
            falls()
        real(room, event, **stamps)

    monkeypatch.setattr(Call, "report", report)
    return fallen


@pytest.mark.parametrize("name", ["on_exit", "recap", "on_enter"])
async def test_an_act_over_whose_beginning_the_session_falls_is_begun_again(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = Trap(monkeypatch)
    replies = ["We have rooms.", [TO_BILLING], "A room is wanted."]
    async with call(desk(replies, to=Greeting, kind=Summing)) as rig:
        await rig.asks()
        trap.names.append(name)
        assert await rig.asks(answers=2) == "Billing, good evening."
        assert len(rig.named("agent_changed")) == 1
        assert not trap.names
    assert LOG == ["exit Summing", "enter Greeting", "exit Greeting"]


async def test_an_agent_that_takes_over_answers_although_the_session_falls_over_the_next_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trap = Trap(monkeypatch)
    async with call(desk(["We have rooms.", "You owe nothing."], kind=Logging)) as rig:
        await rig.asks()
        rig.job.session.hand_over(Silent)
        await rig.until("agent_changed")
        trap.names.append("on_exit")
        rig.job.session.hand_over(Greeting)
        await rig.until("agent_transcript", count=3)
        assert not trap.names
        heard = [event["text"] for event in rig.fields("agent_transcript")]
    assert heard == ["We have rooms.", "You owe nothing.", "Billing, good evening."]
    assert LOG == ["exit Logging", "exit Silent", "enter Greeting", "exit Greeting"]


def agent_changed(event: Event) -> bool:
    return isinstance(event, AgentChanged)


def tool_called(event: Event) -> bool:
    return isinstance(event, ToolCalled)


def tool_done(event: Event) -> bool:
    return isinstance(event, ToolCalled) and event.status == "done"


@pytest.mark.parametrize("told", [agent_changed, tool_called, tool_done])
async def test_a_tool_hands_over_once_although_the_session_falls_over_the_telling(
    told: Callable[[Event], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    who = desk(["We have rooms.", [TO_BILLING], "You owe nothing."], to=Silent, kind=Logging)
    async with call(who) as rig:
        await rig.asks()
        fallen = falls_at_report(monkeypatch, told)
        assert await rig.asks(answers=2) == "You owe nothing."
        assert fallen
        assert len(rig.named("agent_changed")) == 1
        assert [event["status"] for event in rig.fields("tool_called")] == ["started", "done"]
        items = [type(item) for item in await rig.job.session.conversation()]
        assert (items.count(ToolCall), items.count(ToolOutput)) == (1, 1)
        assert LOG == ["exit Logging"]


async def test_code_elsewhere_hands_over_once_although_the_session_falls_over_the_telling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with call(desk(["We have rooms."], kind=Logging)) as rig:
        await rig.asks()
        fallen = falls_at_report(monkeypatch, agent_changed)
        rig.job.session.hand_over(Greeting)
        assert (await rig.until("agent_transcript", count=2))["text"] == "Billing, good evening."
        assert fallen
        assert [event["to"] for event in rig.fields("agent_changed")] == ["Greeting"]
    assert LOG == ["exit Logging", "enter Greeting", "exit Greeting"]


async def test_an_act_that_can_never_be_begun_is_told_and_the_next_one_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trap = Trap(monkeypatch)
    async with call(desk(["We have rooms."], kind=Logging)) as rig:
        await rig.asks()
        trap.names.extend(["on_exit", "on_exit"])
        rig.job.session.hand_over(Greeting)
        assert (await rig.until("agent_transcript", count=2))["text"] == "Billing, good evening."
        (error,) = rig.fields("error")
        assert error["message"] == "exit of a change of agents could not be carried out"
    assert LOG == ["enter Greeting", "exit Greeting"]
