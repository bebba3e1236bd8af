"""A language model that says what its script says."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal, TypeAlias, assert_never

from pydantic import Field

from actors.chat_capabilities import ChatCapabilities, ResumeMode
from actors.conversation import Message, ToolCall
from actors.ports import LanguageModel, Services
from actors.vendor import (
    ChatDone,
    ChatEvent,
    ChatProgress,
    ChatRequest,
    FailureKind,
    ProviderError,
    TextDelta,
    Usage,
)
from providers.scripted import (
    Afterwards,
    Cut,
    Deaf,
    Hang,
    Pause,
    ScriptedProvider,
    deaf,
    fresh,
    hang,
    next_entry,
)

Step: TypeAlias = (
    str | ToolCall | ChatProgress | Usage | ChatDone | Pause | Hang | Deaf | Cut | Exception
)
Reply: TypeAlias = str | Exception | Sequence[Step]
GoingOn: TypeAlias = Literal[
    "goes on",
    "repeats three words",
    "repeats a sentence",
    "repeats everything",
    "begins anew",
    "refuses a prefix",
]
"""What a model may do that is asked for the rest: all but the last two know their text by heart."""


class ScriptedLLM(ScriptedProvider):
    """Gives one reply of its script per request.

    A reply is a text (streamed word by word), an exception (raised at once), or a list of steps:
    text deltas, tool calls, pauses, faults. `ChatDone` follows by itself.
    """

    name: str = "scripted-llm"
    replies: Sequence[Reply] = ("All right.",)
    first_s: float = Field(default=0.0, ge=0)
    """The time to the first token."""
    gap_s: float = Field(default=0.0, ge=0)
    """The time between tokens."""
    afterwards: Afterwards = "last"
    resume: ResumeMode = ResumeMode.ASK
    going_on: GoingOn = "goes on"
    """What it does when it is asked to go on with an answer that another one has begun."""
    thinks: bool = False

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[LanguageModel]:
        """Go on where the script stands."""
        async with self.opened():
            yield _ScriptedModel(self)


class _ScriptedModel:
    def __init__(self, config: ScriptedLLM) -> None:
        self._config = config

    @property
    def capabilities(self) -> ChatCapabilities:
        return ChatCapabilities(self._config.resume, self._config.thinks)

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        config = self._config
        asked = config.record.probes if request.is_probe else config.record.requests
        asked.append(request)
        stream = config.stream()
        reply: Reply | None = "ok"  # a probe takes nothing from the script
        if not request.is_probe:
            reply = next_entry(config.replies, config.record, config.afterwards)
        if (said := said_before(request)) is not None:
            if request.goes_on and config.going_on == "refuses a prefix":
                raise ProviderError("HTTP 400: no prefix", kind=FailureKind.REJECTED)
            reply = gone_on(reply, said, config.going_on)
        await asyncio.sleep(config.first_s)
        for number, step in enumerate(steps(reply)):
            if number:
                await asyncio.sleep(config.gap_s)
            await stream.before_result()
            match step:
                case Cut():
                    return
                case ChatDone():
                    yield step
                    return
                case _:
                    event = await _carry_out(step)
                    if event is not None:
                        yield event
        yield ChatDone()


async def _carry_out(
    step: str | ToolCall | ChatProgress | Usage | Pause | Hang | Deaf | Exception,
) -> ChatEvent | None:
    match step:
        case str():
            return TextDelta(step)
        case ToolCall() | ChatProgress() | Usage():
            return step
        case Pause():
            await asyncio.sleep(step.seconds)
            return None
        case Hang():
            await hang()
            return None
        case Deaf():
            await deaf(step.seconds)
            return None
        case Exception():
            raise fresh(step)
        case _:
            assert_never(step)


def said_before(request: ChatRequest) -> str | None:
    """Return the beginning of the answer that it is asked to go on with, if it is."""
    match request.items:
        case [*_, Message(role="assistant", text=said)] if request.goes_on:
            return said
        case [*_, Message(role="assistant", text=said), Message(role="system")]:
            return said
        case _:
            return None


def gone_on(reply: Reply | None, said: str, manner: GoingOn) -> Reply | None:
    """Return what such a model says instead of its whole answer."""
    if not isinstance(reply, str) or manner in {"repeats everything", "begins anew"}:
        return reply
    words = reply.split()
    begun = len(said.split())
    match manner:
        case "repeats three words":
            begun -= 3
        case "repeats a sentence":
            begun -= len(last_sentence(said).split())
        case _:
            pass
    return " ".join(words[max(0, begun) :])


def last_sentence(text: str) -> str:
    """Return what stands behind the last full stop but one."""
    return re.split(r"(?<=[.!?])\s+", text.strip())[-1]


def steps(reply: Reply | None) -> Iterator[Step]:
    """Read a reply as steps; a text becomes a delta per word."""
    if isinstance(reply, str):
        first, *others = reply.split(" ")
        yield first
        yield from (f" {word}" for word in others)
    elif isinstance(reply, Exception):
        yield reply
    elif reply is not None:
        yield from reply
