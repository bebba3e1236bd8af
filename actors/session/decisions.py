"""From what the turn machine wants done to what the outside is told of it. Pure."""

from typing import TypeAlias

from actors.decision_reports import (
    CommandRefused,
    Decision,
    OutputDropped,
    OutputStarted,
    PlaybackPaused,
    PlaybackResumed,
    SpeculationCancelled,
    SpeculationConfirmed,
    SpeculationStarted,
    TurnAmended,
)
from actors.turn_taking import effects as fx

Told: TypeAlias = tuple[Decision, int]
"""A report and the epoch that it is about; 0 where there is none."""


def told(effect: fx.Effect) -> Told | None:
    """Return the report of an effect, if it is a decision that has no other."""
    match effect:
        case fx.AmendTurn(epoch, old, new):
            return TurnAmended(old, new), epoch
        case fx.StartOutput(epoch, kind, ref):
            reason = ref if kind is fx.OutputKind.APOLOGY else ""
            return OutputStarted(kind.value, reason), epoch
        case fx.PausePlayback(epoch, reason):
            return PlaybackPaused(reason.value), epoch
        case fx.ResumePlayback(epoch, reason):
            return PlaybackResumed(reason.value), epoch
        case fx.OutputDropped(_, reason):
            return OutputDropped(reason.value), 0
        case fx.Refused(what):
            return CommandRefused(what), 0
        case fx.StartSpeculation() | fx.ConfirmSpeculation() | fx.CancelSpeculation():
            return _of_speculation(effect), effect.epoch
        case _:
            return None


def _of_speculation(
    effect: fx.StartSpeculation | fx.ConfirmSpeculation | fx.CancelSpeculation,
) -> Decision:
    match effect:
        case fx.StartSpeculation(_, text):
            return SpeculationStarted(text)
        case fx.ConfirmSpeculation():
            return SpeculationConfirmed()
        case fx.CancelSpeculation(_, reason):
            return SpeculationCancelled(reason.value)
