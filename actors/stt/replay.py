"""How the caller's audio is heard again: from where, how fast, and how long it may take. Pure.

Positions are samples of the caller's clock. Audio and marks are handed over in the order in which
they came, so that a mark acts after exactly the frames before it, however late they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from actors.audio import CALLER_FRAME_SAMPLES, CALLER_RATE_HZ, samples_to_s
from actors.frames import SpeechEnd, SpeechStart
from actors.stt.texts import Join, Place, Said
from actors.stt_capabilities import SttCapabilities
from actors.vendor import SttSpan

SPEECH_LEAD: Final = CALLER_RATE_HZ // 2
"""How much is heard again from before speech that was noticed."""
SILENCE_LEAD: Final = CALLER_RATE_HZ
"""The same while nobody seems to speak: speech may have begun that is not noticed yet."""
BLIND_LEAD: Final = 5 * CALLER_RATE_HZ
"""The same where no VAD tells whether somebody speaks."""
KEPT_SILENCE: Final = CALLER_RATE_HZ // 5
"""What is left of a silence where there is not the time to hear it all."""
FIRST_LAG: Final = CALLER_RATE_HZ * 8 // 10
"""How long after its words a Final comes, before that was measured."""
LONGEST_LAG: Final = CALLER_RATE_HZ * 12 // 10
LATE_FINAL: Final = CALLER_RATE_HZ // 2
"""So much more may be heard between an answered mark and a Final that belongs before it."""
PACE_SLACK_S: Final = 0.1
"""So much may come at once from a line that jitters, whatever the pace."""
NO_EVENT_S: Final = 2.0
"""A recogniser with interims that has said nothing by then of ongoing speech does not hear it."""
NO_FINAL_S: Final = 1.0
"""One that has not answered a mark by then hangs; half of what the turn waits for a text."""
NO_BATCH_S: Final = 1.5
"""The same for one that goes over the whole utterance at its end, if it was short."""
KEPT_PIECES: Final = 64


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of the VAD and its place: audio before that sample had come when it was made."""

    number: int
    place: int
    what: SpeechStart | SpeechEnd


def begins_at(
    said: Said, marks: Sequence[Mark], heard_to: int, *, open_since: int | None, has_vad: bool
) -> int:
    """Return the frame with which a recogniser that takes over must begin.

    Args:
        said: what needs not be heard again.
        marks: those that are not answered yet, oldest first.
        heard_to: the audio that has come.
        open_since: how much had come when the open text began, if there is one.
        has_vad: whether speech is marked at all.

    """
    first = marks[0].what if marks else None
    if isinstance(first, SpeechStart):
        earliest = first.at - SPEECH_LEAD
    elif first is not None:
        earliest = 0
    elif open_since is not None:
        earliest = open_since - FIRST_LAG - SPEECH_LEAD
    else:
        earliest = heard_to - (SILENCE_LEAD if has_vad else BLIND_LEAD)
    return whole_frame(min(heard_to, max(0, earliest, said.resume_at)))


def silence_ends(at: int, marks: Sequence[Mark], heard_to: int) -> int:
    """Return where to go on from ``at``: there, or near the end of the silence in which it lies."""
    before = [mark for mark in marks if mark.place <= at]
    if before and isinstance(before[-1].what, SpeechStart):
        return at
    coming = [mark.what.at for mark in marks if mark.place > at]
    silent_to = min(coming[0], heard_to) if coming else heard_to
    return max(at, whole_frame(silent_to - KEPT_SILENCE))


def whole_frame(at: int) -> int:
    """Return the first sample of the frame in which ``at`` lies."""
    return at - at % CALLER_FRAME_SAMPLES


def answer_within_s(can: SttCapabilities, *, speech_s: float, backlog_s: float) -> float:
    """Return how long the answer to a mark may take.

    Args:
        can: what the recogniser can do.
        speech_s: how much speech the mark ends.
        backlog_s: how much audio it was given at once before the mark.

    """
    if can.batch:
        return max(NO_BATCH_S, speech_s / 2)
    return NO_FINAL_S + backlog_s / 4


def expected_in_s(can: SttCapabilities, *, backlog_s: float) -> float:
    """Return in what time the words of audio that is to be heard again should have come."""
    if can.batch:
        return max(NO_BATCH_S, backlog_s / 2)
    return NO_FINAL_S + backlog_s / (4 if can.max_rate is None else can.max_rate)


@dataclass(slots=True)
class Attempt:
    """One recogniser's stream: how far it has come, and where its clock lies on the caller's."""

    number: int
    name: str
    can: SttCapabilities
    next_at: int
    """The first sample that it was not given."""
    behind_to: int
    """What came before it took over ends here."""
    join: Join
    marked: int
    """The number of the last mark that it was given."""
    past_mark: int = 0
    """The end of speech whose words it was asked for as a whole: it is given nothing before."""
    results: int = 0
    """How many of its results were taken."""
    joins_until: int | None = None
    """Given audio up to here it will not say anything again; None: that is not known yet."""
    has_spoken: bool = False
    """Whether its first Final has come."""
    skipped: int = 0
    """Samples of silence that it was spared."""
    consumed: int = 0
    """What it says it has processed, if it says so."""
    _given: int = 0
    _pieces: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """Where its stream jumps: samples given by then, and where they go on."""
    _goes_on_at: int | None = None
    """Where the sample lies that would go on without a jump."""
    _next_s: float = 0.0

    @property
    def backlog(self) -> int:
        """How many samples from before it took over it was not given yet."""
        return max(0, self.behind_to - self.next_at)

    def has_heard(self) -> int | None:
        """Return about where its ears are, or None where that cannot be known.

        What it was given at once it may have yet to go through.
        """
        if self.consumed:
            return self.consumed
        is_live = self.next_at > self.behind_to + LONGEST_LAG
        return self.next_at if is_live or self.can.max_rate is not None else None

    def end_join(self, *, soon: bool) -> None:
        """Expect nothing again that was said; ``soon``: but for a Final that comes too late."""
        self.joins_until = self.next_at + (LATE_FINAL if soon else 0)

    def forget_join(self) -> None:
        """Take what it says for new once it will not say anything again."""
        if self.joins_until is not None and self.next_at >= self.joins_until:
            self.join = Join()

    def jump(self, at: int) -> None:
        """Go on elsewhere."""
        self.skipped += at - self.next_at
        self.next_at = at

    def leave_out(self, mark: Mark, number: int) -> None:
        """Go on behind a mark: what comes before is taken as a whole, and answers that number."""
        self.next_at, self.marked, self.past_mark = mark.place, mark.number, number

    def may_take(self, now_s: float) -> bool:
        """Tell whether its pace allows the next frame."""
        if self.past_mark:
            return False
        return self.can.max_rate is None or now_s >= self._next_s - PACE_SLACK_S

    def took(self, at: int, samples: int, now_s: float) -> None:
        """Note that it was given these samples."""
        if self._goes_on_at != at:
            self._pieces = [*self._pieces[1 - KEPT_PIECES :], (self._given, at)]
        self._given += samples
        self.next_at = self._goes_on_at = at + samples
        if self.can.max_rate is not None:
            pace_s = samples_to_s(samples, CALLER_RATE_HZ) / self.can.max_rate
            self._next_s = max(self._next_s, now_s) + pace_s

    def place(self, span: SttSpan | None) -> Place | None:
        """Return where on the caller's clock a span of its stream lies."""
        if span is None or not self._pieces:
            return None
        return Place(self._room(span.start), self._room(span.end - 1) + 1)

    def _room(self, sample: int) -> int:
        pieces = (piece for piece in reversed(self._pieces) if piece[0] <= sample)
        return self._goes_on(next(pieces, self._pieces[0]), sample)

    @staticmethod
    def _goes_on(piece: tuple[int, int], sample: int) -> int:
        given, at = piece
        return at + sample - given
