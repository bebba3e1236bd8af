"""Servers of tools in a call, on virtual time: whatever they do, the call goes on."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from actors.conversation import ToolCall, ToolOutput
from actors.ports import Services
from actors.tool_limits import ToolError, ToolLimits
from actors.vendor import ProviderError, ServedTool, ToolSchema
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.agent_config import AgentConfig
from runtime.errors import UserError
from runtime.tools import function_tool
from tests.calls.rig import Rig, agent, call


@dataclass(slots=True)
class FakeServer:
    """A server that does as it is told; satisfies the port and declares itself."""

    name: str = "weather"
    names: list[str] = field(default_factory=lambda: ["forecast"])
    opened: list[float] = field(default_factory=list[float])
    refuses_to_open: int = 0
    opens_after_s: float = 0.0
    hangs: bool = False
    news: asyncio.Queue[Exception | None] = field(default_factory=lambda: asyncio.Queue(8))

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator["FakeServer"]:
        self.opened.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.opens_after_s)
        if len(self.opened) <= self.refuses_to_open:
            raise ProviderError("the port is shut")
        yield self

    async def tools(self) -> tuple[ServedTool, ...]:
        if self.hangs:
            await asyncio.Event().wait()
        schema: dict[str, Any] = {"type": "object", "properties": {"town": {"type": "string"}}}
        return tuple(
            ServedTool(ToolSchema(name, "", schema), ToolLimits(timeout_s=3.0))
            for name in self.names
        )

    async def call(self, name: str, arguments: dict[str, Any]) -> str:
        match arguments.get("town"):
            case "Atlantis":
                raise ToolError("there is no such town")
            case "Pompeii":
                raise ProviderError("the server is no more")
            case "Limbo":
                self.hangs = True
                await asyncio.Event().wait()
            case "Styx":
                await asyncio.Event().wait()
            case "Far":
                await asyncio.sleep(2.5)
            case _:
                pass
        return f"sunny in {arguments.get('town')}"

    async def changes(self) -> AsyncIterator[None]:
        while (news := await self.news.get()) is None:
            yield
        raise news


def wish(town: str = "Rome", *, name: str = "forecast", call_id: str = "c1") -> ToolCall:
    return ToolCall(call_id=call_id, name=name, arguments=f'{{"town": "{town}"}}')


def forecaster(server: FakeServer, *replies: Any, **fields: Any) -> Agent:
    return agent(llm=ScriptedLLM(replies=replies), mcp_servers=[server], **fields)


async def outputs(rig: Rig) -> list[tuple[str, bool]]:
    items = await rig.job.session.conversation()
    return [(item.output, item.is_error) for item in items if isinstance(item, ToolOutput)]


async def test_34_a_tool_of_another_program_is_called_like_ones_own() -> None:
    async with call(forecaster(FakeServer(), [wish()], "Sunny.")) as rig:
        ready = await rig.until("tool_server_changed")
        assert (ready["server"], ready["state"], ready["detail"]) == (
            "weather",
            "ready",
            "forecast",
        )
        assert await rig.asks() == "Sunny."
        assert await outputs(rig) == [("sunny in Rome", False)]


@pytest.mark.parametrize(
    ("town", "output"),
    [
        ("Atlantis", "there is no such town"),
        ("Styx", "forecast gave no answer within 3 s"),
        (
            "Pompeii",
            "forecast: weather broke down in the middle of it; unknown whether it was done",
        ),
    ],
)
async def test_34_whatever_becomes_of_a_server_the_model_is_told_and_the_caller_answered(
    town: str, output: str
) -> None:
    async with call(forecaster(FakeServer(), [wish(town)], "I do not know.")) as rig:
        assert await rig.asks() == "I do not know."
        assert await outputs(rig) == [(output, True)]


async def test_a_question_that_comes_at_once_waits_a_moment_for_servers_that_are_starting() -> None:
    server = FakeServer(opens_after_s=3.0)
    async with call(forecaster(server, [wish()], "Sunny.")) as rig:
        assert await rig.asks() == "Sunny."
        assert await outputs(rig) == [("sunny in Rome", False)]


async def test_a_server_that_takes_too_long_to_start_is_not_waited_for() -> None:
    server = FakeServer(opens_after_s=18.0)
    async with call(forecaster(server, "I cannot see.", "Now I can.")) as rig:
        assert await rig.asks() == "I cannot see."
        await rig.until("tool_server_changed")
        assert rig.job.call.on_stage.part.toolbox.schemas


async def test_34_a_tool_may_take_longer_than_a_server_is_waited_for_elsewhere() -> None:
    async with call(forecaster(FakeServer(), [wish("Far")], "Sunny.")) as rig:
        await rig.asks()
        assert await outputs(rig) == [("sunny in Far", False)]


async def test_34_a_server_that_fell_comes_back_and_its_tools_work_again() -> None:
    server = FakeServer()
    who = forecaster(server, [wish("Pompeii")], "Lost.", [wish(call_id="c2")], "Sunny.")
    async with call(who) as rig:
        await rig.asks()
        lost = await rig.until("tool_server_changed", count=2)
        assert (lost["state"], lost["detail"]) == ("lost", "the server is no more")
        await rig.until("tool_server_changed", count=3)
        assert await rig.asks(answers=2) == "Sunny."
    assert len(server.opened) == 2


async def test_while_a_server_is_away_its_tools_answer_at_once_that_it_is() -> None:
    server = FakeServer(refuses_to_open=100)
    server.names.clear()
    who = forecaster(server, "Not now.")
    async with call(who) as rig:
        await rig.until("tool_server_changed", count=3)
        toolbox = rig.job.call.on_stage.part.servers[0]
        with pytest.raises(
            ToolError, match="weather cannot be reached at the moment: the port is shut"
        ):
            await toolbox.call("forecast", "{}")
        assert await rig.asks() == "Not now."


async def test_a_server_that_will_not_open_is_tried_again_ever_more_seldom() -> None:
    server = FakeServer(refuses_to_open=6)
    async with call(forecaster(server, "Hello.")) as rig:
        while rig.named("tool_server_changed")[-1:] == [] or (
            rig.fields("tool_server_changed")[-1]["state"] != "ready"
        ):
            await rig.until("tool_server_changed", count=len(rig.named("tool_server_changed")) + 1)
    gaps = [after - before for before, after in zip(server.opened, server.opened[1:], strict=False)]
    assert all(0.75 * 0.5 * 2**n <= gap <= 1.25 * 0.5 * 2**n + 0.1 for n, gap in enumerate(gaps))


async def test_a_server_that_hangs_altogether_is_replaced() -> None:
    server = FakeServer()
    async with call(forecaster(server, [wish("Limbo")], "It does not answer.")) as rig:
        assert await rig.asks() == "It does not answer."
        server_lost = await rig.until("tool_server_changed", count=2)
        assert (server_lost["state"], server_lost["detail"]) == ("lost", "it does not answer")
        server.hangs = False
        assert (await rig.until("tool_server_changed", count=3))["state"] == "ready"


async def test_tools_that_a_server_learns_are_offered_from_then_on() -> None:
    server = FakeServer()
    who = forecaster(server, "One.", "Two.")
    async with call(who) as rig:
        await rig.asks()
        server.names.append("history")
        server.news.put_nowait(None)
        await rig.until("tool_server_changed", count=2)
        await rig.asks(answers=2)
    assert isinstance(who.llm, ScriptedLLM)
    requests: list[Any] = who.llm.record.requests
    offered = [[tool.name for tool in request.tools] for request in requests]
    assert offered == [["forecast"], ["forecast", "history"]]


async def test_ones_own_tool_goes_before_another_of_its_name() -> None:
    class Own(Agent):
        """Has a tool of that name."""

        @function_tool
        async def forecast(self, town: str) -> str:
            """Look out of the window."""
            return f"rain in {town}"

    made, scripted = Own(), agent()
    vars(made).update(vad=scripted.vad, stt=scripted.stt, tts=scripted.tts)
    made.llm, made.mcp_servers = ScriptedLLM(replies=[[wish()], "Rain."]), [FakeServer()]
    async with call(made) as rig:
        await rig.until("tool_server_changed")
        await rig.asks()
        assert await outputs(rig) == [("rain in Rome", False)]


async def test_26_an_agent_that_takes_over_brings_its_servers() -> None:
    class Weather(Agent):
        """Takes over."""

        mcp_servers = (FakeServer(),)

    who = agent(llm=ScriptedLLM(replies=["Hello.", [wish()], "Sunny."]))
    async with call(who) as rig:
        await rig.asks()
        rig.job.session.hand_over(Weather())
        await rig.until("tool_server_changed")
        await rig.until("agent_transcript", count=2)
        assert await outputs(rig) == [("sunny in Rome", False)]


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ("npx server", "Agent.mcp_servers must be a list"),
        (["npx server"], "Agent.mcp_servers must hold servers such as"),
        ([FakeServer(), FakeServer()], "two servers are called weather"),
    ],
)
def test_a_wrong_declaration_is_told_in_one_line(declared: Any, told: str) -> None:
    with pytest.raises(UserError, match=told):
        AgentConfig.of(agent(mcp_servers=declared))
