"""What the turn machine decided, told to the outside with its reason, and what answers cost.

With these in the events file "why did it interrupt?" has an answer. What else is public, and the
stamp that each event bears, is in `actors/reports.py`.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class TurnJudged:
    """The turn detector judged what the caller has said so far; one of the two is None."""

    probability: float | None
    state: str | None


@dataclass(frozen=True, slots=True)
class TurnAmended:
    """The committed turn reads differently; ``old`` is empty where ``new`` is its tail."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class OutputStarted:
    """The agent takes the floor.

    ``kind`` is turn, say, reply, apology or continue; ``reason`` says why an apology is due.
    """

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class OutputDropped:
    """Something that waited for the floor will not be said."""

    reason: str


@dataclass(frozen=True, slots=True)
class CommandRefused:
    """A command was not carried out: nothing but force interrupts an uninterruptible output."""

    what: str


@dataclass(frozen=True, slots=True)
class PlaybackPaused:
    """The agent holds its breath: somebody speaks, or says words that may interrupt."""

    reason: str


@dataclass(frozen=True, slots=True)
class PlaybackResumed:
    """The agent goes on at the sample where it stopped."""

    reason: str


@dataclass(frozen=True, slots=True)
class SpeculationStarted:
    """An answer to this text is begun, unheard, before it is certain that the turn is over."""

    text: str


@dataclass(frozen=True, slots=True)
class SpeculationConfirmed:
    """The turn reads as expected: the answer may be heard."""


@dataclass(frozen=True, slots=True)
class SpeculationCancelled:
    """The answer is thrown away, unheard."""

    reason: str


@dataclass(frozen=True, slots=True)
class SpeculationWasted:
    """What a cancelled speculation has cost.

    Tokens that the model wrote (as it counts them, else estimated) and characters that were handed
    to the voice.
    """

    tokens: int
    characters: int


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """What a request to a language model has cost, as its vendor counts.

    A request that broke off or was cut short is not told: its vendor had not counted it yet.
    """

    provider: str
    input_tokens: int
    output_tokens: int


Decision: TypeAlias = (
    TurnJudged
    | TurnAmended
    | OutputStarted
    | OutputDropped
    | CommandRefused
    | PlaybackPaused
    | PlaybackResumed
    | SpeculationStarted
    | SpeculationConfirmed
    | SpeculationCancelled
    | SpeculationWasted
    | ModelUsed
)

DECISION_NAMES: Final[dict[type[object], str]] = {
    TurnJudged: "turn_judged",
    TurnAmended: "turn_amended",
    OutputStarted: "output_started",
    OutputDropped: "output_dropped",
    CommandRefused: "command_refused",
    PlaybackPaused: "playback_paused",
    PlaybackResumed: "playback_resumed",
    SpeculationStarted: "speculation_started",
    SpeculationConfirmed: "speculation_confirmed",
    SpeculationCancelled: "speculation_cancelled",
    SpeculationWasted: "speculation_wasted",
    ModelUsed: "model_used",
}
