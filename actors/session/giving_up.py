"""Giving up: what becomes of a deed that the Session fell over each time it tried."""

from actors.call import AnyAddress
from actors.call_record import Act, CallRecord
from actors.events import OutputFailed
from actors.reports import Failure
from actors.session.conductor import Conductor
from actors.session.succession import next_act
from actors.turn_taking import effects as fx
from actors.vendor import FailureKind

WHERE = "session"


def give_up(record: CallRecord, conductor: Conductor, session: AnyAddress) -> None:
    """Drop what is to be done first, and tell of it.

    An output that could not begin has failed: the caller is owed a word. Of a change of agents the
    next act is done.
    """
    deed = record.todo.popleft()
    what = f"{deed.what} of a change of agents" if isinstance(deed, Act) else type(deed).__name__
    detail = f"{what} could not be carried out"
    if isinstance(deed, Act):
        next_act(record)
    match deed:
        case (
            fx.CommitTurn(epoch=epoch) | fx.StartOutput(epoch=epoch)
            | fx.StartSpeculation(epoch=epoch) | fx.ConfirmSpeculation(epoch=epoch)
        ):  # fmt: skip
            session.tell(OutputFailed(epoch, WHERE, FailureKind.CRASH, detail))
        case _:
            conductor.report(Failure(WHERE, FailureKind.CRASH.value, detail))
