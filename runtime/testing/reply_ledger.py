"""What outputs began and ended in a session, and what the caller is owed."""

from actors.turn_taking import (
    AgentAudioStarted,
    CommitTurn,
    ConfirmSpeculation,
    DropReason,
    Effect,
    InterruptOutput,
    InterruptReason,
    OutputDropped,
    OutputEnd,
    OutputEnded,
    OutputKind,
    Phase,
    StartOutput,
    State,
    Timer,
    TimerName,
    VadEnded,
    VadStarted,
)
from actors.turn_taking.trace import Step


def nothing_goes_on(state: State) -> bool:
    """Tell whether the session is quiet, or being closed."""
    if state.phase is Phase.CLOSING:
        return True
    said = state.opens or state.textless or state.pending or state.kept
    speaks = any(speaker.believed for speaker in state.speakers)
    waits = state.queue or state.digits or state.speculation
    return state.phase is Phase.IDLE and not (said or speaks or waits)


class ReplyLedger:
    """Follows a session step by step."""

    def __init__(self) -> None:
        self.epoch = 0
        self.begun = 0
        self.kind = OutputKind.TURN
        self.is_open = False
        self.heard = False
        self.owed: tuple[int, bool] | None = None
        self.continues: int | None = None
        self.speaking: set[str] = set()
        self.committed: int | None = None
        self.refs: set[str] = set()

    def follow(self, step: Step) -> None:
        """Take in one step.

        Raises:
            AssertionError: an output or an apology is out of place.
        """
        self._listen(step)
        for effect in step.effects:
            self._note(effect)
        assert self.committed is None, "a turn without an output"
        if step.after.phase is Phase.CLOSING or _everybody_left(step):
            self.owed = None
            self.speaking.clear()

    def _listen(self, step: Step) -> None:
        match step.given:
            case VadStarted(who=who) if step.before.phase is not Phase.CLOSING:
                self.speaking.add(who)
            case VadEnded(who=who):
                self.speaking.discard(who)
            case Timer(name=TimerName.HOLD | TimerName.MAX_TURN) if step.effects:
                self.speaking.clear()
            case AgentAudioStarted(epoch=epoch) if self.is_open and epoch == self.begun:
                self.heard = True
            case _:
                left = {s.who for s in step.before.speakers} - {s.who for s in step.after.speakers}
                self.speaking -= left

    def _note(self, effect: Effect) -> None:
        match effect:
            case CommitTurn(epoch=epoch, continues=continues):
                assert self.committed is None, "a turn before the last one has its output"
                self.committed, self.continues = epoch, continues
            case StartOutput(epoch=epoch, kind=kind, ref=ref):
                self._begin(epoch, kind)
                if kind in (OutputKind.SAY, OutputKind.REPLY):
                    assert ref not in self.refs, "it begins twice"
                    self.refs.add(ref)
            case ConfirmSpeculation(epoch=epoch):
                self._begin(epoch, OutputKind.TURN)
            case OutputEnded(epoch=epoch, end=end):
                self._end(epoch, failed=end is OutputEnd.FAILED)
            case InterruptOutput(epoch=epoch, reason=reason):
                self._end(epoch, failed=reason is InterruptReason.STALLED)
            case _:
                pass

    def _begin(self, epoch: int, kind: OutputKind) -> None:
        assert not self.is_open, "two outputs at once"
        assert epoch > self.begun, "an epoch that does not rise"
        assert not self.speaking, "it begins while somebody speaks"
        if kind is OutputKind.TURN:
            assert self.committed == epoch, "a reply to no turn"
            self.committed = None
        self._settle_debt(kind)
        self.is_open, self.begun, self.kind, self.heard = True, epoch, kind, False

    def _settle_debt(self, kind: OutputKind) -> None:
        if kind is OutputKind.APOLOGY:
            assert self.owed is not None, "an apology for nothing"
        elif self.owed is not None:
            failed, unheard = self.owed
            assert kind is OutputKind.TURN, "an apology was due"
            assert not unheard or self.continues == failed, "it does not continue what failed"
        self.owed = None

    def _end(self, epoch: int, *, failed: bool) -> None:
        assert self.is_open, "an end without a beginning"
        assert self.begun == epoch, "the end of another output"
        self.is_open = False
        if failed and self.kind in (OutputKind.TURN, OutputKind.REPLY, OutputKind.CONTINUE):
            unheard = self.kind is OutputKind.TURN and not self.heard
            self.owed = epoch, unheard


def _everybody_left(step: Step) -> bool:
    reasons = {e.reason for e in step.effects if isinstance(e, InterruptOutput | OutputDropped)}
    gone = not step.after.people and not nothing_goes_on(step.before)
    by_door = {InterruptReason.LEFT, DropReason.LEFT} & reasons
    return bool(by_door) or (gone and nothing_goes_on(step.after) and not step.before.live)
