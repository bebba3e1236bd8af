"""Voice activity by loudness: the last resort where no model can run.

It follows the noise floor of the line and takes for speech what stands clearly above it. Clicks,
tones and music do so too; use `SileroVAD` where you can.
"""

import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import numpy as np
from pydantic import Field

from actors.audio import CALLER_FRAME_SAMPLES, CALLER_RATE_HZ, samples_to_s
from actors.ports import Services, VoiceActivityDetector
from actors.speech_gate import GateConfig
from providers.config import GatedDetector

FULL_SCALE: Final = 32768.0
SILENCE_DB: Final = -90.0
"""What digital silence counts as."""
INITIAL_FLOOR_DB: Final = -60.0
"""A quiet line; who speaks at once is heard at once."""
FLOOR_FALL: Final = 0.3
"""How much of the way down the floor goes in one window."""
FLOOR_RISE_DB_PER_S: Final = 2.0
"""Slow, or a long sentence would become the floor."""
SLOPE_DB: Final = 2.0
"""How many decibels around the margin make doubtful."""


class EnergyVAD(GatedDetector):
    """Takes for speech what is `margin_db` louder than the line's own noise."""

    name: str = "energy"
    margin_db: float = Field(default=14.0, gt=0)
    """So far above the noise floor it is as likely speech as not."""

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[VoiceActivityDetector]:
        """Start with the floor of a quiet line."""
        yield _EnergyGate(self.margin_db, self.gate)


class _EnergyGate:
    """One caller's gate: it remembers the noise floor."""

    def __init__(self, margin_db: float, gate: GateConfig) -> None:
        self._gate = gate
        self._margin_db = margin_db
        self._floor_db = INITIAL_FLOOR_DB

    @property
    def window_samples(self) -> int:
        return CALLER_FRAME_SAMPLES

    @property
    def gate(self) -> GateConfig:
        return self._gate

    def probability(self, pcm: bytes) -> float:
        level_db = loudness_db(pcm)
        self._floor_db = next_floor_db(self._floor_db, level_db)
        return 1.0 / (1.0 + math.exp((self._floor_db + self._margin_db - level_db) / SLOPE_DB))


def loudness_db(pcm: bytes) -> float:
    """Return the root mean square of s16le samples in decibels below full scale."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    rms = math.sqrt(float(np.mean(samples * samples))) / FULL_SCALE
    return max(SILENCE_DB, 20 * math.log10(rms)) if rms > 0 else SILENCE_DB


def next_floor_db(floor_db: float, level_db: float) -> float:
    """Let the noise floor fall quickly to a quieter level and rise slowly to a louder one."""
    if level_db < floor_db:
        return floor_db + FLOOR_FALL * (level_db - floor_db)
    rise_db = FLOOR_RISE_DB_PER_S * samples_to_s(CALLER_FRAME_SAMPLES, CALLER_RATE_HZ)
    return min(level_db, floor_db + rise_db)
