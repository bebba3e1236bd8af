"""The turn slot.

Asks a detector whether the caller has finished; silence from it means the longest wait.
"""

from dataclasses import dataclass, replace

from actors.audio import CALLER_RATE_HZ
from actors.events import ScoreText, TurnScored
from actors.ports import TurnDetector
from actors.slots.cast import Cast
from actors.slots.performer import Performer, Result
from actors.slots.promise import promised
from actors.slots.role import Role
from actors.slots.slot import Hold
from actors.vendor import FailureKind, TurnScore

HANGS_AFTER_S = 1.5
"""A detector that has not answered by then is replaced; the turn never waits for it."""


@dataclass(frozen=True, slots=True)
class _Unanswered:
    """The question of this revision should have been answered."""

    revision: int


@dataclass(slots=True)
class TurnHold(Hold):
    """The question that is not answered; a newer one takes its place."""

    question: ScoreText | None = None


class TurnPerformer(Performer[TurnDetector]):
    """Judges one text at a time; a newer text replaces an older one."""

    port = TurnDetector

    def facts(self) -> object:
        """Tell the role how much audio the detector wants."""
        audio_s = self.vendor.audio_s
        promised(audio_s, int, float)
        return audio_s

    def on_receive(self, message: ScoreText) -> None:
        """Judge the text beside the mailbox."""
        self.work(message.revision, lambda: self._score(message))

    async def _score(self, message: ScoreText) -> None:
        score = await self.vendor.score(message.turn)
        promised(score, TurnScore)
        self.give(message.revision, score)


class TurnRole(Role[TurnHold]):
    """Passes questions on and answers back.

    The turn machine waits for no answer: without one it takes the longest wait.
    """

    def first_hold(self, cast: Cast) -> TurnHold:
        """Begin without a question."""
        return TurnHold(cast)

    def handle(self, message: object) -> None:
        """Route a question to the stage, or a score to the Session."""
        match message:
            case ScoreText():
                self.held.question = message
                self._ask()
            case _Unanswered(revision) if self._is_open(revision):
                if self.held.last_on_stage in self.held.live:
                    detail = f"no answer within {HANGS_AFTER_S:g} s"
                    self.condemn(self.held.last_on_stage, FailureKind.LATE, detail)
            case Result(revision, TurnScore() as score):
                if self._is_open(revision):
                    self.held.question = None
                    self.settle("answer")
                self.call.addresses.session.tell(TurnScored(revision, score))
            case _:
                pass

    def on_performer_ready(self, name: str) -> None:
        """Ask again what nobody could answer."""
        self._ask()

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Ask the next one."""
        self._ask()

    def _is_open(self, revision: int) -> bool:
        question = self.held.question
        return question is not None and question.revision == revision

    def _ask(self) -> None:
        question = self.held.question
        stage = None if question is None else self.stage()
        if question is not None and stage is not None:
            self.expect("answer", HANGS_AFTER_S, _Unanswered(question.revision))
            stage.tell(self._with_audio(question))

    def _with_audio(self, question: ScoreText) -> ScoreText:
        audio_s = self.held.facts[self.held.last_on_stage]
        if not isinstance(audio_s, int | float) or audio_s <= 0:
            return question
        ring = self.call.ring
        frames = ring.since(ring.end - round(audio_s * CALLER_RATE_HZ))
        turn = replace(question.turn, audio=b"".join(frame.pcm for frame in frames))
        return replace(question, turn=turn)
