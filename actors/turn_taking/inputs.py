"""What the machine is told: by the user's side, by the agent's side, and by the program.

``utt`` is counted by the STT role, per speaker, and goes on when the vendor changes.
"""

import enum
from dataclasses import dataclass
from typing import TypeAlias

from actors.turn_taking.config import TurnTakingConfig
from actors.turn_taking.reasons import InterruptReason
from actors.turn_taking.timer import Timer

# ---------------------------------------------------------------- the user's side


@dataclass(frozen=True, slots=True)
class VadStarted:
    """Speech began; ``speech_ms`` of it have passed already."""

    who: str
    speech_ms: int = 0


@dataclass(frozen=True, slots=True)
class VadEnded:
    """Speech that lasted ``speech_ms`` ended; ``silence_ms`` of silence have passed already."""

    who: str
    speech_ms: int
    silence_ms: int = 0


@dataclass(frozen=True, slots=True)
class Interim:
    """What the utterance sounds like so far."""

    who: str
    utt: int
    text: str


@dataclass(frozen=True, slots=True)
class Preflight:
    """As Interim, and the STT expects the Final to read the same."""

    who: str
    utt: int
    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """How the utterance reads."""

    who: str
    utt: int
    text: str
    confidence: float | None = None
    is_written: bool = False
    """Whoever sends a line has finished it: nothing waits for more."""


@dataclass(frozen=True, slots=True)
class SttEnded:
    """The STT heard the end of the turn."""

    who: str


@dataclass(frozen=True, slots=True)
class SttCapable:
    """The STT that is now on stage can do this; the waits follow it."""

    interims: bool
    owns_end_of_turn: bool


@dataclass(frozen=True, slots=True)
class SttHeld:
    """The STT replays: words up to ``through_ns`` are still to come, by ``expect_by_ns``.

    One whose ``expect_by_ns`` has passed says that the STT has caught up.
    """

    through_ns: int
    expect_by_ns: int


class EouVerdict(enum.Enum):
    """What a turn detector that knows states says of the pending text."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    BACKCHANNEL = "backchannel"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class EouScore:
    """The detector's judgement of one revision of the pending text: a probability or a verdict."""

    revision: int
    score: float | EouVerdict


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key was pressed."""

    who: str
    digit: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody came in."""

    who: str


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody went."""

    who: str


# ---------------------------------------------------------------- the agent's side


@dataclass(frozen=True, slots=True)
class GenerationProgress:
    """A token came."""

    epoch: int


@dataclass(frozen=True, slots=True)
class ToolsBusy:
    """Which tools of this output run has changed."""

    epoch: int
    busy: bool
    """An unsafe one runs: nothing may cut the output meanwhile."""
    until_ns: int = 0
    """By then the last of them will have ended or been given up; 0: none runs."""


@dataclass(frozen=True, slots=True)
class AgentAudioStarted:
    """The first sound, or the first after a drain, is being heard."""

    epoch: int


@dataclass(frozen=True, slots=True)
class AgentAudioProgress:
    """So much has been heard."""

    epoch: int
    played_ms: int


@dataclass(frozen=True, slots=True)
class AgentSpoke:
    """These words have been heard."""

    epoch: int
    words: str


@dataclass(frozen=True, slots=True)
class AgentAudioDrained:
    """All that was produced has been heard; more will come."""

    epoch: int


@dataclass(frozen=True, slots=True)
class AgentAudioFinished:
    """Production is over and all of it has been heard."""

    epoch: int
    played_ms: int


@dataclass(frozen=True, slots=True)
class ReplyEmpty:
    """Production is over and there was no sound."""

    epoch: int


@dataclass(frozen=True, slots=True)
class GenerationFailed:
    """Production failed; what it made before is still being played."""

    epoch: int
    reason: str


@dataclass(frozen=True, slots=True)
class EarsChanged:
    """The agent now hears with these parts.

    Without a VAD nobody is known to speak any more; without an STT no text will be finished.
    """

    has_vad: bool
    has_stt: bool
    has_turn_detector: bool


# ---------------------------------------------------------------- the program


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a given text when the floor is free."""

    ref: str
    uninterruptible: bool = False
    within: int | None = None
    """The output that asks for it: spoken inside that one while it lives, else not at all."""
    unless_user_spoke: bool = False
    """Not worth saying once a turn of the user has been committed: a greeting."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Generate an answer when the floor is free."""

    ref: str
    uninterruptible: bool = False
    within: int | None = None
    unless_user_spoke: bool = False


@dataclass(frozen=True, slots=True)
class Withdraw:
    """What was asked for under this ``ref`` need not be said any more, if it has not begun."""

    ref: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Cut the agent; ``force`` cuts what is uninterruptible, too."""

    force: bool = False
    reason: InterruptReason = InterruptReason.COMMAND


@dataclass(frozen=True, slots=True)
class Started:
    """The agent may speak from now on."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Another agent speaks from now on, under these rules; the user has not spoken to it yet."""

    config: TurnTakingConfig


@dataclass(frozen=True, slots=True)
class Close:
    """The call ends."""


SpeechInput: TypeAlias = VadStarted | VadEnded | Interim | Preflight | Final
SideInput: TypeAlias = (
    SttEnded | SttCapable | SttHeld | EouScore | Dtmf | Joined | Left | EarsChanged
)
ProductionInput: TypeAlias = GenerationProgress | ToolsBusy | ReplyEmpty | GenerationFailed
PlaybackInput: TypeAlias = (
    AgentAudioStarted | AgentAudioProgress | AgentSpoke | AgentAudioDrained | AgentAudioFinished
)
AgentInput: TypeAlias = ProductionInput | PlaybackInput
Command: TypeAlias = Say | Reply | Withdraw | Interrupt | Started | HandedOver | Close
Input: TypeAlias = SpeechInput | SideInput | AgentInput | Command | Timer
