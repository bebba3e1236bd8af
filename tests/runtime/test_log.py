import asyncio
import contextlib
import io
import json
import logging
import re
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from actors.conversation import ToolCall
from actors.vendor import FailureKind, ProviderError
from providers import DemoBrain
from runtime import Agent, ToolError, function_tool, log
from runtime.config import LogFormat, LogLevel, Settings
from runtime.testing import simulate, tool_call

KEY = 'sk-very"secret'


def configured(
    log_format: LogFormat, *, level: LogLevel = LogLevel.DEBUG, terminal: bool = False
) -> io.StringIO:
    stream = _Terminal() if terminal else io.StringIO()
    secrets = {"OPENAI_API_KEY": SecretStr(KEY), "SHORT_KEY": SecretStr("a")}
    settings = Settings(log_level=level, log_format=log_format, secrets=secrets)
    log.configure(settings, stream=stream)
    return stream


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def logger(name: str = "test") -> Any:
    return structlog.get_logger(name)


def refuse(password: str) -> None:
    local = f"{password} again"
    raise ConnectionError(f"refused {local.removesuffix(' again')}")


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_carries_what_is_bound_to_its_context() -> None:
    stream = configured(LogFormat.JSON)

    with structlog.contextvars.bound_contextvars(room="r1", actor="stt", epoch=3):
        logger().info("hears", text="Grüße")

    (line,) = lines(stream)
    assert line["event"] == "hears"
    assert (line["room"], line["actor"], line["epoch"]) == ("r1", "stt", 3)
    assert line["level"] == "info"
    assert "Grüße" in stream.getvalue()


@pytest.mark.parametrize(("level", "heard"), [(LogLevel.DEBUG, 1), (LogLevel.INFO, 0)])
def test_what_the_libraries_below_tell_at_info_is_for_a_search_for_faults(
    level: LogLevel, heard: int
) -> None:
    stream = configured(LogFormat.JSON, level=level)
    logging.getLogger("aioice.ice").info("Check CandidatePair")
    assert len(lines(stream)) == heard


def test_the_lines_of_other_libraries_are_alike() -> None:
    stream = configured(LogFormat.JSON)

    with structlog.contextvars.bound_contextvars(room="r1"):
        logging.getLogger("websockets").warning("lost %s", "x", extra={"api_key": KEY})

    (line,) = lines(stream)
    assert (line["event"], line["room"], line["api_key"]) == ("lost x", "r1", "***")


@pytest.mark.parametrize("log_format", [LogFormat.TEXT, LogFormat.JSON])
@pytest.mark.parametrize(
    "said",
    [
        {"api_key": "x1y2"},
        {"headers": {"Authorization": "Bearer x1y2", "Accept": "*/*"}},
        {"tries": [{"deep": {"client_secret": "x1y2"}}]},
        {"session_token": b"x1y2"},
    ],
)
def test_what_is_called_a_secret_is_hidden(log_format: LogFormat, said: dict[str, Any]) -> None:
    stream = configured(log_format)

    logger().info("connects", **said)

    assert "connects" in stream.getvalue()
    assert "x1y2" not in stream.getvalue()


@pytest.mark.parametrize("log_format", [LogFormat.TEXT, LogFormat.JSON])
def test_a_configured_secret_is_hidden_wherever_it_stands(log_format: LogFormat) -> None:
    stream = configured(log_format)

    logger().info(f"GET /?q={KEY}", url=f"https://example.org/{KEY}", tried=[KEY])
    logging.getLogger("other").error("%s refused", KEY)
    try:
        refuse(KEY)
    except ConnectionError:
        logger().exception("failed", answer=ValueError(KEY))

    assert "refused" in stream.getvalue()
    assert "very" not in stream.getvalue()


def test_an_ordinary_word_is_not_hidden_because_a_key_is_short() -> None:
    stream = configured(LogFormat.JSON)

    logger().info("a cat", output_tokens=12)

    assert lines(stream)[0]["event"] == "a cat"
    assert lines(stream)[0]["output_tokens"] == 12


def test_a_failure_s_local_variables_are_not_shown() -> None:
    stream = configured(LogFormat.TEXT, terminal=True)
    try:
        refuse("hunt" + str(len("er2")))
    except ConnectionError:
        logger().exception("failed")

    assert "ConnectionError" in stream.getvalue()
    assert "hunt3 again" not in stream.getvalue()


def test_only_a_terminal_gets_readable_lines_by_itself() -> None:
    elsewhere = configured(LogFormat.AUTO)
    logger().warning("hello")
    terminal = configured(LogFormat.AUTO, terminal=True)
    logger().warning("hello")

    assert lines(elsewhere)[0]["event"] == "hello"
    assert not terminal.getvalue().startswith("{")
    assert "hello" in terminal.getvalue()


def test_less_grave_lines_are_left_out() -> None:
    stream = configured(LogFormat.JSON, level=LogLevel.WARNING)

    logger().info("not this")
    logging.getLogger("other").info("nor this")
    logger().warning("this")

    assert [line["event"] for line in lines(stream)] == ["this"]


def test_what_a_vendor_reports_is_news_without_a_traceback() -> None:
    trouble = ProviderError("the key is wrong", kind=FailureKind.MISCONFIGURED)

    verbose = configured(LogFormat.JSON, level=LogLevel.INFO)
    logger().error("actor crashed", exc_info=trouble)
    quiet = configured(LogFormat.JSON, level=LogLevel.WARNING)
    logger().error("actor crashed", exc_info=trouble)
    logger().error("actor crashed", exc_info=ValueError("a bug"))

    (line,) = lines(verbose)
    assert (line["error"], line["kind"]) == ("the key is wrong", "misconfigured")
    assert "exception" not in line
    assert ["a bug" in line["exception"] for line in lines(quiet)] == [True]


class Desk(Agent):
    llm = DemoBrain()

    @function_tool
    async def full(self) -> str:
        """Say that nothing is free."""
        raise ToolError("we are full")

    @function_tool
    async def unlucky(self) -> str:
        """Ask somebody who does not answer."""
        async with asyncio.timeout(1.0):
            await asyncio.Event().wait()
        return "never"

    @function_tool
    async def unheard(self) -> str:
        """Say for whom it has waited in vain."""
        raise TimeoutError("the hotel does not answer")

    @function_tool(timeout_s=2.0)
    async def hanging(self) -> str:
        """Wait for ever."""
        await asyncio.Event().wait()
        return "never"

    @function_tool(timeout_s=2.0)
    async def stubborn(self) -> str:
        """Wait for ever, and let nobody cancel it."""
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.sleep(3.0)
        return "never"

    @function_tool
    async def broken(self) -> str:
        """Fall."""
        raise KeyError("a bug")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (tool_call("full"), "we are full"),
        (tool_call("fool"), "there is no tool fool; the tools are: full, .*, broken"),
        (tool_call("full", nights=2), "full: nights: .*"),
        (tool_call("unlucky"), "unlucky timed out"),
        (tool_call("unheard"), "unheard timed out: the hotel does not answer"),
        (tool_call("hanging"), "no answer within 2 s"),
        (tool_call("stubborn"), "no answer within 2 s"),
    ],
    ids=[
        *("refusal", "no such tool", "no such argument", "its own limit", "somebody else's limit"),
        *("its deadline", "its deadline, ignored"),
    ],
)
async def test_an_error_that_the_model_reads_is_told_in_a_line(call: ToolCall, told: str) -> None:
    stream = configured(LogFormat.JSON, level=LogLevel.WARNING)

    replies = [call, "I am sorry."]
    async with simulate(Desk, llm=replies, text=True, may_fail=True) as line:
        await line.user_says("two nights please")
        await line.agent_says("I am sorry.")

    (said,) = lines(stream)
    assert (said["event"], said["level"]) == ("tool failed", "warning")
    assert re.fullmatch(told, said["error"])
    assert "exception" not in said


async def test_a_tool_with_a_bug_keeps_its_traceback() -> None:
    stream = configured(LogFormat.JSON, level=LogLevel.WARNING)

    async with simulate(Desk, llm=[tool_call("broken"), "Sorry."], text=True) as line:
        await line.user_says("two nights please")
        await line.agent_says("Sorry.")

    (said,) = lines(stream)
    assert "KeyError: 'a bug'" in said["exception"]
    assert said["room"]  # a line of the supervisor of tools
