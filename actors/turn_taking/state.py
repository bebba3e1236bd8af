"""All that the machine remembers.

Plain immutable data, so that a restarted Session goes on from it. The public states are not in
here: they follow from it (`views`). So do the alarms (`timers`); which ones are set is noted all
the same, because each step compares them with those that it finds due.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from actors.turn_taking.changing import Changing
from actors.turn_taking.config import Capabilities, TurnTakingConfig
from actors.turn_taking.effects import OutputKind
from actors.turn_taking.inputs import EouVerdict
from actors.turn_taking.timer import TimerName

BEFORE_ALL_NS = -(2**62)


class Phase(enum.Enum):
    """The agent's side; the floor is free while STARTING and IDLE."""

    STARTING = "starting"
    IDLE = "idle"
    THINKING = "thinking"
    SPEAKING = "speaking"
    CLOSING = "closing"


# ---------------------------------------------------------------- the user's side


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody whom the VAD hears."""

    who: str
    since_ns: int
    believed: bool = True
    """False after the VAD was found stuck, until its next start."""
    texted: bool = False
    """A text of this speech has come."""


@dataclass(frozen=True, slots=True)
class Open:
    """An utterance with Interims and no Final yet."""

    who: str
    utt: int
    text: str
    since_ns: int
    at_ns: int
    over_agent: bool
    """It began while the agent spoke."""


@dataclass(frozen=True, slots=True)
class Text:
    """A finished utterance, or the rest of one."""

    who: str
    utt: int
    text: str
    spoken_ns: int
    backchannel: bool = False
    """Kept until it is known whether it answers the agent."""
    is_written: bool = False
    """Sent as a line: with it the user has finished."""


@dataclass(frozen=True, slots=True)
class Closed:
    """An utterance that was taken: by its Final, or before that by its last Interim."""

    who: str
    utt: int
    text: str
    by_interim: bool
    epoch: int | None = None
    """The turn it was committed in."""


@dataclass(frozen=True, slots=True)
class SttHold:
    """The STT replays."""

    since_ns: int
    through_ns: int
    until_ns: int
    suspends: bool
    """The turn waits for it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """When the turn that is pending, or that the live output answers, began and ended."""

    since_ns: int | None = None
    """Its first sign, that of the turns it continues included."""
    speech_end_ns: int | None = None
    noise_end_ns: int | None = None
    final_ns: int | None = None
    floor_ns: int | None = None
    """When the floor became free for texts that had waited for it."""


# ---------------------------------------------------------------- the agent's side


@dataclass(frozen=True, slots=True)
class Pause:
    """The gate is shut since then; it may open again from ``resume_ns`` on."""

    at_ns: int
    resume_ns: int | None = None


@dataclass(frozen=True)
class Live(Changing):
    """The output that holds the floor."""

    epoch: int
    kind: OutputKind
    uninterruptible: bool
    agent_ns: int
    """Last sign of the agent."""
    turn: Turn
    pause: Pause | None = None
    heard_ns: int | None = None
    """Since when there is sound."""
    played_ms: int = 0
    drained: bool = False
    tools_busy: bool = False
    tools_until_ns: int = 0
    """So long a tool may run, which is no stall; 0: none runs."""
    failed: str | None = None
    speech_since_commit: bool = False


@dataclass(frozen=True, slots=True)
class Queued:
    """An output that waits for the floor."""

    kind: OutputKind
    ref: str = ""
    continues: int | None = None
    uninterruptible: bool = False
    unless_user_spoke: bool = False


@dataclass(frozen=True, slots=True)
class Speculation:
    """An answer behind a shut gate, to a turn that is not yet committed."""

    epoch: int
    text: str
    tools_until_ns: int = 0
    """As in `Live`, which it becomes."""


@dataclass(frozen=True, slots=True)
class Calm:
    """How long nothing has happened."""

    idle_since_ns: int | None = None
    wakes: int = 0
    last_sign_ns: int | None = None
    """Of the user."""
    spent_ns: int = 0
    """Earlier quiet time since that sign."""
    away: bool = False


@dataclass(frozen=True)
class State(Changing):
    """One session's turn taking."""

    config: TurnTakingConfig
    capabilities: Capabilities
    now_ns: int = BEFORE_ALL_NS
    phase: Phase = Phase.STARTING
    last_epoch: int = 0

    speakers: tuple[Speaker, ...] = ()
    opens: tuple[Open, ...] = ()
    textless: tuple[str, ...] = ()
    """Who has stopped speaking, and no text came."""
    pending: tuple[Text, ...] = ()
    kept: tuple[Text, ...] = ()
    """Held texts and backchannels, in order."""
    closed: tuple[Closed, ...] = ()
    forgotten: tuple[tuple[str, int], ...] = ()
    """Per speaker the highest utterance that is closed without being in ``closed``."""
    turn: Turn = Turn()
    last_text_ns: int | None = None
    revision: int = 0
    """Of the pending text."""
    score: tuple[int, float | EouVerdict] | None = None
    stt_ended: bool = False
    stt_hold: SttHold | None = None
    people: tuple[str, ...] = ()
    digits: str = ""
    digit_ns: int = 0
    digit_who: str = ""

    live: Live | None = None
    queue: tuple[Queued, ...] = ()
    speculation: Speculation | None = None
    speculations: int = 0
    """Begun for the pending turn."""
    unspeakable: str | None = None
    """The text for which a speculation failed."""
    spoken: tuple[str, ...] = ()
    """The agent's last words, folded."""
    unheard: int | None = None
    """The turn that the next one continues."""
    cut_by_speech: int | None = None
    """The output that goes on if that speech has no words."""
    user_spoke: bool = False
    calm: Calm = Calm()
    alarms: Mapping[TimerName, int] = field(default_factory=dict[TimerName, int], hash=False)
    """What is set, and for when: `due_times` of all the above, as the last step left it."""
