"""The turn slot.

Asks a detector whether the caller has finished; silence from it means the longest wait.
"""

from actors.cast import Cast
from actors.events import ScoreText, TurnScored
from actors.performer import Performer, Result
from actors.ports import TurnDetector
from actors.role import Hold, Role
from actors.vendor import TurnScore


class TurnPerformer(Performer[TurnDetector]):
    """Judges one text at a time; a newer text replaces an older one."""

    def on_receive(self, message: ScoreText) -> None:
        """Judge the text beside the mailbox."""
        self.work(message.revision, self._score(message))

    async def _score(self, message: ScoreText) -> None:
        self.role.tell(Result(message.revision, await self.vendor.score(message.turn)))


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
                    stage.tell(message)
            case Result(revision, TurnScore() as score):
                self.call.addresses.session.tell(TurnScored(revision, score))
            case _:
                pass
