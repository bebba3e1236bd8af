"""How loud a voice is, and how its sound is brought to the loudness of another. Pure.

The level is the root mean square of those 20 ms that are speech: quieter ones are pauses and would
make a voice with many of them seem soft. The gain belongs to the voice and does not follow its
sound, so nothing pumps.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from actors.audio import frame_samples

GATE: Final = 32768.0 * 10 ** (-50 / 20)
KNOWN_AFTER_S: Final = 0.1
ENOUGH_S: Final = 10.0
"""After so much speech a level is not measured any more."""
MOST: Final = 10 ** (6 / 20)
INAUDIBLE: Final = 10 ** (0.5 / 20)
"""A difference that is left as it is."""
KNEE: Final = 23_170.0
"""Where the limiter begins to press, -3 dBFS: sound that was turned up must not clip."""


@dataclass(slots=True)
class Level:
    """The gated level of what was heard of a voice so far."""

    energy: float = 0.0
    frames: int = 0

    @property
    def speech_s(self) -> float:
        """How much speech was measured."""
        return self.frames * 0.02

    @property
    def rms(self) -> float | None:
        """The level, once enough was heard to tell."""
        if self.speech_s < KNOWN_AFTER_S:
            return None
        return (self.energy / self.frames) ** 0.5

    def measure(self, pcm: bytes, rate_hz: int) -> None:
        """Take the next sound (s16le mono) into account; what does not fill 20 ms is left out."""
        size = frame_samples(rate_hz)
        samples = np.frombuffer(pcm, dtype="<i2")
        frames = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float32)
        energies = np.einsum("ij,ij->i", frames, frames) / size
        loud = energies[energies > GATE**2]
        self.energy += float(loud.sum())
        self.frames += len(loud)


def gain(level: Level, reference: Level) -> float:
    """Return the factor that brings the level near the reference; 1 if there is no telling."""
    own, wanted = level.rms, reference.rms
    if own is None or wanted is None:
        return 1.0
    factor = min(MOST, max(1 / MOST, wanted / own))
    return 1.0 if 1 / INAUDIBLE < factor < INAUDIBLE else factor


def louder(pcm: bytes, before: float, after: float, ramp_samples: int) -> bytes:
    """Return the sound with the gain ``after``, coming from ``before`` within the ramp."""
    if before == after == 1.0:
        return pcm
    sound = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    ramp = min(len(sound), ramp_samples) if before != after else 0
    sound[:ramp] *= np.linspace(before, after, ramp, dtype=np.float32)
    sound[ramp:] *= after
    return _limited(sound).astype("<i2").tobytes()


def _limited(sound: np.ndarray) -> np.ndarray:
    """Press what is above the knee, so that it stays below full scale without a corner."""
    room = 32767.0 - KNEE
    over = np.abs(sound) - KNEE
    pressed = np.sign(sound) * (KNEE + room * np.tanh(over / room))
    return np.rint(np.where(over > 0, pressed, sound))
