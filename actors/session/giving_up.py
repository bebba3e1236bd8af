"""Giving up: what becomes of an effect that the Session fell over each time it tried."""

from actors.call import AnyAddress
from actors.events import OutputFailed
from actors.reports import Failure
from actors.session.conductor import Conductor
from actors.turn_taking import effects as fx
from actors.vendor import FailureKind

WHERE = "session"


def give_up(effect: fx.Effect, conductor: Conductor, session: AnyAddress) -> None:
    """Tell of it; an output that could not begin has failed: the caller is owed a word."""
    detail = f"{type(effect).__name__} could not be carried out"
    match effect:
        case (
            fx.CommitTurn(epoch=epoch) | fx.StartOutput(epoch=epoch)
            | fx.StartSpeculation(epoch=epoch) | fx.ConfirmSpeculation(epoch=epoch)
        ):  # fmt: skip
            session.tell(OutputFailed(epoch, WHERE, FailureKind.CRASH, detail))
        case _:
            conductor.report(Failure(WHERE, FailureKind.CRASH.value, detail))
