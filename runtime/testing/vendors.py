"""The vendors of a simulated call: they hear the caller, make up replies and speak readably."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from actors.audio import CALLER_RATE_HZ
from actors.chat_capabilities import ChatCapabilities, ResumeMode
from actors.ports import LanguageModel, Services, SpeechToText, TextToSpeech
from actors.stt_capabilities import SttCapabilities
from actors.vendor import (
    ChatDone,
    ChatEvent,
    ChatRequest,
    SpeechChunk,
    SpeechPcm,
    SpeechRequest,
    SpeechTimings,
    SttEvent,
    SttFinal,
    SttFlushed,
    SttInput,
    SttInterim,
    TextDelta,
    WordTiming,
)
from providers.scripted_llm import GoingOn, gone_on, last_sentence, said_before
from runtime.testing.brain import Brain
from runtime.testing.caller import SimulatedCaller
from runtime.testing.code import FRAME_SAMPLES, FRAMES, CodeBook
from runtime.testing.ears import CallerSTT, Writer
from runtime.testing.fates import Fate, Fates, Socket
from runtime.testing.trouble import Trouble

CHUNK_BYTES = CALLER_RATE_HZ // 10 * 2
MANNERS: tuple[GoingOn, ...] = ("goes on", "repeats a sentence", "repeats everything")
"""What an understudy does that is asked for the rest of an answer."""
ANCHOR = 3
"""Fewer words that come again are taken for chance, and are said."""
PROBED = "ok"
WORD_SAMPLES = FRAME_SAMPLES * FRAMES


@dataclass(frozen=True, slots=True)
class SimSTT:
    """The simulated recogniser, with its troubles."""

    caller: SimulatedCaller = field(repr=False)
    fates: Fates = field(repr=False)
    name: str = "sim-stt"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[SpeechToText]:
        """Begin to listen."""
        fate = self.fates.of_stream("stt", Socket())
        delay_s = fate.about(self.fates.plan.latency.stt_final_s)
        yield _Ears(Writer(CallerSTT(self.caller, delay_s=delay_s)), fate)


@dataclass(frozen=True, slots=True)
class _Ears:
    ears: Writer
    fate: Fate

    @property
    def capabilities(self) -> SttCapabilities:
        return self.ears.capabilities

    def transcribe(self, audio: AsyncIterable[SttInput]) -> AsyncGenerator[SttEvent]:
        events = self.ears.transcribe(audio)
        fault = self.fate.fault
        if fault is not None and fault.trouble is Trouble.TWICE:
            return self._twice(events)
        if fault is not None and fault.trouble is Trouble.REORDERED:
            return self._reordered(events)
        return self.fate.befall(events)

    async def _twice(self, events: AsyncGenerator[SttEvent]) -> AsyncGenerator[SttEvent]:
        async for event in events:
            self.fate.fates.note("stt", Trouble.TWICE.value)
            yield event
            yield event

    async def _reordered(self, events: AsyncGenerator[SttEvent]) -> AsyncGenerator[SttEvent]:
        """Give each Interim after its successor, and each Final after the end of its flush."""
        held: SttEvent | None = None
        async for event in events:
            match event:
                case SttInterim() | SttFinal() if held is None:
                    held = event
                    continue
                case SttInterim() | SttFlushed():
                    self.fate.fates.note("stt", Trouble.REORDERED.value)
                    yield event
                    if held is not None:
                        yield held
                    held = None
                case SttFinal():  # its utterance's Interim is still held: it comes too late
                    yield event
                case _:
                    yield event


@dataclass(frozen=True, slots=True)
class SimLLM:
    """The simulated model, with its troubles."""

    brain: Brain = field(repr=False)
    fates: Fates = field(repr=False)
    by_prefix: bool = False
    """Whether it goes on with the beginning of an answer, or has to be asked for the rest."""
    name: str = "sim-llm"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[LanguageModel]:
        """Connect."""
        yield _Model(self, Socket())


@dataclass(frozen=True, slots=True)
class _Model:
    config: SimLLM
    socket: Socket

    @property
    def capabilities(self) -> ChatCapabilities:
        return ChatCapabilities(ResumeMode.PREFIX if self.config.by_prefix else ResumeMode.ASK)

    def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        fate = self.config.fates.of_stream("llm", self.socket)
        return fate.befall(self._answer(request, fate))

    async def _answer(self, request: ChatRequest, fate: Fate) -> AsyncGenerator[ChatEvent]:
        latency = fate.fates.plan.latency
        await asyncio.sleep(fate.about(latency.llm_first_s))
        reply = PROBED if request.is_probe else self.config.brain.reply(request)
        said = said_before(request)
        if isinstance(reply, str) and said is not None:
            manner = fate.chance.choice(_manners(said))
            rest = gone_on(reply, said, manner)
            reply = rest if isinstance(rest, str) else reply
        if not isinstance(reply, str):
            yield reply
        else:
            for number, word in enumerate(reply.split()):
                if number:
                    await asyncio.sleep(fate.about(latency.llm_gap_s))
                yield TextDelta(f" {word}" if number else word)
        yield ChatDone()


def _manners(said: str) -> tuple[GoingOn, ...]:
    """Return how it may go on: repeating no fewer words than can be told from chance."""
    lengths = {
        "repeats a sentence": len(last_sentence(said).split()),
        "repeats everything": len(said.split()),
    }
    return tuple(manner for manner in MANNERS if lengths.get(manner, ANCHOR) >= ANCHOR)


@dataclass(frozen=True, slots=True)
class SimTTS:
    """The simulated voice, with its troubles."""

    code: CodeBook = field(repr=False)
    fates: Fates = field(repr=False)
    name: str = "sim-tts"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[TextToSpeech]:
        """Connect."""
        yield _Voice(self, Socket())


@dataclass(frozen=True, slots=True)
class _Voice:
    config: SimTTS
    socket: Socket
    sample_rate_hz: int = field(default=CALLER_RATE_HZ)

    def synthesize(self, request: SpeechRequest) -> AsyncGenerator[SpeechChunk]:
        fate = self.config.fates.of_stream("tts", self.socket)
        return fate.befall(self._speak(request, fate))

    async def _speak(self, request: SpeechRequest, fate: Fate) -> AsyncGenerator[SpeechChunk]:
        plan, words = fate.fates.plan, request.text.split()
        pcm = b"".join(self.config.code.speak(word.strip(".,!?")) for word in words)
        await asyncio.sleep(fate.about(plan.latency.tts_first_s))
        if plan.timings:
            yield SpeechTimings(
                tuple(
                    WordTiming(word, n * WORD_SAMPLES, (n + 1) * WORD_SAMPLES)
                    for n, word in enumerate(words)
                )
            )
        for start in range(0, len(pcm), CHUNK_BYTES):
            if start:
                await asyncio.sleep(fate.about(plan.latency.tts_gap_s))
            yield SpeechPcm(pcm[start : start + CHUNK_BYTES])
