"""The small scripted providers of the caller's side: noise, voice activity, end of turn."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from pydantic import Field

from actors.audio import CALLER_FRAME_SAMPLES
from actors.ports import Denoiser, Services, TurnDetector, VoiceActivityDetector
from actors.speech_gate import GateConfig
from actors.vendor import TurnScore, TurnState, TurnText
from providers.config import GatedDetector
from providers.energy_vad import loudness_db
from providers.scripted import Afterwards, ScriptedProvider, Stream, fresh, next_entry


class ScriptedVAD(ScriptedProvider, GatedDetector):
    """Hears speech where the audio is loud, or in the declared spans of samples."""

    name: str = "scripted-vad"
    loud_db: float = -45.0
    """Where no spans are declared: louder than this (below full scale) is speech."""
    spans: Sequence[tuple[int, int]] | None = None
    """From sample to sample of all the audio that it was ever given; one room only."""

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[VoiceActivityDetector]:
        """Go on where the script stands."""
        async with self.opened():
            yield _ScriptedEar(self)


class _ScriptedEar:
    def __init__(self, config: ScriptedVAD) -> None:
        self._config = config
        self._stream = config.stream()

    @property
    def window_samples(self) -> int:
        return CALLER_FRAME_SAMPLES

    @property
    def gate(self) -> GateConfig:
        return self._config.gate

    def probability(self, pcm: bytes) -> float:
        raise_due(self._stream)
        at = self._config.record.position
        self._config.record.position += CALLER_FRAME_SAMPLES
        spans = self._config.spans
        if spans is None:
            return float(loudness_db(pcm) > self._config.loud_db)
        return float(any(begin <= at < end for begin, end in spans))


class ScriptedDenoiser(ScriptedProvider):
    """Leaves the audio as it is, or makes it silent."""

    name: str = "scripted-denoiser"
    mute: bool = False

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Denoiser]:
        """Be ready."""
        async with self.opened():
            yield _ScriptedFilter(self)


class _ScriptedFilter:
    def __init__(self, config: ScriptedDenoiser) -> None:
        self._config = config
        self._stream = config.stream()

    def denoise(self, pcm: bytes) -> bytes:
        raise_due(self._stream)
        self._config.record.position += 1
        return bytes(len(pcm)) if self._config.mute else pcm


class ScriptedTurnDetector(ScriptedProvider):
    """Gives one judgement of its script per question."""

    name: str = "scripted-turn-detector"
    scores: Sequence[float | TurnState | Exception] = (1.0,)
    delay_s: float = Field(default=0.0, ge=0)
    audio_s: float = Field(default=0.0, ge=0)
    """How much of the caller's audio it wants with the text."""
    afterwards: Afterwards = "last"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[TurnDetector]:
        """Go on where the script stands."""
        async with self.opened():
            yield _ScriptedJudge(self)


class _ScriptedJudge:
    def __init__(self, config: ScriptedTurnDetector) -> None:
        self._config = config
        self._stream = config.stream()

    @property
    def audio_s(self) -> float:
        return self._config.audio_s

    async def score(self, turn: TurnText) -> TurnScore:
        config = self._config
        config.record.requests.append(turn)
        entry = next_entry(config.scores, config.record, config.afterwards)
        await asyncio.sleep(config.delay_s)
        await self._stream.before_result()
        if isinstance(entry, Exception):
            raise fresh(entry)
        if isinstance(entry, TurnState):
            return TurnScore(state=entry)
        return TurnScore(probability=entry)


def raise_due(stream: Stream) -> None:
    """Raise the fault that is due; a call that must return at once cannot hang."""
    fault = stream.due()
    if fault is not None:
        raise fresh(fault.error)
