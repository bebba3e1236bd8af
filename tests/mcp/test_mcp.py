"""Real MCP servers, by the official SDK on both sides: over standard streams and loopback HTTP."""

import asyncio
import importlib.util
import json
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from actors.conversation import ToolCall, ToolOutput
from actors.ports import Provider, ToolServer
from actors.tool_limits import ToolError
from actors.vendor import FailureKind, ProviderError
from providers import McpHttp, McpStdio
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from tests.calls.rig import Rig, agent, call
from tests.providers.fake_services import FakeServices

SERVER = str(Path(__file__).parent / "server.py")
STDIO = McpStdio(name="weather", command=sys.executable, args=(SERVER,))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]


def wish(name: str, call_id: str, **arguments: str) -> ToolCall:
    return ToolCall(call_id=call_id, name=name, arguments=json.dumps(arguments))


def caller(server: Provider[ToolServer]) -> Agent:
    """Return an agent whose model calls a tool, then one that is fatal, then one again."""
    replies = [
        [wish("forecast", "c1", town="Rome"), wish("look_up", "c2")],
        "Sunny.",
        [wish("die", "c3")],
        "I lost the line.",
        [wish("forecast", "c4", town="Oslo")],
        "Sunny again.",
    ]
    return agent(llm=ScriptedLLM(replies=replies), mcp_servers=[server])


async def outputs(rig: Rig) -> list[tuple[str, bool]]:
    items = await rig.job.session.conversation()
    return [(item.output, item.is_error) for item in items if isinstance(item, ToolOutput)]


async def is_ready(rig: Rig, count: int) -> None:
    async with asyncio.timeout(30):
        while sum(each["state"] == "ready" for each in rig.fields("tool_server_changed")) < count:
            await rig.until("tool_server_changed", count=len(rig.named("tool_server_changed")) + 1)


@pytest.mark.real_time
async def test_34_a_server_that_is_a_process_is_used_falls_in_mid_call_and_comes_back() -> None:
    async with call(caller(STDIO)) as rig:
        await is_ready(rig, 1)
        assert await rig.asks(seconds=0.3) == "Sunny."
        assert await rig.asks(answers=2, seconds=0.3) == "I lost the line."
        await is_ready(rig, 2)
        assert await rig.asks(answers=3, seconds=0.3) == "Sunny again."
        found = [output for output, _ in await outputs(rig)]
        assert (found[0], json.loads(found[1]), found[3]) == (
            "sunny in Rome",
            {"degrees": 21},
            "sunny in Oslo",
        )
        assert found[2].startswith("die: weather broke down in the middle of it")
        lost = [each for each in rig.fields("tool_server_changed") if each["state"] == "lost"]
        assert lost[0]["detail"] == "the barometer has burst"


@contextmanager
def http_server(bound: socket.socket) -> Generator[subprocess.Popen[bytes]]:
    """Serve on a socket that is bound already, so that nobody else takes its port."""
    process = subprocess.Popen(
        [sys.executable, SERVER, str(bound.fileno())],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[bound.fileno()],
    )
    bound.close()
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.real_time
async def test_34_a_server_on_http_is_used_and_its_death_is_an_error_and_not_a_hang() -> None:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    config = McpHttp(name="weather", url=f"http://127.0.0.1:{port}/mcp", prefix="w_")
    with pytest.raises(ProviderError, match=r"/mcp: .*[Cc]onnect"):
        async with config.open(FakeServices()):
            pass
    with http_server(bound) as process:
        await listening(port)
        with pytest.raises(ProviderError, match="connection"):  # noqa: PT012 - leaving it is what raises
            async with asyncio.timeout(50), config.open(FakeServices()) as server:
                assert "w_look_up" in [tool.schema.name for tool in await server.tools()]
                assert await server.call("w_forecast", {"town": "Rome"}) == "sunny in Rome"
                with pytest.raises(ToolError, match="town"):
                    await server.call("w_forecast", {})
                process.kill()
                process.wait()
                await server.call("w_forecast", {"town": "Oslo"})


async def listening(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


@pytest.mark.real_time
async def test_a_server_that_hangs_and_prints_what_it_should_not_ends_when_asked_to() -> None:
    config = STDIO.model_copy(update={"args": (SERVER, "hello"), "tools": ("hang",)})
    async with config.open(FakeServices()) as server:
        assert [tool.schema.name for tool in await server.tools()] == ["hang"]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await server.call("hang", {})


@pytest.mark.real_time
async def test_what_a_command_said_before_it_fell_is_told() -> None:
    failing = McpStdio(command=sys.executable, args=("-c", "raise SystemExit('no such database')"))
    with pytest.raises(ProviderError, match="no such database"):
        async with failing.open(FakeServices()):
            pass
    with pytest.raises(ProviderError, match="no-such-command"):
        async with McpStdio(command="no-such-command").open(FakeServices()):
            pass


@pytest.mark.real_time
async def test_a_server_that_hangs_is_replaced_and_its_process_is_gone() -> None:
    config = STDIO.model_copy(update={"timeout_s": 0.3})
    who = agent(
        llm=ScriptedLLM(replies=[[wish("hang", "c1")], "I do not know."]), mcp_servers=[config]
    )
    async with call(who) as rig:
        await is_ready(rig, 1)
        assert await rig.asks(seconds=0.3) == "I do not know."
        assert await outputs(rig) == [("hang gave no answer within 0.3 s", True)]
        await is_ready(rig, 2)


@pytest.mark.real_time
async def test_a_missing_key_or_library_is_told_with_what_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keyed = (
        STDIO.model_copy(update={"secrets": ("WEATHER_KEY",)}),
        McpHttp(url="http://127.0.0.1:1/mcp", bearer="WEATHER_KEY"),
    )
    for config in keyed:
        assert config.needs().secrets == ("WEATHER_KEY",)
        with pytest.raises(ProviderError, match=r"no key WEATHER_KEY: put it into \.env") as told:
            async with config.open(FakeServices()):
                pass
        assert told.value.kind is FailureKind.MISCONFIGURED
    monkeypatch.setattr(importlib.util, "find_spec", dict[str, None]().get)
    with pytest.raises(ProviderError, match=r"pip install -e PATH_TO_CLONE'\[mcp\]'"):
        async with STDIO.open(FakeServices()):
            pass
