"""User code raises, wherever it may: the turn is answered all the same, and somebody is told."""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from actors.conversation import ToolCall, ToolOutput
from actors.ports import LanguageModel, Services
from actors.reports import AgentTranscript, Failure, TurnCommitted
from actors.user_code import ProgramExit
from actors.wishes import PcmStream
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.hooks import PARAMETERS, hook
from runtime.tools import ToolError, function_tool
from runtime.worker import Worker
from tests.calls.rig import Rig, agent, call
from transports import LoopbackTransport

ANSWER = "We have three rooms free."
DETAIL = "the user's own mistake"


raised: type[BaseException] = LookupError


def mistake(*_given: object) -> Any:
    raise raised(DETAIL)


async def async_mistake(*_given: object) -> Any:
    mistake()


def staffed(who: Agent, **fields: Any) -> Agent:
    scripted = agent(**fields)
    who.vad, who.stt, who.llm, who.tts = scripted.vad, scripted.stt, scripted.llm, scripted.tts
    return who


# ---------------------------------------------------------------- hooks


class Stt(Agent):
    @hook("stt")
    async def wrong(self, text: str, final: bool) -> str:  # noqa: FBT001 - a hook's signature
        return mistake(text, final)


class Llm(Agent):
    @hook("llm")
    async def wrong(self, texts: AsyncIterator[str]) -> AsyncIterator[str]:
        async for text in texts:
            yield text
            mistake()


class Tts(Agent):
    @hook("tts")
    def wrong(self, text: str) -> str:
        return mistake(text)


class TtsAudio(Agent):
    @hook("tts_audio")
    def wrong(self, pcm: bytes, sample_rate_hz: int) -> bytes:
        return mistake(pcm, sample_rate_hz)


class Moments(Agent):
    """The moments of a turn and of a call, each by itself."""

    wrong = ""

    def look(self, name: str) -> None:
        if name == self.wrong:
            mistake()

    async def on_enter(self) -> None:
        self.look("on_enter")

    async def on_exit(self) -> None:
        self.look("on_exit")

    async def on_user_turn_start(self) -> None:
        self.look("user_turn_start")

    async def on_user_turn_end(self, text: str) -> None:
        self.look("user_turn_end")

    async def on_agent_turn_start(self) -> None:
        self.look("agent_turn_start")

    async def on_agent_turn_end(self, text: str) -> None:
        self.look("agent_turn_end")


STREAMS: dict[str, type[Agent]] = {"stt": Stt, "llm": Llm, "tts": Tts, "tts_audio": TtsAudio}
MOMENTS = (*(name for name in PARAMETERS if name.endswith(("start", "end"))), "on_enter", "on_exit")


def test_every_hook_has_its_case() -> None:
    with_a_camera = {"vision_frame"}  # test_user_code_between_turns.py
    assert {*STREAMS, *MOMENTS, *with_a_camera} >= set(PARAMETERS)


RAISED = (LookupError, SystemExit, KeyboardInterrupt)


@pytest.mark.parametrize("error", RAISED)
@pytest.mark.parametrize("name", [*STREAMS, *MOMENTS])
async def test_a_hook_that_raises_costs_no_turn_and_is_told(
    name: str, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.raised", error)
    who = STREAMS.get(name, Moments)()
    if isinstance(who, Moments):
        who.wrong = name
    async with call(staffed(who)) as rig:
        assert await rig.asks() == ANSWER
        assert (await rig.said())[0] == ("user", "two nights please")
        await rig.job.close("enough")
        assert await rig.job.closed() == "enough"
    assert any(DETAIL in event["message"] for event in rig.fields("error"))


# ---------------------------------------------------------------- tools


@function_tool
def plain() -> str:
    """Fail in a thread."""
    return mistake()


@function_tool
async def awaited() -> str:
    """Fail on the loop."""
    return await async_mistake()


@function_tool
async def in_words() -> str:
    """Fail in words for the model."""
    raise ToolError(DETAIL)


@function_tool(safe=True)
async def safe() -> str:
    """Fail while it only looks."""
    return await async_mistake()


@function_tool
def leaving() -> str:
    """Try to end the program from a thread."""
    sys.exit(DETAIL)


@function_tool
async def leaving_on_the_loop() -> str:
    """Try to end the program from the loop."""
    sys.exit(DETAIL)


TOOLS: dict[str, Callable[..., Any]] = {
    "plain": plain,
    "awaited": awaited,
    "in_words": in_words,
    "safe": safe,
    "leaving": leaving,
    "leaving_on_the_loop": leaving_on_the_loop,
}


@pytest.mark.parametrize("name", TOOLS)
async def test_a_tool_that_raises_costs_no_turn_and_its_error_is_its_output(name: str) -> None:
    wish = ToolCall(call_id="c1", name=name, arguments="{}")
    who = staffed(Agent(), llm=ScriptedLLM(replies=[[wish], ANSWER]))
    who.tools = [TOOLS[name]]
    async with call(who) as rig:
        assert await rig.asks() == ANSWER
        items = await rig.job.session.conversation()
        (output,) = [item for item in items if isinstance(item, ToolOutput)]
    assert output.is_error
    assert DETAIL in output.output
    assert rig.fields("tool_called")[-1]["status"] in {"failed", "done"}


# ---------------------------------------------------------------- callbacks


def listens(rig: Rig, handler: Callable[[Any], Any]) -> None:
    rig.job.session.on(TurnCommitted, AgentTranscript)(handler)


@pytest.mark.parametrize("error", RAISED)
@pytest.mark.parametrize("handler", [mistake, async_mistake])
async def test_a_callback_that_raises_costs_no_turn_and_is_told(
    handler: Callable[[Any], Any],
    error: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"{__name__}.raised", error)
    async with call(agent()) as rig:
        listens(rig, handler)
        assert await rig.asks() == ANSWER
        assert await rig.asks(answers=2) == "You are welcome."
        await asyncio.sleep(1.0)
    assert any(DETAIL in event["message"] for event in rig.fields("error"))


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_callback_that_raises_is_run_once_for_an_event_and_told_once(
    *, is_async: bool
) -> None:
    heard: list[TurnCommitted] = []

    def wrong(event: TurnCommitted) -> None:
        heard.append(event)
        mistake()

    async def async_wrong(event: TurnCommitted) -> None:
        wrong(event)

    async with call(agent()) as rig:
        rig.job.session.on(TurnCommitted)(async_wrong if is_async else wrong)
        await rig.asks()
        await rig.asks(answers=2)
        await asyncio.sleep(1.0)
    assert [event.text for event in heard] == ["two nights please", "thank you"]
    told = [error for error in rig.fields("error") if error["where"] == "listener"]
    assert [error["message"] for error in told] == [f"LookupError: {DETAIL}"] * 2


async def test_callbacks_that_raise_at_the_failures_of_each_other_come_to_an_end() -> None:
    async with call(agent()) as rig:
        rig.job.session.on(TurnCommitted)(mistake)
        rig.job.session.on(Failure)(mistake)
        rig.job.session.on(Failure)(async_mistake)
        await rig.asks()
        await asyncio.sleep(1.0)
    assert len(rig.fields("error")) == 1


# ---------------------------------------------------------------- parts of one's own


async def test_a_vendor_that_wants_to_end_the_program_has_an_understudy_like_any_other() -> None:
    class Leaving:
        name = "leaving"

        @asynccontextmanager
        async def open(self, services: Services) -> AsyncGenerator[LanguageModel]:
            sys.exit(DETAIL)
            yield

    async with call(agent(llm=[Leaving(), ScriptedLLM(replies=[ANSWER])])) as rig:
        assert await rig.asks() == ANSWER
    assert any(DETAIL in event["message"] for event in rig.fields("error"))


async def test_audio_that_wants_to_end_the_program_ends_what_is_being_said() -> None:
    async def parts() -> AsyncGenerator[bytes]:
        sys.exit(DETAIL)
        yield b""

    async with call(agent()) as rig:
        said = rig.job.session.say("A tale.", audio=PcmStream(parts(), 16_000))
        await said
        assert said.outcome != "finished"
        assert await rig.asks() == ANSWER


async def test_an_agent_that_wants_to_end_the_program_is_not_made_and_the_others_go_on() -> None:
    def leave() -> Agent:
        sys.exit(DETAIL)

    async with Worker(leave) as worker:
        with pytest.raises(ProgramExit, match=DETAIL):
            await worker.open_room("r1", LoopbackTransport())
        assert worker.rooms == ()
