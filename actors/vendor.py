"""The values that cross the ports: what vendors are given and what they give back."""

import enum
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from actors.conversation import Item, ToolCall
from actors.frames import CallerAudio
from actors.tool_limits import ToolLimits


class FailureKind(enum.Enum):
    """Why a vendor failed, as far as it matters for what happens next."""

    ERROR = "error"
    """Anything without a better name."""
    CLOSED = "closed"
    """The stream ended without its end mark."""
    CRASH = "crash"
    """The performer itself died."""
    PROTOCOL = "protocol"
    """The vendor sent what it must not send."""
    LATE = "late"
    """No first result within the deadline."""
    STALL = "stall"
    """No further result within the deadline."""
    EMPTY = "empty"
    """Done without any result."""
    SHORT = "short"
    """Done with far less audio than the text needs."""
    RUNAWAY = "runaway"
    """Far more audio than the text needs."""
    SLOW = "slow"
    """Well, but slower than another one that did the same work."""
    RATE_LIMITED = "rate_limited"
    """Too many requests (HTTP 429)."""
    REJECTED = "rejected"
    """This request was refused (HTTP 400, 413, 422); the vendor is well."""
    MISCONFIGURED = "misconfigured"
    """Key, account or model is wrong (HTTP 401, 403).

    Asking again is useless until the config changes.
    """


class ProviderError(Exception):
    """Raised by a vendor to say what kind of failure it met."""

    def __init__(
        self,
        detail: str,
        *,
        kind: FailureKind = FailureKind.ERROR,
        retry_after_s: float | None = None,
    ) -> None:
        """Name the failure; ``retry_after_s`` is the pause that the vendor asked for."""
        super().__init__(detail)
        self.kind = kind
        self.retry_after_s = retry_after_s


# ---------------------------------------------------------------- language models


@dataclass(frozen=True, slots=True)
class ToolSchema:
    """A tool as a language model sees it."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of an object."""


PROBE_TOKENS = 16
"""Enough for a probe; the least that every vendor takes as a limit."""


@dataclass(frozen=True, slots=True)
class ServedTool:
    """A tool that another program offers."""

    schema: ToolSchema
    limits: ToolLimits


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request to a language model."""

    items: tuple[Item, ...]
    instructions: str = ""
    tools: tuple[ToolSchema, ...] = ()
    language: str = "en"
    is_probe: bool = False
    """Nobody reads the answer: its first tokens (`PROBE_TOKENS`) show that the vendor is well."""
    goes_on: bool = False
    """Whether the last item is the beginning of the answer (`ResumeMode.PREFIX`)."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next part of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ChatProgress:
    """The model works, but has nothing to hand over yet: it thinks, or writes a tool call.

    Not for signs that only the connection lives.
    """

    is_thinking: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What the request cost."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class ChatDone:
    """The end mark of an answer; a stream that ends without it counts as ``closed``."""

    reason: str = "stop"


ChatEvent: TypeAlias = TextDelta | ChatProgress | ToolCall | Usage | ChatDone

# ---------------------------------------------------------------- speech to text


SttAudio: TypeAlias = CallerAudio
"""A recogniser is given the caller's frames as they are."""


@dataclass(frozen=True, slots=True)
class SttSpeechStart:
    """The caller began to speak at sample ``at``; audio before it was silence or noise."""

    at: int


@dataclass(frozen=True, slots=True)
class SttFlush:
    """The caller's speech ended.

    Give the Final of what was heard so far, then `SttFlushed` with this mark.
    """

    mark: int
    at: int


SttInput: TypeAlias = SttAudio | SttSpeechStart | SttFlush


@dataclass(frozen=True, slots=True)
class SttSpan:
    """Where words lie, in samples (16 kHz) of the audio that this stream was given.

    They are counted from its first one, whatever the caller's clock says.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SttInterim:
    """What the present utterance sounds like so far; may still change."""

    text: str
    span: SttSpan | None = None


@dataclass(frozen=True, slots=True)
class SttPreflight:
    """As `SttInterim`, and the Final is expected to read the same: an answer may be begun."""

    text: str
    span: SttSpan | None = None


@dataclass(frozen=True, slots=True)
class SttFinal:
    """The present utterance is finished and reads so; the next text belongs to a new utterance."""

    text: str
    confidence: float | None = None
    span: SttSpan | None = None


@dataclass(frozen=True, slots=True)
class SttTurnEnded:
    """The recogniser itself heard that the caller's turn is over, not only an utterance."""


@dataclass(frozen=True, slots=True)
class SttFlushed:
    """Everything before this mark has been given as Finals."""

    mark: int


@dataclass(frozen=True, slots=True)
class SttConsumed:
    """All audio before sample ``through`` of the caller's clock has been processed.

    Optional; it shows that a recogniser which falls behind is at work.
    """

    through: int


SttEvent: TypeAlias = SttInterim | SttPreflight | SttFinal | SttTurnEnded | SttFlushed | SttConsumed


# ---------------------------------------------------------------- text to speech


@dataclass(frozen=True, slots=True)
class WordTiming:
    """A word of the piece, in samples at the vendor's rate from the piece's start."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpeechPcm:
    """The next audio of the piece: s16le mono at the vendor's own rate."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class SpeechTimings:
    """Where the words of the piece lie; may lag behind the audio."""

    words: tuple[WordTiming, ...]


SpeechChunk: TypeAlias = SpeechPcm | SpeechTimings


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """One piece to be spoken."""

    text: str
    language: str = "en"
    voice: str | None = None
    """In place of the declared voice, by the vendor's own name for it."""
    is_probe: bool = False
    """Nobody hears it: it shows that the vendor is well."""


# ---------------------------------------------------------------- turn detection


class TurnState(enum.Enum):
    """What a turn detector thinks of the caller's text."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    BACKCHANNEL = "backchannel"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class TurnText:
    """What the detector judges: the pending text of the caller and what was said before."""

    text: str
    before: tuple[Item, ...] = ()
    language: str = "en"
    audio: bytes = field(default=b"", repr=False)
    """The caller's latest audio (16 kHz mono s16le), for a detector that listens."""


@dataclass(frozen=True, slots=True)
class TurnScore:
    """A judgement: either a probability that the turn is over, or a state."""

    probability: float | None = None
    state: TurnState | None = None
