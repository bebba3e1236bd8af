"""The turn slot.

Asks a detector whether the caller has finished; silence from it means the longest wait.
"""

from dataclasses import replace

from actors.audio import CALLER_RATE_HZ
from actors.cast import Cast
from actors.events import ScoreText, TurnScored
from actors.performer import Performer, Result
from actors.ports import TurnDetector
from actors.role import Role
from actors.slot import Hold
from actors.vendor import TurnScore


class TurnPerformer(Performer[TurnDetector]):
    """Judges one text at a time; a newer text replaces an older one."""

    def facts(self) -> object:
        """Tell the role how much audio the detector wants."""
        return self.vendor.audio_s

    def on_receive(self, message: ScoreText) -> None:
        """Judge the text beside the mailbox."""
        self.work(message.revision, lambda: self._score(message))

    async def _score(self, message: ScoreText) -> None:
        self.give(message.revision, await self.vendor.score(message.turn))


class TurnRole(Role[Hold]):
    """Passes questions on and answers back.

    A question that nobody can take stays unanswered, which is an answer.
    """

    def first_hold(self, cast: Cast) -> Hold:
        """Nothing but the cast: a question is not worth keeping."""
        return Hold(cast)

    def handle(self, message: object) -> None:
        """Route a question to the stage, or a score to the Session."""
        match message:
            case ScoreText():
                stage = self.stage()
                if stage is not None:
                    stage.tell(self._with_audio(message))
            case Result(revision, TurnScore() as score):
                self.call.addresses.session.tell(TurnScored(revision, score))
            case _:
                pass

    def _with_audio(self, question: ScoreText) -> ScoreText:
        audio_s = self.held.facts[self.held.last_on_stage]
        if not isinstance(audio_s, int | float) or audio_s <= 0:
            return question
        ring = self.call.ring
        frames = ring.since(ring.end - round(audio_s * CALLER_RATE_HZ))
        turn = replace(question.turn, audio=b"".join(frame.pcm for frame in frames))
        return replace(question, turn=turn)
