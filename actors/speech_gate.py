"""From speech probabilities to "began" and "ended".

Hysteresis, a shortest speech and a shortest silence. Pure.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

from actors.audio import CALLER_RATE_HZ


@dataclass(frozen=True, slots=True, kw_only=True)
class GateConfig:
    """When speech counts as begun and as ended."""

    activation_threshold: float = 0.5
    """Above it a window is speech."""
    deactivation_threshold: float = 0.35
    """Below it a window is silence; between the two nothing changes."""
    min_speech_ms: int = 64
    """Speech shorter than this never begins."""
    min_silence_ms: int = 160
    """Silence shorter than this never ends speech; must be at most 200 for a fast answer."""

    def __post_init__(self) -> None:
        """Validate.

        Raises:
            ValueError: a threshold outside 0 to 1 or out of order, or a negative duration.

        """
        if not 0 <= self.deactivation_threshold <= self.activation_threshold <= 1:
            raise ValueError("need 0 <= deactivation_threshold <= activation_threshold <= 1")
        if self.min_speech_ms < 0 or self.min_silence_ms < 0:
            raise ValueError("min_speech_ms and min_silence_ms must not be negative")


@dataclass(frozen=True, slots=True)
class Began:
    """Speech began at sample ``at`` (reported ``speech_ms`` later)."""

    at: int
    speech_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Speech ended at sample ``at`` after ``speech_ms``; ``silence_ms`` have passed since."""

    at: int
    speech_ms: int
    silence_ms: int


GateEvent: TypeAlias = Began | Ended


@dataclass(frozen=True, slots=True)
class SpeechGate:
    """Where the gate stands. All positions are samples of the caller's clock."""

    config: GateConfig
    speaking: bool = False
    began_at: int | None = None
    """Where the present (or a candidate) speech began."""
    silent_since: int | None = None
    """Where the candidate end of the present speech lies."""

    def step(
        self, at: int, samples: int, probability: float
    ) -> tuple["SpeechGate", GateEvent | None]:
        """Take one judged window that starts at ``at``.

        Return the new gate and what happened, if anything.
        """
        end = at + samples
        if self.speaking:
            return self._while_speaking(at, end, probability)
        return self._while_silent(at, end, probability)

    def _while_silent(
        self, at: int, end: int, probability: float
    ) -> tuple["SpeechGate", GateEvent | None]:
        if probability < self.config.deactivation_threshold:
            return (self if self.began_at is None else replace(self, began_at=None)), None
        if probability < self.config.activation_threshold and self.began_at is None:
            return self, None
        began_at = at if self.began_at is None else self.began_at
        speech_ms = _ms(end - began_at)
        if speech_ms < self.config.min_speech_ms:
            return replace(self, began_at=began_at), None
        gate = replace(self, speaking=True, began_at=began_at, silent_since=None)
        return gate, Began(began_at, speech_ms)

    def _while_speaking(
        self, at: int, end: int, probability: float
    ) -> tuple["SpeechGate", GateEvent | None]:
        if probability >= self.config.activation_threshold:
            return (self if self.silent_since is None else replace(self, silent_since=None)), None
        if self.silent_since is None and probability >= self.config.deactivation_threshold:
            return self, None
        silent_since = at if self.silent_since is None else self.silent_since
        silence_ms = _ms(end - silent_since)
        if silence_ms < self.config.min_silence_ms:
            return replace(self, silent_since=silent_since), None
        return self._ended(silent_since, silence_ms)

    def _ended(self, at: int, silence_ms: int) -> tuple["SpeechGate", GateEvent | None]:
        began_at = at if self.began_at is None else self.began_at
        gate = replace(self, speaking=False, began_at=None, silent_since=None)
        return gate, Ended(at, _ms(at - began_at), silence_ms)


def _ms(samples: int) -> int:
    return samples * 1000 // CALLER_RATE_HZ
