"""A voice that hums: a tone per word, so that lengths can be foretold to the sample.

With a vocabulary each of its words has a pitch of its own, so that a listener can tell which words
were said. It can be made to fail in the ways in which voices do.
"""

import asyncio
import math
from array import array
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from actors.ports import Services, TextToSpeech
from actors.vendor import SpeechChunk, SpeechPcm, SpeechRequest, SpeechTimings, WordTiming
from providers.scripted import ScriptedProvider

PERIODS_PER_S: Final = 500
AMPLITUDE: Final = 8000
LOWEST_HZ: Final = 300
STEP_HZ: Final = 100
"""The pitches of a vocabulary are so far apart; its words last a whole number of periods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hiccup:
    """Silence before chunk number ``at`` of each piece, ``times`` times in all."""

    at: int
    seconds: float
    times: int = 1


class ScriptedTTS(ScriptedProvider):
    """Hums each word for the same time, and gives its audio in chunks."""

    name: str = "scripted-tts"
    sample_rate_hz: int = Field(default=24_000, ge=8000, multiple_of=PERIODS_PER_S)
    word_ms: int = Field(default=300, ge=2, multiple_of=2)
    chunk_ms: int = Field(default=60, ge=2, multiple_of=2)
    first_s: float = Field(default=0.0, ge=0)
    """The time to the first audio."""
    gap_s: float = Field(default=0.0, ge=0)
    """The time between chunks; three times ``chunk_ms`` is a voice slower than it speaks."""
    timings: bool = True
    """Whether it says where the words lie."""
    timings_lag_ms: int | None = Field(default=None, ge=0)
    """How much audio it gives after a word before it says where that was; None: says it first."""
    vocabulary: tuple[str, ...] = ()
    """Words with a pitch of their own."""
    amplitude: int = Field(default=AMPLITUDE, ge=0, lt=2**15)
    hiccup: Hiccup | None = None
    share: float = Field(default=1.0, ge=0)
    """How much of a piece's audio it gives before it calls it all; over 1: it begins again."""
    real_rate_hz: int | None = None
    """At which rate it really hums, if what it says of that is wrong."""

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[TextToSpeech]:
        """Be ready to hum."""
        async with self.opened():
            yield _Hum(self)


class _Hum:
    def __init__(self, config: ScriptedTTS) -> None:
        self._config = config
        self._rate_hz = config.real_rate_hz or config.sample_rate_hz
        self._hiccups = 0

    @property
    def sample_rate_hz(self) -> int:
        return self._config.sample_rate_hz

    async def synthesize(self, request: SpeechRequest) -> AsyncGenerator[SpeechChunk]:
        config = self._config
        asked = config.record.probes if request.is_probe else config.record.requests
        asked.append(request)
        words = request.text.split()
        pcm = self._hummed(words)
        size = self._rate_hz * config.chunk_ms // 1000 * 2
        stream = config.stream()
        await asyncio.sleep(config.first_s)
        timings = word_timings(words, self._rate_hz * config.word_ms // 1000)
        given = 0
        if config.timings and words and config.timings_lag_ms is None:
            yield SpeechTimings(timings)
            given = len(words)
        for at in range(0, len(pcm), size):
            if at:
                await asyncio.sleep(config.gap_s)
            await self._hiccup(at // size)
            await stream.before_result()
            yield SpeechPcm(pcm[at : at + size])
            due = self._due(timings, min(at + size, len(pcm)) // 2, whole=at + size >= len(pcm))
            if config.timings and due > given:
                yield SpeechTimings(timings[given:due])
                given = due

    def _hummed(self, words: list[str]) -> bytes:
        config = self._config
        samples = self._rate_hz * len(words) * config.word_ms // 1000
        hum = b"".join(self._word(word) for word in words)
        wanted = round(samples * config.share) * 2
        return (hum * (wanted // max(1, len(hum)) + 1))[:wanted]

    def _word(self, word: str) -> bytes:
        config = self._config
        return tone(
            self._rate_hz, config.word_ms, pitch_hz(word, config.vocabulary), config.amplitude
        )

    async def _hiccup(self, chunk: int) -> None:
        hiccup = self._config.hiccup
        if hiccup is not None and chunk == hiccup.at and self._hiccups < hiccup.times:
            self._hiccups += 1
            await asyncio.sleep(hiccup.seconds)

    def _due(self, timings: tuple[WordTiming, ...], samples: int, *, whole: bool) -> int:
        """Count the words whose timings are due once so much audio was given."""
        if whole:
            return len(timings)
        lag = self._rate_hz * (self._config.timings_lag_ms or 0) // 1000
        return sum(timing.end + lag <= samples for timing in timings)


def word_timings(words: list[str], word_samples: int) -> tuple[WordTiming, ...]:
    """Lay words of equal length one after the other."""
    return tuple(
        WordTiming(word, at * word_samples, (at + 1) * word_samples)
        for at, word in enumerate(words)
    )


def pitch_hz(word: str, vocabulary: tuple[str, ...]) -> int:
    """Return at which pitch a word is hummed."""
    bare = word.strip(".,!?").lower()
    return LOWEST_HZ + STEP_HZ * vocabulary.index(bare) if bare in vocabulary else PERIODS_PER_S


def tone(
    sample_rate_hz: int,
    duration_ms: int,
    pitch: int = PERIODS_PER_S,
    amplitude: int = AMPLITUDE,
) -> bytes:
    """Return a tone in s16le that begins and ends between two periods.

    The duration is a multiple of 2 ms at 500 Hz, of 10 ms at the other pitches.
    """
    count = sample_rate_hz // math.gcd(sample_rate_hz, pitch)
    turns = math.tau * pitch / sample_rate_hz
    cycle = array("h", (round(amplitude * math.sin(turns * n)) for n in range(count)))
    samples = sample_rate_hz * duration_ms // 1000
    return (cycle.tobytes() * (samples // count + 1))[: samples * 2]
