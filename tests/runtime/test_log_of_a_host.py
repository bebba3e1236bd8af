"""A service that embeds a worker: its own log stays as it is, and none shows what agents know."""

import io
import logging

import pytest
import structlog

from actors.reports import Failure
from runtime import Agent, Settings, Worker
from runtime.log import configure_unless_done
from tests.calls.rig import agent
from transports import LoopbackCaller, LoopbackTransport

CARD = "4929 1234 5678 9012"


class Clerk(Agent):
    async def on_enter(self) -> None:
        card = CARD
        raise RuntimeError(f"no such account ({len(card)} characters)")


async def call_that_fails() -> None:
    clerk, made = Clerk(), agent()
    clerk.vad, clerk.stt, clerk.llm, clerk.tts = made.vad, made.stt, made.llm, made.tts
    async with Worker(clerk) as worker:
        job = await worker.open_room("r1", LoopbackTransport(LoopbackCaller()))
        await anext(job.session.events(Failure))


def logging_of_a_host(monkeypatch: pytest.MonkeyPatch, *handlers: logging.Handler) -> None:
    """Let nothing be set up but these; in the test itself: pytest's own come after fixtures."""
    structlog.reset_defaults()
    monkeypatch.setattr(logging.getLogger(), "handlers", list(handlers))


async def test_a_host_without_a_log_sees_what_failed_without_the_values_of_variables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    logging_of_a_host(monkeypatch)
    await call_that_fails()
    out, err = capsys.readouterr()
    assert not out
    assert "no such account (19 characters)" in err
    assert CARD not in err


async def test_the_handlers_of_a_host_s_logging_are_given_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging_of_a_host(monkeypatch, handler)
    await call_that_fails()
    assert logging.getLogger().handlers == [handler]
    assert "no such account (19 characters)" in stream.getvalue()
    assert CARD not in stream.getvalue()


def test_a_host_that_has_set_up_structlog_keeps_it() -> None:
    mine = [structlog.processors.JSONRenderer()]
    structlog.configure(processors=mine)
    configure_unless_done(Settings())
    assert structlog.get_config()["processors"] == mine
