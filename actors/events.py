"""Control messages between the actors of a call: never dropped, and ahead of the media.

Each names what it is about: an epoch (one output of the agent, numbered by the Session) or a sample
of the caller's clock.
"""

import enum
from dataclasses import dataclass

from actors.ports import Toolbox
from actors.vendor import ChatRequest, FailureKind, TurnScore, TurnText

# ---------------------------------------------------------------- what the caller does → Session


@dataclass(frozen=True, slots=True)
class CallerSpoke:
    """The VAD heard speech begin; ``speech_ms`` of it have passed already."""

    at: int
    speech_ms: int


@dataclass(frozen=True, slots=True)
class CallerSilent:
    """The VAD heard speech end.

    It lasted ``speech_ms``, and ``silence_ms`` of silence have passed since.
    """

    at: int
    speech_ms: int
    silence_ms: int


@dataclass(frozen=True, slots=True)
class CallerInterim:
    """What utterance ``utt`` sounds like so far."""

    utt: int
    text: str
    is_preflight: bool = False
    """Whether the recogniser expects the Final to read the same."""


@dataclass(frozen=True, slots=True)
class CallerFinal:
    """How utterance ``utt`` reads."""

    utt: int
    text: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class CallerText:
    """What the caller wrote; the line counts such texts."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class CallerTurnEnded:
    """The recogniser heard that the caller's turn is over."""


@dataclass(frozen=True, slots=True)
class TurnScored:
    """The detector's judgement of the pending text of that revision."""

    revision: int
    score: TurnScore


@dataclass(frozen=True, slots=True)
class CallerJoined:
    """Somebody came into the room."""

    who: str


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """Somebody left the room."""

    who: str


@dataclass(frozen=True, slots=True)
class CallerDtmf:
    """A key was pressed."""

    who: str
    digit: str


@dataclass(frozen=True, slots=True)
class CallerDone:
    """Nothing more will be said: the call ends once everything is answered."""


@dataclass(frozen=True, slots=True)
class LineClosed:
    """The transport came to its end."""

    reason: str


# ---------------------------------------------------------------- Session → stages


@dataclass(frozen=True, slots=True)
class Begin:
    """Open the gate of the audio track for this epoch: what it has and gets may be heard."""

    epoch: int
    paused: bool = False
    """Whether to wait for `Resume` first: somebody speaks."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Drop everything of this epoch, now and from here on."""

    epoch: int
    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop at the present sample; production goes on."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on at the sample where the pause began."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nobody speaks now, or somebody does again: a role changes performers only in between."""

    is_quiet: bool


@dataclass(frozen=True, slots=True)
class Generate:
    """Ask the language model for the reply ``epoch``."""

    epoch: int
    request: ChatRequest
    toolbox: Toolbox
    """Runs the tools that the request offers."""
    confirmed: bool = True
    """False for a speculation: its tools wait for `Begin`."""
    silent: bool = False
    """Whether its speech waits for `Begin` as well: it is only written so far."""


@dataclass(frozen=True, slots=True)
class SayWithin:
    """Speak this text inside the running reply, after what was handed over so far."""

    epoch: int
    text: str


@dataclass(frozen=True, slots=True)
class ScoreText:
    """Ask the turn detector about the pending text of that revision."""

    revision: int
    turn: TurnText


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the transport."""

    reason: str


# ---------------------------------------------------------------- stages → Session


class PlayPhase(enum.Enum):
    """Why the track reports its position."""

    STARTED = "started"
    PROGRESS = "progress"
    PAUSED = "paused"
    RESUMED = "resumed"
    DRAINED = "drained"
    FINISHED = "finished"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Played:
    """How much of this epoch was heard.

    ``samples`` at the track's rate; ``buffered`` samples wait to be played.
    """

    epoch: int
    samples: int
    buffered: int
    phase: PlayPhase
    starved_ms: int = 0
    """Silence in the midst of the epoch so far, because nothing was there to be played."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of the reply, in samples at the track's rate from the start of the epoch."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """The first audio of this epoch came from the voice."""

    epoch: int


@dataclass(frozen=True, slots=True)
class WordsPlaced:
    """Where the words lie in the audio of this epoch from sample ``start`` on.

    What was told of that part of it before is void.
    """

    epoch: int
    words: tuple[SpokenWord, ...]
    start: int
    estimated: bool = False
    """Whether they were guessed from the length of the audio, for want of the voice's timings."""


@dataclass(frozen=True, slots=True)
class ReplyProgress:
    """The language model lives; ``first`` marks the first text or tool call."""

    epoch: int
    first: bool = False


@dataclass(frozen=True, slots=True)
class ReplyText:
    """All text of this reply has been handed over for speech (empty: there was none)."""

    epoch: int
    text: str


@dataclass(frozen=True, slots=True)
class SlotDark:
    """There is work, and nobody in this slot to do it; ``detail`` says why the last one fell."""

    slot: str
    detail: str


@dataclass(frozen=True, slots=True)
class SlotLit:
    """Somebody in this slot can work again."""

    slot: str


@dataclass(frozen=True, slots=True)
class OutputFailed:
    """This epoch will not be produced to its end."""

    epoch: int
    slot: str
    kind: FailureKind
    detail: str
