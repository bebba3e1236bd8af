"""One utterance in the making: its pieces in order, and where it stands in the agent's audio."""

from collections import deque
from dataclasses import dataclass, field

from actors.frames import Piece
from actors.resample import StreamResampler
from actors.slot import Hold
from actors.vendor import WordTiming

MAX_LEAD_S = 10.0
"""How far synthesis may run ahead of what has been heard."""


@dataclass(slots=True)
class PieceJob:
    """The piece that is being spoken."""

    piece: Piece
    attempt: int
    performer: str
    start: int
    """The epoch's sample at which it begins."""
    resampler: StreamResampler
    rate_hz: int
    timings: list[WordTiming] = field(default_factory=list[WordTiming])


@dataclass(slots=True)
class Utterance:
    """The state of one epoch's speech."""

    epoch: int
    waiting: deque[Piece] = field(default_factory=deque[Piece])
    next_piece: int = 0
    """Pieces below it have come already: a repeated one is ignored."""
    pieces: int | None = None
    """How many there will be, once the end mark has come."""
    off: int = 0
    played: int = 0
    current: PieceJob | None = None
    retries: int = 0
    failed: str = ""

    @property
    def complete(self) -> bool:
        """Whether all that will ever come has been spoken."""
        all_here = self.pieces is not None and self.next_piece >= self.pieces
        return all_here and not self.waiting and self.current is None


@dataclass(slots=True)
class TtsHold(Hold):
    """The utterances in the making, oldest first."""

    utterances: dict[int, Utterance] = field(default_factory=dict[int, Utterance])
    cut: deque[int] = field(default_factory=lambda: deque[int](maxlen=64))
