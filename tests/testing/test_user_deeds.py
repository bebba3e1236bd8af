"""What the agent's own code does in a simulated call: what is its right, and what is a bug."""

from dataclasses import replace

import pytest

from actors.reports import ToolCalled
from providers import DemoBrain
from runtime import Agent, ToolError, function_tool
from runtime.testing.campaign import keep_quiet
from runtime.testing.invariants import violations
from runtime.testing.log import CallLog
from runtime.testing.plan import CallPlan
from runtime.testing.world import hold

pytestmark = pytest.mark.timeout(120)
SEED = 2
"""Of a call in which the model calls a tool."""


class Writer(Agent):
    """Thinks, and has no voice."""

    llm = DemoBrain()


class Raises(Writer):
    def __init__(self, error: Exception) -> None:
        self._error = error

    @function_tool
    async def rooms(self) -> str:
        """Say how many rooms are free."""
        raise self._error


class HangsUpInATool(Writer):
    @function_tool
    async def rooms(self) -> str:
        """Say how many rooms are free."""
        self.session.hangup("done")
        return "none"


class HangsUpAtOnce(Writer):
    async def on_enter(self) -> None:
        self.session.hangup("done")


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Log nothing of the crashes."""
    keep_quiet()


def held(agent: Agent) -> CallLog:
    return hold(agent, CallPlan.of(SEED, faults=False), real_tools=True)


def test_what_a_real_tool_raises_by_mistake_is_a_violation() -> None:
    (found,) = violations(held(Raises(ValueError("the ledger is shut"))))
    assert found.startswith("nothing_falls_by_itself: tool rooms: ValueError: the ledger is shut")


@pytest.mark.parametrize("error", [ToolError("we are full"), TimeoutError("the ledger is slow")])
def test_what_a_tool_may_raise_is_none(error: Exception) -> None:
    log = held(Raises(error))
    tools = [report.event for report in log.reports if isinstance(report.event, ToolCalled)]
    assert "failed" in {called.status for called in tools}
    assert not violations(log)


@pytest.mark.parametrize("kind", [HangsUpInATool, HangsUpAtOnce])
def test_an_agent_may_end_its_call(kind: type[Writer]) -> None:
    log = held(kind())
    assert log.closed == "done"
    assert not violations(log)


def test_a_call_that_nobody_ended_is_a_violation() -> None:
    log = held(HangsUpAtOnce())
    (found,) = violations(replace(log, ended_at_s=None))
    assert found.startswith("the_call_ends_in_time: the call ended by itself: done")
