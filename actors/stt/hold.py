"""What the STT slot must not lose: what was said, what came since, and who hears it. Pure."""

from dataclasses import dataclass, field, replace

from actors.audio import CALLER_RATE_HZ, samples_to_s
from actors.frames import SpeechEnd, SpeechStart
from actors.recogniser_news import RecogniserBehind
from actors.slots.handover import Handover, SeamKind
from actors.slots.slot import Hold
from actors.stt.replay import (
    FIRST_LAG,
    LONGEST_LAG,
    Attempt,
    Mark,
    begins_at,
    expected_in_s,
)
from actors.stt.shadow import Shadow
from actors.stt.texts import Join, Said, words
from actors.stt_capabilities import SttCapabilities

NOBODY_S = 6.0
"""How long the Session is asked to wait while nobody listens; it has its own limit."""
OVERTAKEN_WITHIN = CALLER_RATE_HZ // 2
"""An Interim that says no more than the Final before it is no news until so much was heard."""


@dataclass(frozen=True, slots=True)
class Joining:
    """A hand-over of which it is not known yet how the texts of the two join."""

    handover: Handover
    backlog_ms: int


@dataclass(slots=True)
class SttHold(Hold):
    """Beside the cast: the caller's stream, the texts, and the present attempt."""

    heard_to: int = 0
    """Audio before this sample has come."""
    marks: tuple[Mark, ...] = ()
    """The marks that are not answered yet, oldest first."""
    noted: int = 0
    """How many marks there have been."""
    said: Said = field(default_factory=Said)
    utt: int = 0
    interim: str = ""
    """The text of the open utterance that is not final; empty before the first."""
    open_since: int = 0
    """How much audio had come when that text began."""
    last_final: tuple[str, int] | None = None
    """The last Final and the audio given by then, until more is heard or a mark is answered."""
    closed_with: tuple[tuple[str, ...], int] = ((), 0)
    """The words of the last Final, and the audio given by then."""
    lag: int = FIRST_LAG
    """How long after its words this call's Finals come, in samples."""
    listening: Attempt | None = None
    """Who hears the stream now."""
    shadow: Shadow | None = None
    """Who hears it as well (`actors.stt.hot_role`)."""
    joining: Joining | None = None
    seam: SeamKind = SeamKind.JOINED
    """How they join as far as is known."""
    behind_to: int = 0
    """The Session waits for the texts of what was said before this sample; 0: for none."""
    overdue: tuple[int, int] = (0, 0)
    """The mark that was left unanswered last, and how often."""
    told_of: str = ""
    """Whose capabilities the Session knows."""
    forgotten: int = 0
    """Samples that were gone before anybody heard them, and of which nobody was told yet."""
    stale: int = 0
    """How many results of former attempts were dropped."""

    def open_attempt(self, name: str, can: SttCapabilities, *, has_vad: bool) -> Attempt:
        """Open the next attempt: what is not said yet will be heard again."""
        begin = begins_at(
            self.said,
            self.marks,
            self.heard_to,
            open_since=self.open_since if self.interim else None,
            has_vad=has_vad,
        )
        marked = self.marks[0].number - 1 if self.marks else self.noted
        self.attempt += 1
        self.seam = SeamKind.JOINED
        join = Join(self.said.tail)
        self.listening = Attempt(self.attempt, name, can, begin, self.heard_to, join, marked)
        return self.listening

    @property
    def owes(self) -> bool:
        """Whether the caller has said something that is no Final yet."""
        return bool(self.marks or self.interim)

    def note(self, what: SpeechStart | SpeechEnd) -> bool:
        """Keep a mark; return False if it was kept before (its message was retried)."""
        if isinstance(what, SpeechEnd) and what.mark <= self.last_mark:
            return False
        if self.marks and self.marks[-1].what == what:
            return False
        self.noted += 1
        self.marks = (*self.marks, Mark(self.noted, self.heard_to, what))
        return True

    @property
    def last_mark(self) -> int:
        """The number of the last end of speech that waits for its answer; 0: none."""
        ends = [mark.what.mark for mark in self.marks if isinstance(mark.what, SpeechEnd)]
        return ends[-1] if ends else 0

    def answered(self, flushed: int) -> tuple[Mark, ...]:
        """Let go of the marks up to this end of speech, and return them."""
        ends = [
            number
            for number, mark in enumerate(self.marks, start=1)
            if isinstance(mark.what, SpeechEnd) and mark.what.mark <= flushed
        ]
        if not ends:
            return ()
        gone, self.marks = self.marks[: ends[-1]], self.marks[ends[-1] :]
        self.said = self.said.after_mark(gone[-1].what.at)
        self.last_final = None
        return gone

    def forget_before(self, at: int) -> None:
        """Let go of the marks of speech that nobody can hear again, and count that audio."""
        old = [mark for mark in self.marks if mark.place < at]
        while old and isinstance(old[-1].what, SpeechStart):  # of this the rest may be there
            old.pop()
        if not old:
            return
        gone, self.marks = old, self.marks[len(old) :]
        if self.said.resume_at < gone[-1].place:
            self.forgotten += gone[-1].place - max(gone[0].what.at, self.said.resume_at)
            self.said = replace(self.said, resume_at=gone[-1].place)

    def miss(self, attempt: Attempt, at: int) -> None:
        """Let the attempt go on at ``at``, and count what it cannot hear: it is forgotten."""
        if at > attempt.next_at:
            self.forgotten += at - attempt.next_at
            attempt.jump(at)

    def take_forgotten(self) -> str:
        """Put into words what is gone and was not told yet; empty: nothing."""
        forgotten_s, self.forgotten = samples_to_s(self.forgotten, CALLER_RATE_HZ), 0
        gone = f"{forgotten_s:.1f} s of the caller's audio were gone before anybody heard them"
        return gone if forgotten_s else ""

    def speech_s(self, ended: Mark) -> float:
        """Return how long the speech lasted that this mark ends."""
        starts = [m.what.at for m in self.marks if m.number < ended.number]
        return samples_to_s(ended.what.at - (starts[-1] if starts else 0), CALLER_RATE_HZ)

    def is_late(self, text: str, attempt: Attempt) -> bool:
        """Tell whether an Interim was overtaken by its own Final.

        Were it new after all, its Final would follow all the same.
        """
        said, given = self.closed_with
        new = words(text)
        is_soon = attempt.next_at < given + OVERTAKEN_WITHIN
        return is_soon and not self.interim and said[: len(new)] == new

    def measure_lag(self, attempt: Attempt) -> None:
        """Learn from a Final how long this call's Finals take."""
        ends = [mark for mark in self.marks if isinstance(mark.what, SpeechEnd)]
        if ends and attempt.behind_to < ends[0].place <= attempt.next_at:
            lag = attempt.next_at - ends[0].what.at
            self.lag = min(LONGEST_LAG, max(FIRST_LAG, lag))

    def left_unanswered(self, mark: Mark) -> int:
        """Count how many attempts in a row left this mark without an answer."""
        before, times = self.overdue
        self.overdue = (mark.number, times + 1 if before == mark.number else 1)
        return self.overdue[1]

    def waiting(self, now_ns: int, at_least_s: float = 0.0) -> RecogniserBehind:
        """Return until when the Session should wait for texts; if for none, no longer."""
        age_s = samples_to_s(self.heard_to - self.texts_through(), CALLER_RATE_HZ)
        through_ns = now_ns - round(age_s * 1e9)
        if not self.is_behind():
            self.behind_to = 0
            return RecogniserBehind(through_ns, now_ns)
        attempt, expected_s = self.listening, NOBODY_S
        if attempt is not None:
            backlog = self.heard_to - (attempt.consumed or attempt.next_at)
            backlog_s = samples_to_s(max(backlog, attempt.backlog), CALLER_RATE_HZ)
            expected_s = max(at_least_s, expected_in_s(attempt.can, backlog_s=backlog_s))
        return RecogniserBehind(through_ns, now_ns + round(expected_s * 1e9))

    def texts_through(self) -> int:
        """Return where the speech ends of which the Session will get the text next."""
        ends = (m.place for m in self.marks if isinstance(m.what, SpeechEnd))
        return min(next(ends, self.behind_to), self.behind_to)

    def is_behind(self) -> bool:
        """Whether texts that the Session waits for are still to come."""
        attempt = self.listening
        if attempt is None or attempt.backlog:
            return True
        if self.marks:
            return any(mark.place <= self.behind_to for mark in self.marks)
        return bool(self.interim)
