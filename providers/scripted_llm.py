"""A language model that says what its script says."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias, assert_never

from pydantic import Field

from actors.conversation import ToolCall
from actors.ports import LanguageModel, Services
from actors.vendor import ChatDone, ChatEvent, ChatRequest, TextDelta, Usage
from providers.scripted import (
    Afterwards,
    Cut,
    Hang,
    Pause,
    ScriptedProvider,
    fresh,
    hang,
    next_entry,
)

Step: TypeAlias = str | ToolCall | Usage | ChatDone | Pause | Hang | Cut | Exception
Reply: TypeAlias = str | Exception | Sequence[Step]


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

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[LanguageModel]:
        """Go on where the script stands."""
        async with self.opened():
            yield _ScriptedModel(self)


class _ScriptedModel:
    def __init__(self, config: ScriptedLLM) -> None:
        self._config = config

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        config = self._config
        config.record.requests.append(request)
        stream = config.stream()
        reply: Reply | None = "ok"  # a probe takes nothing from the script
        if not request.is_probe:
            reply = next_entry(config.replies, config.record, config.afterwards)
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


async def _carry_out(step: str | ToolCall | Usage | Pause | Hang | Exception) -> ChatEvent | None:
    match step:
        case str():
            return TextDelta(step)
        case ToolCall() | Usage():
            return step
        case Pause():
            await asyncio.sleep(step.seconds)
            return None
        case Hang():
            await hang()
            return None
        case Exception():
            raise fresh(step)
        case _:
            assert_never(step)


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
