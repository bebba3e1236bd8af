"""pocketsphinx as the offline recogniser: English, and of the 2010s.

It is good on clear speech inside the agent's own vocabulary (say so by ``phrases``), weak on open
dictation, accents, noise and the telephone. Its models come with the wheel: nothing is downloaded.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from contextlib import asynccontextmanager
from typing import Self, assert_never

from pydantic import Field, field_validator, model_validator

from actors.ports import Services, SpeechToText
from actors.stt_capabilities import SttCapabilities
from actors.vendor import (
    SttAudio,
    SttConsumed,
    SttEvent,
    SttFinal,
    SttFlush,
    SttFlushed,
    SttInput,
    SttInterim,
    SttSpeechStart,
)
from providers.config import Needs, ProviderConfig
from providers.libraries import require_library
from providers.pocketsphinx.process import RecogniserProcess, recogniser_process
from providers.pocketsphinx.wire import Endpointing, Frame, Kind, Options
from providers.tasks import running


class PocketsphinxSTT(ProviderConfig):
    """The offline recogniser, in a process of its own per room."""

    name: str = "pocketsphinx"
    phrases: Sequence[str] = ()
    """What callers are expected to say, in many wordings: recognised better than all else."""
    phrase_margin: float = Field(default=0.3, ge=0)
    """How clearly the phrases must win against the open vocabulary; half for a whole phrase."""
    closed_vocabulary: bool = False
    """Nothing but the phrases is ever said: everything becomes one of them, or parts of them."""
    grammar: str | None = None
    """A JSGF grammar instead of phrases: everything becomes a sentence of it."""
    thorough: bool = False
    """A second pass over each utterance: a few percent fewer errors, a Final 0.1 s later."""
    endpointing: Endpointing = "auto"
    """Who finds the ends of utterances: the agent's VAD, itself, or itself until a VAD reports."""

    @field_validator("phrases")
    @classmethod
    def _plain_words(cls, phrases: Sequence[str]) -> tuple[str, ...]:
        return tuple(filter(None, map(plain_words, phrases)))

    @model_validator(mode="after")
    def _one_vocabulary(self) -> Self:
        if self.grammar is not None and self.phrases:
            raise ValueError("give phrases or a grammar, not both")
        if self.closed_vocabulary and not self.phrases:
            raise ValueError("closed_vocabulary needs phrases")
        return self

    def needs(self) -> Needs:
        """Need the library."""
        return Needs(libraries=("pocketsphinx",))

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[SpeechToText]:
        """Start the process and load the models (0.5 s; 0.05 s with a closed vocabulary).

        Raises:
            MissingLibraryError: pocketsphinx is not installed.
            ProviderError: a phrase has words without a known pronunciation, or the grammar is not
                valid (kind ``misconfigured``); or the process died (``crash``).
        """
        require_library("pocketsphinx", needed_by="PocketsphinxSTT")
        options = Options(
            phrases=tuple(self.phrases),
            phrase_margin=self.phrase_margin,
            closed_vocabulary=self.closed_vocabulary,
            grammar=self.grammar,
            thorough=self.thorough,
            endpointing=self.endpointing,
        )
        async with recogniser_process(options, services) as process:
            yield _Transcriber(process)


class _Transcriber:
    """One room's recogniser."""

    def __init__(self, process: RecogniserProcess) -> None:
        self._process = process

    @property
    def capabilities(self) -> SttCapabilities:
        return SttCapabilities(batch=True)

    async def transcribe(self, audio: AsyncIterable[SttInput]) -> AsyncGenerator[SttEvent]:
        stream = self._process.next_stream()
        async with running(self._send(stream, audio)) as sender:
            while await self._process.answer() != Frame(Kind.BEGUN, stream):
                pass  # an abandoned stream's last answers
            while (answer := await self._process.answer()).kind is not Kind.ENDED:
                yield _event(answer)
            await sender

    async def _send(self, stream: int, audio: AsyncIterable[SttInput]) -> None:
        await self._process.ask(Frame(Kind.BEGIN, stream))
        try:
            async for item in audio:
                await self._process.ask(_request(item))
        finally:
            await self._process.ask(Frame(Kind.END, stream))


def plain_words(phrase: str) -> str:
    """Write a phrase as the recogniser does: lower case, no punctuation but the apostrophe."""
    return " ".join(re.findall(r"[\w']+", phrase.lower().replace("’", "'")))


def _request(item: SttInput) -> Frame:
    match item:
        case SttAudio():
            return Frame(Kind.AUDIO, item.at, item.pcm)
        case SttSpeechStart():
            return Frame(Kind.SPEECH_START, item.at)
        case SttFlush():
            return Frame(Kind.FLUSH, item.mark)
        case _:
            assert_never(item)


def _event(answer: Frame) -> SttEvent:
    match answer.kind:
        case Kind.INTERIM:
            return SttInterim(answer.body.decode())
        case Kind.FINAL:
            return SttFinal(answer.body.decode())
        case Kind.FLUSHED:
            return SttFlushed(answer.number)
        case Kind.CONSUMED:
            return SttConsumed(answer.number)
        case _:
            raise ValueError(f"not an answer: {answer.kind}")
