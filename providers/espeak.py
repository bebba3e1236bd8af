"""espeak-ng as the offline voice: robotic but clear, first audio in under a millisecond.

The library has one state for the process, so the worker has one engine of it. A job carries all
that it needs (voice, speed, pitch): rooms with different voices share the engine unnoticed.
"""

import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final

from pydantic import Field

from actors.ports import EngineClient, Services, TextToSpeech
from actors.vendor import (
    FailureKind,
    ProviderError,
    SpeechChunk,
    SpeechPcm,
    SpeechRequest,
    SpeechTimings,
    WordTiming,
)
from providers.config import Needs, ProviderConfig
from providers.espeak_library import EspeakLibrary, Word
from providers.libraries import require_library

ENGINE_KEY: Final = "espeak"


@dataclass(frozen=True, slots=True, kw_only=True)
class EspeakJob:
    """One piece to be spoken; an empty text only asks whether the voice exists."""

    text: str
    voice: str
    rate_wpm: int
    pitch: int
    volume: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine's first answer to a job: it can be done; audio of this rate follows."""

    sample_rate_hz: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The engine's only answer to a job that cannot be done. It is no failure of the engine."""

    error: ProviderError


_IN_USE = threading.Lock()
"""The library's state is the process's: an engine that was killed may still be in its last call
when the next one begins."""


@cache
def _library() -> EspeakLibrary:
    """Load the library, once in the life of the process.

    Begun again while what an engine left behind is still in it, it speaks from memory that it has
    freed; and it has one listener, which two workers would take from each other.
    """
    return EspeakLibrary()


class EspeakEngine:
    """The one espeak-ng of a worker, run by one thread."""

    def run(self, job: object, emit: Callable[[object], bool]) -> None:
        """Speak an `EspeakJob`; the library is loaded for the first one.

        Raises:
            TypeError: the job is not an `EspeakJob`.
        """
        if not isinstance(job, EspeakJob):
            raise TypeError(f"not a job for espeak: {job!r}")
        with _IN_USE:
            self._speak(job, emit)

    def close(self) -> None:
        """Leave the library to the next engine of this process."""

    def _speak(self, job: EspeakJob, emit: Callable[[object], bool]) -> None:
        try:
            library = self._prepared(job)
        except ProviderError as error:
            emit(Refused(error))
            return
        if emit(Ready(library.sample_rate_hz)) and job.text:
            piece = _Piece(job.text, emit)
            library.synthesize(job.text, piece.hear)

    def _prepared(self, job: EspeakJob) -> EspeakLibrary:
        library = _library()
        library.use_voice(job.voice)
        library.set_prosody(rate_wpm=job.rate_wpm, pitch=job.pitch, volume=job.volume)
        return library


class _Piece:
    """Turns what the library calls back with into the chunks of one piece."""

    def __init__(self, text: str, emit: Callable[[object], bool]) -> None:
        self._text = text
        self._emit = emit
        self._samples = 0
        self._open: Word | None = None

    def hear(self, pcm: bytes, words: list[Word]) -> bool:
        """Hand on audio and the words that are complete; a word ends where the next one begins."""
        if pcm and not self._emit(SpeechPcm(pcm)):
            return False
        self._samples += len(pcm) // 2
        done: list[WordTiming] = []
        for word in words:
            done += self._close_word(word.sample)
            self._open = word
        if not pcm:
            done += self._close_word(self._samples)
        return not done or self._emit(SpeechTimings(tuple(done)))

    def _close_word(self, end: int) -> list[WordTiming]:
        word, self._open = self._open, None
        if word is None:
            return []
        return [WordTiming(self._text[word.text_start : word.text_end], word.sample, end)]


class EspeakTTS(ProviderConfig):
    """The offline voice.

    ``voice`` is a language (``en-gb``, ``de``), with a variant if you like (``en-gb+f3``).
    """

    name: str = "espeak"
    voice: str = Field(default="en-gb", min_length=1)
    rate_wpm: int = Field(default=165, ge=80, le=450)
    pitch: int = Field(default=50, ge=0, le=100)
    volume: int = Field(default=100, ge=0, le=200)

    def needs(self) -> Needs:
        """Need the library."""
        return Needs(libraries=("espeakng_loader",))

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[TextToSpeech]:
        """Join the worker's engine and ask it for the voice.

        Raises:
            MissingLibraryError: espeakng-loader is not installed.
            ProviderError: there is no such voice (kind ``misconfigured``).
        """
        require_library("espeakng_loader", needed_by="EspeakTTS")
        client = await services.engine(ENGINE_KEY, EspeakEngine)
        yield _EspeakVoice(self, client, await _sample_rate_hz(client, self.job("")))

    def job(self, text: str, voice: str | None = None) -> EspeakJob:
        """Return the engine's job for a text, with another voice than the declared one if given."""
        return EspeakJob(
            text=text,
            voice=voice or self.voice,
            rate_wpm=self.rate_wpm,
            pitch=self.pitch,
            volume=self.volume,
        )


class _EspeakVoice:
    """One room's voice on the shared engine."""

    def __init__(self, config: EspeakTTS, client: EngineClient, sample_rate_hz: int) -> None:
        self._config = config
        self._client = client
        self._sample_rate_hz = sample_rate_hz

    @property
    def sample_rate_hz(self) -> int:
        return self._sample_rate_hz

    async def synthesize(self, request: SpeechRequest) -> AsyncIterator[SpeechChunk]:
        job = self._config.job(request.text, request.voice)
        async with aclosing(self._client.stream(job)) as answers:
            async for answer in answers:
                match answer:
                    case SpeechPcm() | SpeechTimings():
                        yield answer
                    case Refused():
                        raise answer.error
                    case _:
                        assert isinstance(answer, Ready)


async def _sample_rate_hz(client: EngineClient, question: EspeakJob) -> int:
    async with aclosing(client.stream(question)) as answers:
        async for answer in answers:
            match answer:
                case Ready():
                    return answer.sample_rate_hz
                case Refused():
                    raise answer.error
                case _:
                    break
    raise ProviderError("espeak's engine does not answer", kind=FailureKind.PROTOCOL)
