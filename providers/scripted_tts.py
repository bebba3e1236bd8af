"""A voice that hums: a tone per word, so that lengths can be foretold to the sample."""

import asyncio
import math
from array import array
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from pydantic import Field

from actors.ports import Services, TextToSpeech
from actors.vendor import SpeechChunk, SpeechPcm, SpeechRequest, SpeechTimings, WordTiming
from providers.scripted import ScriptedProvider

PERIODS_PER_S: Final = 500
AMPLITUDE: Final = 8000


class ScriptedTTS(ScriptedProvider):
    """Hums each word for the same time, and gives its audio in chunks."""

    name: str = "scripted-tts"
    sample_rate_hz: int = Field(default=24_000, ge=8000, multiple_of=PERIODS_PER_S)
    word_ms: int = Field(default=300, ge=2, multiple_of=2)
    chunk_ms: int = Field(default=60, ge=2, multiple_of=2)
    first_s: float = Field(default=0.0, ge=0)
    """The time to the first audio."""
    gap_s: float = Field(default=0.0, ge=0)
    """The time between chunks."""
    timings: bool = True
    """Whether it says where the words lie."""

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[TextToSpeech]:
        """Be ready to hum."""
        async with self.opened():
            yield _Hum(self)


class _Hum:
    def __init__(self, config: ScriptedTTS) -> None:
        self._config = config

    @property
    def sample_rate_hz(self) -> int:
        return self._config.sample_rate_hz

    async def synthesize(self, request: SpeechRequest) -> AsyncGenerator[SpeechChunk]:
        config = self._config
        config.record.requests.append(request)
        words = request.text.split()
        pcm = tone(config.sample_rate_hz, len(words) * config.word_ms)
        size = config.sample_rate_hz * config.chunk_ms // 1000 * 2
        stream = config.stream()
        await asyncio.sleep(config.first_s)
        if config.timings and words:
            yield SpeechTimings(word_timings(words, config.sample_rate_hz * config.word_ms // 1000))
        for at in range(0, len(pcm), size):
            if at:
                await asyncio.sleep(config.gap_s)
            await stream.before_result()
            yield SpeechPcm(pcm[at : at + size])


def word_timings(words: list[str], word_samples: int) -> tuple[WordTiming, ...]:
    """Lay words of equal length one after the other."""
    return tuple(
        WordTiming(word, at * word_samples, (at + 1) * word_samples)
        for at, word in enumerate(words)
    )


def tone(sample_rate_hz: int, duration_ms: int) -> bytes:
    """Return a tone of 500 Hz in s16le; the duration is a multiple of 2 ms, its period."""
    count = sample_rate_hz // PERIODS_PER_S
    period = array("h", (round(AMPLITUDE * math.sin(math.tau * n / count)) for n in range(count)))
    return period.tobytes() * (duration_ms * PERIODS_PER_S // 1000)
