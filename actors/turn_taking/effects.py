"""What the machine wants done, in this order, by whoever drives it."""

import enum
from dataclasses import dataclass
from typing import TypeAlias

from actors.turn_taking.reasons import (
    CancelReason,
    CommitReason,
    DiscardReason,
    DropReason,
    InterruptReason,
    PauseReason,
    ResumeReason,
)
from actors.turn_taking.timer import TimerName


class OutputKind(enum.Enum):
    """What the agent utters."""

    TURN = "turn"
    SAY = "say"
    REPLY = "reply"
    APOLOGY = "apology"
    CONTINUE = "continue"


class OutputEnd(enum.Enum):
    """How an output that nobody cut came to its end."""

    FINISHED = "finished"
    SILENT = "silent"
    FAILED = "failed"


class AgentState(enum.Enum):
    """What the agent seems to be doing."""

    STARTING = "starting"
    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    CLOSING = "closing"


class UserState(enum.Enum):
    """What the user seems to be doing."""

    SPEAKING = "speaking"
    LISTENING = "listening"
    AWAY = "away"
    IDLE = "idle"


# ---------------------------------------------------------------- turns


@dataclass(frozen=True, slots=True)
class CommitTurn:
    """The user's turn is complete; ``epoch`` will answer it.

    With ``continues`` memory joins it to the user text of that turn, whose reply was not heard.
    """

    epoch: int
    text: str
    reason: CommitReason
    continues: int | None


@dataclass(frozen=True, slots=True)
class AmendTurn:
    """The committed user text reads differently (``old`` empty: ``new`` is its tail)."""

    epoch: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class TurnDiscarded:
    """This text is in no turn."""

    text: str
    reason: DiscardReason


@dataclass(frozen=True, slots=True)
class ScoreTurn:
    """Ask the turn detector about this revision of the pending text."""

    revision: int
    text: str


# ---------------------------------------------------------------- outputs


@dataclass(frozen=True, slots=True)
class StartOutput:
    """Begin an output.

    ``ref``: of the Say or Reply, or why an apology is due. ``continues``: whose rest to speak.
    """

    epoch: int
    kind: OutputKind
    ref: str = ""
    continues: int | None = None


@dataclass(frozen=True, slots=True)
class StartSpeculation:
    """Begin an answer to this text behind a shut gate."""

    epoch: int
    text: str


@dataclass(frozen=True, slots=True)
class ConfirmSpeculation:
    """The turn was committed with that text: open the gate."""

    epoch: int


@dataclass(frozen=True, slots=True)
class CancelSpeculation:
    """Forget it."""

    epoch: int
    reason: CancelReason


@dataclass(frozen=True, slots=True)
class PausePlayback:
    """Shut the gate; production goes on."""

    epoch: int
    reason: PauseReason


@dataclass(frozen=True, slots=True)
class ResumePlayback:
    """Open the gate again."""

    epoch: int
    reason: ResumeReason


@dataclass(frozen=True, slots=True)
class InterruptOutput:
    """Cut it, for good."""

    epoch: int
    played_ms: int
    reason: InterruptReason


@dataclass(frozen=True, slots=True)
class OutputEnded:
    """It came to its end."""

    epoch: int
    end: OutputEnd


@dataclass(frozen=True, slots=True)
class SpeakWithin:
    """Speak the Say inside the running output."""

    epoch: int
    ref: str


@dataclass(frozen=True, slots=True)
class OutputDropped:
    """The Say or Reply will never begin."""

    ref: str
    reason: DropReason


@dataclass(frozen=True, slots=True)
class Refused:
    """A command was not carried out."""

    what: str


# ---------------------------------------------------------------- the rest


@dataclass(frozen=True, slots=True)
class FlushStt:
    """Speech ended: ask the STT for what it has."""

    who: str


@dataclass(frozen=True, slots=True)
class DtmfEntered:
    """These keys belong together."""

    digits: str


@dataclass(frozen=True, slots=True)
class WakeUp:
    """Nothing has happened for long."""


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Set this alarm, or set it anew."""

    name: TimerName
    due_ns: int


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget this alarm."""

    name: TimerName


@dataclass(frozen=True, slots=True)
class AgentStateChanged:
    """The agent's state is another one."""

    state: AgentState


@dataclass(frozen=True, slots=True)
class UserStateChanged:
    """The user's state is another one."""

    state: UserState


TurnEffect: TypeAlias = CommitTurn | AmendTurn | TurnDiscarded | ScoreTurn
OutputEffect: TypeAlias = (
    StartOutput
    | StartSpeculation
    | ConfirmSpeculation
    | CancelSpeculation
    | PausePlayback
    | ResumePlayback
    | InterruptOutput
    | OutputEnded
    | SpeakWithin
    | OutputDropped
    | Refused
)
TimerEffect: TypeAlias = SetTimer | CancelTimer
StateEffect: TypeAlias = AgentStateChanged | UserStateChanged
Effect: TypeAlias = (
    TurnEffect | OutputEffect | TimerEffect | StateEffect | FlushStt | DtmfEntered | WakeUp
)
