"""What the program asks for."""

from typing import assert_never

from actors.turn_taking.effects import (
    DiscardReason,
    DropReason,
    InterruptReason,
    OutputDropped,
    OutputKind,
    Refused,
    SpeakWithin,
)
from actors.turn_taking.inputs import (
    Close,
    Command,
    HandedOver,
    Interrupt,
    Reply,
    Say,
    Started,
    Withdraw,
)
from actors.turn_taking.reasons import CancelReason
from actors.turn_taking.rules import floor, speculation, user_side, views
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import Phase, Queued


def carry_out(draft: Draft, given: Command) -> None:
    """Carry out a command, or say why not."""
    match given:
        case Say() | Reply():
            _ask(draft, given)
        case Withdraw(ref):
            for output in draft.state.queue:
                if output.ref == ref:
                    floor.drop(draft, output, DropReason.WITHDRAWN)
        case Interrupt():
            _interrupt(draft, given)
        case Started():
            if draft.state.phase is Phase.STARTING:
                draft.put(phase=Phase.IDLE)
        case HandedOver(config):
            speculation.cancel(draft, CancelReason.HANDED_OVER)
            draft.put(config=config, user_spoke=False)
        case Close():
            _close(draft)
        case _:
            assert_never(given)


def refuse_when_closing(draft: Draft, given: Say | Reply) -> None:
    """Say that nothing begins any more."""
    draft.emit(OutputDropped(given.ref, DropReason.CLOSING))


def _ask(draft: Draft, given: Say | Reply) -> None:
    state = draft.state
    if given.within is not None:
        alive = [output.epoch for output in (state.live, state.speculation) if output is not None]
        if given.within not in alive:
            draft.emit(OutputDropped(given.ref, DropReason.OUTPUT_OVER))
            return
        if isinstance(given, Say):
            draft.emit(SpeakWithin(given.within, given.ref))
            return
    if given.unless_user_spoke and state.user_spoke:
        draft.emit(OutputDropped(given.ref, DropReason.USER_SPOKE))
    elif len(state.queue) >= draft.config.queue_max:
        draft.emit(OutputDropped(given.ref, DropReason.QUEUE_FULL))
    else:
        draft.put(queue=(*state.queue, _queued(given)))


def _queued(given: Say | Reply) -> Queued:
    kind = OutputKind.SAY if isinstance(given, Say) else OutputKind.REPLY
    return Queued(
        kind,
        given.ref,
        uninterruptible=given.uninterruptible,
        unless_user_spoke=given.unless_user_spoke,
    )


def _interrupt(draft: Draft, given: Interrupt) -> None:
    live = draft.state.live
    if live is None:
        return
    if given.force or views.is_interruptible(live):
        floor.interrupt(draft, given.reason)
    else:
        draft.emit(Refused("interrupt"))


def _close(draft: Draft) -> None:
    floor.interrupt(draft, InterruptReason.CLOSING)
    user_side.discard_all(draft, DiscardReason.CLOSING)
    speculation.cancel(draft, CancelReason.CLOSING)
    floor.drop_all(draft, DropReason.CLOSING)
    draft.put(phase=Phase.CLOSING, digits="", stt_hold=None)
