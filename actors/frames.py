"""Media messages: what flows along the pipeline, in order, in the MEDIA lane.

Live messages (the caller's audio) may be dropped, oldest first, and the gap shows in `at`. Kept
messages (the agent's text and audio, marks) are never dropped: their sender works by credit, so an
overflow is a bug and is loud. What ends a stream rides in the stream. What comes with every frame
is a named tuple: it is made in two thirds of the time of a frozen dataclass.
"""

from dataclasses import dataclass
from typing import NamedTuple

from actors.arrivals import AudioIn
from supervision.messages import Lane, Overflow, message


@message(lane=Lane.MEDIA, overflow=Overflow.DROP_OLDEST)
class CallerAudio(NamedTuple):
    """One 20 ms frame of the caller (16 kHz mono s16le).

    ``at`` is the ingress clock's number of its first sample.
    """

    at: int
    pcm: bytes


@message(lane=Lane.MEDIA)
@dataclass(frozen=True, slots=True)
class SpeechStart:
    """The caller began to speak at sample ``at`` (at or before the frames that follow)."""

    at: int


@message(lane=Lane.MEDIA)
@dataclass(frozen=True, slots=True)
class SpeechEnd:
    """The caller's speech ended at sample ``at``.

    Whoever transcribes should finish what it has now.
    """

    at: int
    mark: int
    """Rises by one for each mark of a call; an answer to it names it."""


@message(lane=Lane.MEDIA)
@dataclass(frozen=True, slots=True)
class Piece:
    """One speakable piece (a clause or sentence) of the reply ``epoch``.

    Pieces are numbered from 0 without a gap.
    """

    epoch: int
    piece: int
    text: str


@message(lane=Lane.MEDIA)
@dataclass(frozen=True, slots=True)
class ReplyEnd:
    """No piece follows in this epoch; ``pieces`` were sent."""

    epoch: int
    pieces: int


@message(lane=Lane.MEDIA)
@dataclass(frozen=True, slots=True)
class AgentAudio:
    """Agent speech at the track's rate.

    ``off`` is the number of its first sample within the epoch.
    """

    epoch: int
    off: int
    pcm: bytes


@message(lane=Lane.MEDIA)
@dataclass(frozen=True, slots=True)
class SpeechOver:
    """The audio of this epoch is complete.

    ``samples`` were sent. ``failed`` says why it is not all there, or is empty.
    """

    epoch: int
    samples: int
    failed: str = ""


@message(lane=Lane.MEDIA, overflow=Overflow.DROP_OLDEST)
class PlayFrame(NamedTuple):
    """20 ms of the agent for the transport to put out now.

    It holds ``samples`` of the epoch from ``off`` on, and silence after them.
    """

    pcm: bytes
    epoch: int
    off: int
    samples: int
    connection: int = 0
    """The one for which it was made, as the transport counts them; another one drops it."""


@message(lane=Lane.MEDIA)
@dataclass(frozen=True, slots=True)
class FallSilent:
    """Nothing that was sent so far is wanted any more; see `Line.fall_silent`."""

    fade: bytes
    connection: int = 0


message(lane=Lane.MEDIA, overflow=Overflow.DROP_OLDEST)(AudioIn)
"""Raw audio on its way to ingress is live as well.

`AudioIn` itself belongs to the ports and knows no lanes.
"""
