"""What can be set about turn taking: validated once, then never again.

Every duration is in seconds here, as a person writes it; the machine counts in nanoseconds.
"""

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_FADE_S = 0.02
"""One frame: a reply that was cut must not go on for longer."""
_NS_PER_S = 1_000_000_000


def to_ns(seconds: float) -> int:
    """Turn seconds into whole nanoseconds."""
    return round(seconds * _NS_PER_S)


class EOUMode(enum.Enum):
    """How the wait follows the score of the turn detector."""

    DEFAULT = "default"
    """In steps."""
    ADAPTIVE = "adaptive"
    """In a line between ``min_s`` and ``max_s``."""


class InterruptMode(enum.Enum):
    """What may cut the agent: how long the user speaks, what is said, or either."""

    HYBRID = "hybrid"
    VAD_ONLY = "vad_only"
    STT_ONLY = "stt_only"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the stages around the machine can do."""

    has_vad: bool = True
    has_stt: bool = True
    has_turn_detector: bool = False
    stt_owns_end_of_turn: bool = False
    stt_interims: bool = True
    echo_cancelled: bool = True


@dataclass(frozen=True, slots=True)
class EOUConfig:
    """When the user has finished: every wait counts from the end of speech.

    Raises:
        ValueError: A duration is not positive, a probability not in 0–1, or ends out of order.
    """

    mode: EOUMode = EOUMode.DEFAULT
    wait_s: float = 0.5
    """Without a turn detector."""
    settle_s: float = 0.1
    """After a Final, in case another follows at once."""
    sure_s: float = 0.3
    min_s: float = 0.5
    max_s: float = 0.8
    incomplete_s: float = 1.5
    backchannel_s: float = 0.5
    asked_to_wait_s: float = 5.0
    """The detector heard "wait a moment"."""
    hesitation_s: float = 1.5
    """Only hesitations are pending."""
    stt_owned_s: float = 2.0
    """The STT owns the end of the turn and has not said that it came."""
    sure_p: float = 0.95
    likely_p: float = 0.85
    unlikely_p: float = 0.3
    stt_silence_s: float = 2.0
    """Speech has ended and its text does not come."""
    vad_hold_s: float = 5.0
    """The VAD hears speech and the STT no words."""
    max_turn_s: float = 60.0
    noise_grace_s: float = 0.3
    stt_held_max_s: float = 6.0
    """How long a replaying STT may hold the turn up."""
    min_confidence: float = 0.0
    hesitations: tuple[str, ...] = (
        *("um", "uh", "er", "erm", "ah", "hmm", "well", "so", "and", "but"),
    )

    def __post_init__(self) -> None:
        """Validate."""
        _seconds(self, "eou", _EOU_SECONDS)
        _probabilities(self, "eou", ("sure_p", "likely_p", "unlikely_p", "min_confidence"))
        if not self.sure_s <= self.min_s < self.max_s <= self.incomplete_s:
            raise ValueError("eou: 0 < sure_s <= min_s < max_s <= incomplete_s must hold")
        if not self.unlikely_p <= self.likely_p <= self.sure_p:
            raise ValueError("eou: unlikely_p <= likely_p <= sure_p must hold")


_EOU_SECONDS = (
    *("wait_s", "settle_s", "sure_s", "min_s", "max_s", "incomplete_s", "backchannel_s"),
    *("asked_to_wait_s", "hesitation_s", "stt_owned_s", "stt_silence_s", "vad_hold_s"),
    *("max_turn_s", "noise_grace_s", "stt_held_max_s"),
)


@dataclass(frozen=True, slots=True)
class InterruptConfig:
    """When the user takes the floor from the agent: duration pauses, text decides.

    Raises:
        ValueError: A duration or a count is not positive, or an entry has no word.
    """

    mode: InterruptMode = InterruptMode.HYBRID
    min_duration_s: float = 0.5
    min_words: int = 2
    phrases: tuple[str, ...] = (
        *("stop", "wait", "hold on", "no", "one moment", "excuse me", "be quiet"),
    )
    backchannels: tuple[str, ...] = (
        *("uh-huh", "mm", "mhm", "hmm", "yeah", "yes", "yep", "ok", "okay", "right", "sure"),
        *("I see", "got it", "no problem", "all right", "alright"),
    )
    fillers: tuple[str, ...] = ("mm", "mhm", "hmm", "uh", "um", "uh-huh", "er", "ah", "oh")
    answer_window_s: float = 1.0
    """A backchannel this shortly before the end of the agent's output answers it."""
    pause: bool = True
    pause_max_s: float = 2.0
    resume_after_s: float = 0.6
    fade_s: float = 0.02
    """A cut reply falls to silence within one more frame; 0: it breaks off."""
    echo_guard: bool | None = None
    """None: on only where the transport has no echo canceller."""
    echo_words: int = 4
    echo_memory_words: int = 40

    def __post_init__(self) -> None:
        """Validate."""
        seconds = ("min_duration_s", "answer_window_s", "pause_max_s", "resume_after_s")
        _seconds(self, "interrupt", seconds)
        _counts(self, "interrupt", ("min_words", "echo_words", "echo_memory_words"))
        if not 0 <= self.fade_s <= MAX_FADE_S:
            raise ValueError(f"interrupt: fade_s must be 0 to {MAX_FADE_S:g}, not {self.fade_s}")
        for entry in (*self.phrases, *self.backchannels, *self.fillers):
            if not any(map(str.isalnum, entry)):
                raise ValueError(f"interrupt: {entry!r} has no word in it")


class SpeculationMode(enum.Enum):
    """How far a reply is made before the turn is certain."""

    OFF = "off"
    LLM = "llm"
    """It is written; the voice waits."""
    LLM_TTS = "llm+tts"
    """It is written and spoken, behind a shut gate."""


@dataclass(frozen=True, slots=True)
class SpeculationConfig:
    """How far a reply is made, behind a shut gate, before the turn is certain.

    Raises:
        ValueError: A duration or a count is not positive.
    """

    mode: SpeculationMode = SpeculationMode.LLM_TTS
    max_per_turn: int = 3
    window_s: float = 10.0
    """Only in the first seconds of a turn."""

    def __post_init__(self) -> None:
        """Validate."""
        _seconds(self, "speculation", ("window_s",))
        _counts(self, "speculation", ("max_per_turn",))


@dataclass(frozen=True, slots=True)
class DtmfConfig:
    """When the digits that were pressed belong together.

    Raises:
        ValueError: The gap is not positive, or the terminator is not a single key.
    """

    gap_s: float = 2.0
    terminator: str = "#"
    """Empty: no key ends the digits."""
    as_turn: bool = False
    """The digits become a user turn, "keys 12", besides."""

    def __post_init__(self) -> None:
        """Validate."""
        _seconds(self, "dtmf", ("gap_s",))
        if len(self.terminator) > 1:
            raise ValueError(f"dtmf: terminator must be one key or empty, not {self.terminator!r}")


@dataclass(frozen=True, slots=True)
class TurnTakingConfig:
    """Everything that can be set about who speaks when.

    Raises:
        ValueError: A duration or a count is not positive.
    """

    eou: EOUConfig = field(default_factory=EOUConfig)
    interrupt: InterruptConfig = field(default_factory=InterruptConfig)
    speculation: SpeculationConfig = field(default_factory=SpeculationConfig)
    dtmf: DtmfConfig = field(default_factory=DtmfConfig)
    queue_max: int = 8
    """Outputs that wait for the floor."""
    wake_up_s: float | None = None
    away_s: float | None = 15.0
    stall_thinking_s: float = 20.0
    stall_speaking_s: float = 5.0

    def __post_init__(self) -> None:
        """Validate."""
        _seconds(self, "turn taking", ("stall_thinking_s", "stall_speaking_s"))
        _counts(self, "turn taking", ("queue_max",))
        optional = [n for n in ("wake_up_s", "away_s") if getattr(self, n) is not None]
        _seconds(self, "turn taking", optional)


def _values(config: object, names: tuple[str, ...] | list[str]) -> Mapping[str, float]:
    return {name: getattr(config, name) for name in names}


def _seconds(config: object, title: str, names: tuple[str, ...] | list[str]) -> None:
    for name, value in _values(config, names).items():
        if not (math.isfinite(value) and to_ns(value) > 0):
            raise ValueError(f"{title}: {name} must be a positive number of seconds, not {value}")


def _counts(config: object, title: str, names: tuple[str, ...]) -> None:
    for name, value in _values(config, names).items():
        if value < 1:
            raise ValueError(f"{title}: {name} must be at least 1, not {value}")


def _probabilities(config: object, title: str, names: tuple[str, ...]) -> None:
    for name, value in _values(config, names).items():
        if not 0 <= value <= 1:
            raise ValueError(f"{title}: {name} must be between 0 and 1, not {value}")
