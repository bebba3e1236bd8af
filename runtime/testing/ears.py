"""A simulated recogniser and voice activity detector: they hear what the simulated caller says."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import assert_never

from actors.audio import CALLER_FRAME_SAMPLES, CALLER_RATE_HZ
from actors.ports import Services, SpeechToText, VoiceActivityDetector
from actors.speech_gate import GateConfig
from actors.stt_capabilities import SttCapabilities
from actors.vendor import (
    SttAudio,
    SttEvent,
    SttFinal,
    SttFlush,
    SttFlushed,
    SttInput,
    SttInterim,
    SttSpeechStart,
)
from runtime.testing.caller import SimulatedCaller
from transports.loopback import SILENCE

REACH = CALLER_RATE_HZ // 10
"""A word may begin so much before the speech that a detector heard (100 ms)."""


@dataclass(frozen=True, slots=True)
class CallerSTT:
    """Writes down what the caller says, word by word, by the clock of the audio."""

    caller: SimulatedCaller
    name: str = "caller-stt"
    delay_s: float = 0.1
    """The time from the end of the speech to its Final."""

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[SpeechToText]:
        """Be ready to listen."""
        yield Writer(self)


class Writer:
    """Writes down one stream of the caller's audio."""

    def __init__(self, config: CallerSTT) -> None:
        self._config = config
        self._begin: int | None = None
        """Where the open utterance began; None while none is open."""
        self._since: int | None = None
        """The first sample that it was given."""
        self._through = 0
        self._shown = 0
        self._ended = 0
        """How many of all the caller's words had ended at the last look."""

    @property
    def capabilities(self) -> SttCapabilities:
        """It gives Interims; where a turn ends it does not know."""
        return SttCapabilities(interims=True)

    async def transcribe(self, audio: AsyncIterable[SttInput]) -> AsyncGenerator[SttEvent]:
        """Give an Interim for each word, and the Final after the speech."""
        async for item in audio:
            match item:
                case SttAudio(at, pcm):
                    self._since = at if self._since is None else self._since
                    self._through = at + len(pcm) // 2
                    if pcm != SILENCE and self._is_behind():
                        words = self._words()
                        if len(words) > self._shown:
                            self._shown = len(words)
                            yield SttInterim(" ".join(words))
                case SttSpeechStart(at):
                    self._begin = at if self._begin is None else self._begin
                case SttFlush(mark):
                    words, self._begin, self._shown = self._words(), None, 0
                    await asyncio.sleep(self._config.delay_s)
                    if words:
                        yield SttFinal(" ".join(words))
                    yield SttFlushed(mark)
                case _:
                    assert_never(item)

    def _is_behind(self) -> bool:
        """Tell whether a word has ended since the last look."""
        words, before = self._config.caller.words, self._ended
        while self._ended < len(words) and words[self._ended].end <= self._through:
            self._ended += 1
        return self._ended > before

    def _words(self) -> list[str]:
        """Return the words of the open utterance that were heard from beginning to end."""
        if self._begin is None or self._since is None:
            return []
        found: list[str] = []
        for word in reversed(self._config.caller.words):
            if word.start < max(self._begin, self._since) - REACH:
                break
            if word.end <= self._through:
                found.append(word.text)
        return found[::-1]


@dataclass(frozen=True, slots=True)
class CallerVAD:
    """Hears speech wherever the simulated caller is not silent."""

    name: str = "caller-vad"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[VoiceActivityDetector]:
        """Be ready to listen."""
        yield _Listener()


class _Listener:
    window_samples = CALLER_FRAME_SAMPLES
    gate = GateConfig()

    def probability(self, pcm: bytes) -> float:
        """Tell silence from anything else."""
        return float(pcm != SILENCE)
