"""Vendors whose every word can be told apart, and that can be made to hang."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from actors.audio import CALLER_FRAME_SAMPLES
from actors.chat_capabilities import ChatCapabilities
from actors.conversation import Item, Message, ToolCall, ToolOutput
from actors.ports import LanguageModel, Provider, Services, SpeechToText
from actors.stt_capabilities import SttCapabilities
from actors.vendor import (
    ChatDone,
    ChatEvent,
    ChatRequest,
    SttAudio,
    SttEvent,
    SttFinal,
    SttFlush,
    SttFlushed,
    SttInput,
    SttInterim,
    TextDelta,
    TurnScore,
    TurnText,
)
from runtime.testing.caller import SimulatedCaller, Word
from transports.loopback import SILENCE

FINAL_S = 0.1
FIRST_S = 0.3
GAP_S = 0.15
"""So slow that it still writes while its first sentence is heard."""


@dataclass(frozen=True, slots=True)
class Knowing:
    """A language model that knows by heart what it answers to whom, and goes on in mid-answer."""

    answers: Mapping[str, str]
    """By a word of the question."""
    tool: str = ""
    """What it calls before its first answer."""
    name: str = "knowing"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[LanguageModel]:
        """Be ready."""
        yield _Mind(self)


@dataclass(frozen=True, slots=True)
class _Mind:
    config: Knowing

    @property
    def capabilities(self) -> ChatCapabilities:
        return ChatCapabilities()

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        await asyncio.sleep(FIRST_S)
        asked, said, has_output = _so_far(request.items)
        if self.config.tool and not (has_output or said or request.is_probe):
            yield ToolCall(
                call_id=f"call-{len(request.items)}", name=self.config.tool, arguments="{}"
            )
        else:
            answer = next((a for word, a in self.config.answers.items() if word in asked), "")
            for number, word in enumerate(answer.split()[len(said.split()) :]):
                if number:
                    await asyncio.sleep(GAP_S)
                yield TextDelta(f" {word}" if number else word)
        yield ChatDone()


def _so_far(items: tuple[Item, ...]) -> tuple[str, str, bool]:
    """Return the last question, what was answered since, and whether a tool has run at all."""
    asked, said = "", ""
    for item in items:
        match item:
            case Message(role="user", text=text):
                asked, said = text, ""
            case Message(role="assistant", text=text):
                said = f"{said} {text}"
            case _:
                pass
    return asked, said, any(isinstance(item, ToolOutput) for item in items)


@dataclass(frozen=True, slots=True)
class Hearing:
    """A recogniser that writes down exactly the words whose sound it was given."""

    caller: SimulatedCaller
    name: str = "hearing"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[SpeechToText]:
        """Be ready to listen."""
        yield _Ears(self.caller)


@dataclass(slots=True)
class _Ears:
    caller: SimulatedCaller
    frames: set[int] = field(default_factory=set[int])
    """The first samples of what was given and was not silent."""
    written: int = 0
    """So many words of the caller are done with."""

    @property
    def capabilities(self) -> SttCapabilities:
        return SttCapabilities(interims=True)

    async def transcribe(self, audio: AsyncIterable[SttInput]) -> AsyncGenerator[SttEvent]:
        shown = ""
        async for item in audio:
            match item:
                case SttAudio(at, pcm) if pcm != SILENCE:
                    self.frames.add(at)
                    text = self._text()
                    if text != shown:
                        yield SttInterim(text)
                    shown = text
                case SttFlush(mark):
                    await asyncio.sleep(FINAL_S)
                    if text := self._text():
                        yield SttFinal(text)
                    self.written, shown = self._said(), ""
                    yield SttFlushed(mark)
                case _:
                    pass

    def _text(self) -> str:
        words = self.caller.words[self.written : self._said()]
        return " ".join(word.text for word in words if self._hears(word))

    def _said(self) -> int:
        """Count the words of which anything was heard, and those before them."""
        return bisect_right(self.caller.words, max(self.frames, default=-1), key=_start)

    def _hears(self, word: Word) -> bool:
        frames = range(word.start, word.end, CALLER_FRAME_SAMPLES)
        return sum(at in self.frames for at in frames) > len(frames) // 2


def _start(word: Word) -> int:
    return word.start


@dataclass(slots=True)
class Gate:
    """Nothing comes out of a vendor while it is shut."""

    open_at_s: float = 0.0

    def shut(self, seconds: float) -> None:
        """Let nothing through for so long."""
        self.open_at_s = asyncio.get_running_loop().time() + seconds

    async def passed(self) -> None:
        """Return once it is open."""
        await asyncio.sleep(max(0.0, self.open_at_s - asyncio.get_running_loop().time()))


@dataclass(frozen=True, slots=True)
class Gated:
    """A vendor that hangs while its gate is shut: it raises nothing and gives nothing."""

    provider: Provider[Any]
    gate: Gate = field(compare=False)

    @property
    def name(self) -> str:
        """The name of the vendor behind it."""
        return self.provider.name

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Any]:
        """Open the vendor behind it."""
        async with self.provider.open(services) as vendor:
            yield _GatedVendor(vendor, self.gate)


@dataclass(frozen=True, slots=True)
class _GatedVendor:
    vendor: Any
    gate: Gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self.vendor, name)

    def chat(self, request: object) -> AsyncIterator[Any]:
        return self._through(self.vendor.chat(request))

    def synthesize(self, request: object) -> AsyncIterator[Any]:
        return self._through(self.vendor.synthesize(request))

    def transcribe(self, audio: AsyncIterable[Any]) -> AsyncIterator[Any]:
        return self._through(self.vendor.transcribe(audio))

    async def score(self, turn: TurnText) -> TurnScore:
        await self.gate.passed()
        return await self.vendor.score(turn)

    async def _through(self, results: AsyncIterator[Any]) -> AsyncGenerator[Any]:
        async for result in results:
            await self.gate.passed()
            yield result
