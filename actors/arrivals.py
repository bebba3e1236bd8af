"""What comes in over a transport: the caller's audio, writing and pictures, and who is there."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from actors.camera import Picture


class AudioIn(NamedTuple):
    """Audio as it came in: s16le interleaved, of any rate and number of channels."""

    pcm: bytes
    sample_rate_hz: int
    channels: int = 1


@dataclass(frozen=True, slots=True)
class VideoIn:
    """A picture of the caller's camera or screen."""

    picture: Picture


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody came into the room."""

    who: str = "caller"


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody left the room."""

    who: str = "caller"


@dataclass(frozen=True, slots=True)
class DtmfPressed:
    """A key of the telephone was pressed."""

    digit: str
    who: str = "caller"


@dataclass(frozen=True, slots=True)
class TextIn:
    """A line that somebody wrote: a turn of its own."""

    text: str
    who: str = "caller"


@dataclass(frozen=True, slots=True)
class InterruptAsked:
    """Somebody wants the agent to be silent."""


@dataclass(frozen=True, slots=True)
class PlayedUpTo:
    """The caller has heard so much of what this connection was given: samples since it began."""

    samples: int


@dataclass(frozen=True, slots=True)
class FellSilent:
    """The far end has dropped what it had not played; it stopped at this sample."""

    samples: int


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """The caller's connection is gone and may come back; what it had not reported is unheard."""


@dataclass(frozen=True, slots=True)
class ConnectionBack:
    """The caller has come back, over a connection that begins at sample 0."""


@dataclass(frozen=True, slots=True)
class InputEnded:
    """Nothing more will be said: the call may end when the agent has answered."""


PlaybackReport: TypeAlias = PlayedUpTo | FellSilent
ConnectionChange: TypeAlias = ConnectionLost | ConnectionBack
Arrival: TypeAlias = (
    AudioIn
    | VideoIn
    | TextIn
    | Joined
    | Left
    | DtmfPressed
    | InterruptAsked
    | PlaybackReport
    | ConnectionChange
    | InputEnded
)
