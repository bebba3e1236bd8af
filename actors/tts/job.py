"""One utterance in the making: its pieces in order, and where it stands in the agent's audio."""

from collections import deque
from dataclasses import dataclass, field

from actors.audio import samples_to_s
from actors.events import Played, PlayPhase
from actors.just_in_time import RaceBudget
from actors.loudness import Level
from actors.slots.handover import Handover, SeamKind
from actors.slots.slot import Hold
from actors.tts.take import Take
from actors.voice import Voice

MAX_LEAD_S = 10.0
"""How far synthesis may run ahead of what has been heard."""
MAX_UNHEARD = 2
"""How many pieces may be made ahead of the one that is heard."""


@dataclass(slots=True)
class PendingCut:
    """The track was asked to take audio back and has not answered yet."""

    number: int
    places: tuple[int, ...]
    back_to: int | None = None
    """The piece that is to be taken back; None where a voice broke off."""


@dataclass(frozen=True, slots=True)
class PendingSwitch:
    """A change of voices that is told once the silence that it cost is known."""

    handover: Handover
    kind: SeamKind
    repeated: int
    starved_ms: int
    """The silence that the caller had heard before."""


@dataclass(slots=True)
class Join:
    """How the next take joins the one that broke off."""

    kind: SeamKind = SeamKind.CLEAN
    skip: int = 0
    """How many of its first words the caller has heard."""
    repeated: int = 0
    lead_in: bytes = b""
    starved_ms: int = 0


@dataclass(slots=True)
class Utterance:
    """The state of one epoch's speech."""

    epoch: int
    rate_hz: int
    """The track's."""
    texts: list[str] = field(default_factory=list[str])
    """The pieces that have come, by number."""
    begins: list[int] = field(default_factory=list[int])
    """Where in the audio those pieces begin that were begun."""
    done: int = 0
    """How many pieces are spoken to their end."""
    pieces: int | None = None
    """How many there will be, once the end mark has come."""
    rest: str = ""
    """What is left to say of the piece that is being spoken, after the present take."""
    join: Join = field(default_factory=Join)
    """How the next take begins."""
    switch: PendingSwitch | None = None
    off: int = 0
    """How many samples were made."""
    take: Take | None = None
    rival: Take | None = None
    """The understudy's, beside a take that has fallen silent."""
    cut: PendingCut | None = None
    tries: int = 0
    """How many takes of the present piece came to nothing."""
    shorts: int = 0
    """How many takes of the present piece had too little sound."""
    wanted_back: int | None = None
    """The piece from which on to take back, while another cut is under way."""
    played: Played | None = None
    played_s: float = 0.0
    """When that position was told."""
    is_waiting: bool = False
    """Whether it waits for a performer to be ready."""
    over: bool = False
    """Whether the track knows that this is all."""
    failed: str = ""
    is_signalled: bool = False
    """Whether a tone stands in for its words."""

    @property
    def is_new(self) -> bool:
        """Whether no voice has spoken in it, nor come to nothing."""
        return self.off == 0 and not self.tries

    @property
    def complete(self) -> bool:
        """Whether all that will ever come has been spoken."""
        all_here = self.pieces is not None and self.done >= self.pieces
        return all_here and self.take is None and self.cut is None

    @property
    def is_paused(self) -> bool:
        """Whether the track plays nothing because nothing is to be heard."""
        return self.played is not None and self.played.phase is PlayPhase.PAUSED

    @property
    def is_playing(self) -> bool:
        """Whether the track has begun and is not paused."""
        return self.played is not None and not self.is_paused

    @property
    def starved_ms(self) -> int:
        """How much silence the caller has heard in its midst, as the track counts."""
        return 0 if self.played is None else self.played.starved_ms

    @property
    def unheard(self) -> int:
        """How many pieces were begun of which nothing was heard."""
        played = 0 if self.played is None else self.played.samples
        return len({begin for begin in self.begins if begin >= played})

    def lead_s(self, now_s: float) -> float:
        """Return how much audio was made and not heard yet."""
        if self.played is None:
            return samples_to_s(self.off, self.rate_hz)
        since_s = now_s - self.played_s if self.is_playing else 0.0
        return max(0.0, samples_to_s(self.off - self.played.samples, self.rate_hz) - since_s)

    def drop_from(self, piece: int) -> None:
        """Forget the pieces from this one on, of which the model will send others."""
        del self.texts[piece:]
        del self.begins[piece:]
        self.pieces, self.over = None, False
        if piece <= self.done:
            self.done = piece
            self.begin_piece()

    def is_starving(self, now_s: float) -> bool:
        """Whether the caller hears silence because nothing more was made, or soon would."""
        if self.played is None:
            return False
        return self.played.phase is PlayPhase.DRAINED or self.lead_s(now_s) <= 0

    def end_piece(self) -> None:
        """The present piece is said."""
        self.done += 1
        self.begin_piece()

    def begin_piece(self) -> None:
        """Have nothing left over from the piece before."""
        self.rest, self.tries, self.shorts = "", 0, 0
        self.join = Join(starved_ms=self.starved_ms)


@dataclass(slots=True)
class TtsHold(Hold):
    """The utterances in the making, oldest first, and what is known of the voices."""

    utterances: dict[int, Utterance] = field(default_factory=dict[int, Utterance])
    over: deque[int] = field(default_factory=lambda: deque[int](maxlen=64))
    """Epochs of which nothing is wanted any more."""
    voices: dict[str, Voice] = field(default_factory=dict[str, Voice])
    reference: Level | None = None
    """The loudness of the voice that spoke first in this call: the others follow it."""
    budget: RaceBudget = field(default_factory=RaceBudget)
    cuts: int = 0

    @property
    def is_answering(self) -> bool:
        """Whether a voice is in the midst of a piece."""
        takes = (utterance.take for utterance in self.utterances.values())
        return any(take is not None and take.has_sounded for take in takes)

    def voice(self, performer: str) -> Voice:
        """Return what is known of this performer's voice."""
        return self.voices.setdefault(performer, Voice())
