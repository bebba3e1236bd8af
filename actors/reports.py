"""What a call tells the outside: public events, each stamped with time, room and epoch.

A `Report` is made by whoever knows the fact (mostly the Session) and told to the worker's
telemetry, which hands it to subscribers: the events file, user code, a page. Names and fields are
public: they are what ``--events`` writes.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, TypeAlias

from actors.decision_reports import DECISION_NAMES, Decision


@dataclass(frozen=True, slots=True)
class AgentStateChanged:
    """The agent is now starting, idle, listening, thinking, speaking or closing."""

    state: str


@dataclass(frozen=True, slots=True)
class UserStateChanged:
    """The caller is now speaking, listening, idle or away."""

    state: str


@dataclass(frozen=True, slots=True)
class UserTranscript:
    """What the caller is heard to say; a final text does not change any more."""

    text: str
    final: bool


@dataclass(frozen=True, slots=True)
class TurnCommitted:
    """The caller's turn is over and goes to the language model."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class TurnDropped:
    """Words (or noise) that did not become a turn, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class AgentTranscript:
    """What the caller heard of an utterance of the agent."""

    text: str
    interrupted: bool


@dataclass(frozen=True, slots=True)
class AgentWords:
    """The next words of this epoch that the caller has just heard, as captions show them."""

    text: str


@dataclass(frozen=True, slots=True)
class AgentSpeechStarted:
    """The first sound of this epoch went out."""


@dataclass(frozen=True, slots=True)
class AgentSpeechFinished:
    """The last sound of this epoch was played.

    ``outcome`` is finished, silent, failed or interrupted.
    """

    outcome: str
    played_ms: int


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The agent was cut off."""

    reason: str
    played_ms: int


@dataclass(frozen=True, slots=True)
class DtmfEntered:
    """The caller entered these keys."""

    digits: str


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The caller's connection is now lost, or back."""

    state: str


@dataclass(frozen=True, slots=True)
class WokenUp:
    """Nothing had happened for the wake-up time; ``on_wake_up`` runs."""


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """Another agent has taken over the call."""

    from_: str
    to: str


@dataclass(frozen=True, slots=True)
class ToolServerChanged:
    """A server of tools is now ready (with these tools) or lost (for this reason)."""

    server: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """A tool call is now started, done, failed, interrupted or abandoned."""

    name: str
    arguments: str
    status: str
    output: str = ""


@dataclass(frozen=True, slots=True)
class ProviderSwitched:
    """Another performer of this slot has taken the work.

    ``kind`` is a kind of failure, ``return`` or ``change``; ``seam`` is clean, retracted, joined,
    deduped or unchecked (`actors.slots.handover.SeamKind`).
    """

    slot: str
    from_: str
    to: str
    kind: str
    reason: str
    attempt: int = 0
    """The number of the job with which the other one began."""
    seam: str = "clean"
    gap_ms: int = 0
    """Silence that the caller heard in mid-speech because of it."""
    words_repeated: int = 0
    backlog_ms: int = 0
    """How far behind the caller a recogniser was when it took over."""


@dataclass(frozen=True, slots=True)
class OutageBegan:
    """Nobody is left in a slot that the call needs: it ends unless `OutageEnded` comes in time."""

    slot: str
    detail: str


@dataclass(frozen=True, slots=True)
class OutageEnded:
    """Somebody in the slot works again."""

    slot: str


@dataclass(frozen=True, slots=True)
class ActorRestarted:
    """A supervisor put an actor back on stage."""

    actor: str
    reason: str
    restarts: int


@dataclass(frozen=True, slots=True)
class TurnLatency:
    """When the parts of this turn happened, in milliseconds after the end of the caller's speech.

    -1 = did not happen.
    """

    speech_end: int
    final: int
    commit: int
    first_token: int
    first_audio: int
    heard: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Something went wrong and was dealt with."""

    where: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """The call is over. What its parts and listeners fall over while they stop may follow."""

    reason: str


Event: TypeAlias = (
    AgentStateChanged
    | UserStateChanged
    | UserTranscript
    | TurnCommitted
    | TurnDropped
    | AgentTranscript
    | AgentWords
    | AgentSpeechStarted
    | AgentSpeechFinished
    | Interrupted
    | DtmfEntered
    | ConnectionChanged
    | WokenUp
    | AgentChanged
    | ToolServerChanged
    | ToolCalled
    | ProviderSwitched
    | OutageBegan
    | OutageEnded
    | ActorRestarted
    | TurnLatency
    | Failure
    | SessionClosed
    | Decision
)

_NAMES: dict[type[object], str] = {
    AgentStateChanged: "agent_state_changed",
    UserStateChanged: "user_state_changed",
    UserTranscript: "user_transcript",
    TurnCommitted: "turn_committed",
    TurnDropped: "turn_discarded",
    AgentTranscript: "agent_transcript",
    AgentWords: "agent_words",
    AgentSpeechStarted: "agent_speech_started",
    AgentSpeechFinished: "agent_speech_finished",
    Interrupted: "interrupted",
    DtmfEntered: "dtmf_entered",
    ConnectionChanged: "connection_changed",
    WokenUp: "woken_up",
    AgentChanged: "agent_changed",
    ToolServerChanged: "tool_server_changed",
    ToolCalled: "tool_called",
    ProviderSwitched: "provider_switched",
    OutageBegan: "outage_began",
    OutageEnded: "outage_ended",
    ActorRestarted: "actor_restarted",
    TurnLatency: "turn_latency",
    Failure: "error",
    SessionClosed: "session_closed",
    **DECISION_NAMES,
}


EVENTS: dict[str, type[Event]] = {name: kind for kind, name in _NAMES.items()}  # pyright: ignore[reportAssignmentType] - every key of _NAMES is an Event


@dataclass(frozen=True, slots=True)
class Report:
    """One public event of one room."""

    at_ns: int
    """Monotonic time of the worker's clock."""
    room: str
    epoch: int
    """The agent output that it belongs to; 0 where there is none."""
    event: Event

    @property
    def name(self) -> str:
        """The public name of the event, such as ``turn_committed``."""
        return _NAMES[type(self.event)]

    def to_dict(self) -> dict[str, Any]:
        """Return the flat form that ``--events`` writes, one JSON object a line."""
        fields = {key.rstrip("_"): value for key, value in dataclasses.asdict(self.event).items()}
        return {
            "at_ns": self.at_ns,
            "room": self.room,
            "epoch": self.epoch,
            "event": self.name,
            **fields,
        }
