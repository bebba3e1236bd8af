"""Giving up: what becomes of a deed that the Session fell over each time it tried."""

from actors.call import AnyAddress
from actors.call_record import Act, CallRecord, Deed
from actors.events import OutputFailed
from actors.reports import Failure
from actors.session.conductor import Conductor
from actors.session.succession import next_act
from actors.turn_taking import effects as fx
from actors.vendor import FailureKind

WHERE = "session"


def give_up(record: CallRecord, conductor: Conductor, session: AnyAddress) -> None:
    """Drop what is to be done first, let go who waits for it, and tell of it.

    An output that could not begin has failed: the caller is owed a word. Of a change of agents the
    next act is done.
    """
    deed = record.todo.popleft()
    what = f"{deed.what} of a change of agents" if isinstance(deed, Act) else type(deed).__name__
    detail = f"{what} could not be carried out"
    _let_go(record, deed)
    match deed:
        case (
            fx.CommitTurn(epoch=epoch) | fx.StartOutput(epoch=epoch)
            | fx.StartSpeculation(epoch=epoch) | fx.ConfirmSpeculation(epoch=epoch)
        ):  # fmt: skip
            session.tell(OutputFailed(epoch, WHERE, FailureKind.CRASH, detail))
        case _:
            conductor.report(Failure(WHERE, FailureKind.CRASH.value, detail))


def _let_go(record: CallRecord, deed: Deed) -> None:
    match deed:
        case Act():
            next_act(record)
        case fx.StartOutput(ref=ref) | fx.SpeakWithin(ref=ref) | fx.OutputDropped(ref=ref):
            request = record.requests.pop(ref, None)
            if request is not None:
                outcome = "dropped" if isinstance(deed, fx.OutputDropped) else "failed"
                request.utterance.resolve(outcome, "")
        case fx.InterruptOutput(epoch=epoch) | fx.OutputEnded(epoch=epoch):
            output = record.outputs.get(epoch)
            if output is not None:
                output.let_go("failed", "")
        case _:
            pass
