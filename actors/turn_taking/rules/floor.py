"""Who holds the floor: how an output begins, is paused, is cut and comes to its end."""

from dataclasses import replace

from actors.turn_taking.config import to_ns
from actors.turn_taking.effects import (
    DiscardReason,
    DropReason,
    InterruptOutput,
    InterruptReason,
    OutputDropped,
    OutputEnd,
    OutputEnded,
    OutputKind,
    PausePlayback,
    ResumePlayback,
    StartOutput,
)
from actors.turn_taking.reasons import PauseReason, ResumeReason
from actors.turn_taking.rules import user_side, views
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import Live, Pause, Phase, Queued, Turn

_DROP_ALL = {
    InterruptReason.STALLED: DropReason.STALLED,
    InterruptReason.LEFT: DropReason.LEFT,
    InterruptReason.CLOSING: DropReason.CLOSING,
}
_NOT_THE_USERS = (
    InterruptReason.COMMAND,
    InterruptReason.OUTAGE,
    InterruptReason.LEFT,
    InterruptReason.CLOSING,
)
_APOLOGISED_FOR = (OutputKind.TURN, OutputKind.REPLY, OutputKind.CONTINUE)


def take(draft: Draft, epoch: int, kind: OutputKind, *, uninterruptible: bool) -> None:
    """Give the floor to this output."""
    state = draft.state
    draft.put(
        phase=Phase.THINKING,
        live=Live(
            epoch=epoch,
            kind=kind,
            uninterruptible=uninterruptible,
            agent_ns=draft.now_ns,
            turn=state.turn,
            speech_since_commit=bool(state.speakers),
        ),
        turn=Turn(),
        unheard=None,
        cut_by_speech=None,
    )


def start_next(draft: Draft) -> None:
    """Begin the output that waits longest."""
    head, *rest = draft.state.queue
    epoch = draft.state.last_epoch + 1
    draft.put(queue=tuple(rest), last_epoch=epoch)
    take(draft, epoch, head.kind, uninterruptible=head.uninterruptible)
    draft.emit(StartOutput(epoch, head.kind, head.ref, head.continues))


def put_first(draft: Draft, output: Queued) -> None:
    """Let this output begin before all others."""
    draft.put(queue=(output, *draft.state.queue))


def drop(draft: Draft, output: Queued, reason: DropReason) -> None:
    """Say that a queued output will not begin; what nobody asked for goes unsaid."""
    draft.put(queue=tuple(queued for queued in draft.state.queue if queued is not output))
    if output.kind in (OutputKind.SAY, OutputKind.REPLY):
        draft.emit(OutputDropped(output.ref, reason))


def drop_all(draft: Draft, reason: DropReason) -> None:
    """Empty the queue."""
    for output in draft.state.queue:
        drop(draft, output, reason)


def pause(draft: Draft, reason: PauseReason) -> None:
    """Shut the gate."""
    live = draft.state.live
    if live is not None and live.pause is None:
        draft.put_live(live, pause=Pause(draft.now_ns))
        draft.emit(PausePlayback(live.epoch, reason))


def delay_resume(draft: Draft, until_ns: int) -> None:
    """Keep the gate shut at least until then."""
    live = draft.state.live
    if live is not None and live.pause is not None:
        earlier_ns = live.pause.resume_ns
        resume_ns = until_ns if earlier_ns is None else max(earlier_ns, until_ns)
        draft.put_live(live, pause=replace(live.pause, resume_ns=resume_ns))


def resume(draft: Draft, reason: ResumeReason) -> None:
    """Open the gate: whoever stopped without a word had nothing to say."""
    live = draft.state.live
    if live is None or live.pause is None:
        return
    if draft.state.textless:
        draft.put(textless=())
        user_side.discard(draft, "", DiscardReason.NO_SPEECH)
    draft.put_live(live, pause=None, agent_ns=draft.now_ns)
    if live.drained:
        draft.put(phase=Phase.THINKING)
    draft.emit(ResumePlayback(live.epoch, reason))


def resume_if_settled(draft: Draft) -> None:
    """Open the gate once everybody is silent and has been understood."""
    if views.is_settled(draft.state):
        resume(draft, ResumeReason.UNDERSTOOD)


def interrupt(draft: Draft, reason: InterruptReason) -> None:
    """Cut the live output; what waited for the floor gets it."""
    live = draft.state.live
    if live is None:
        return
    draft.emit(InterruptOutput(live.epoch, live.played_ms, reason))
    for output in draft.state.queue:
        if reason in _DROP_ALL:
            drop(draft, output, _DROP_ALL[reason])
        elif not output.uninterruptible:
            drop(draft, output, DropReason.INTERRUPTED)
    draft.put(live=None, phase=Phase.IDLE)
    if reason not in _NOT_THE_USERS:
        _continue_with_next_turn(draft, live)
    if reason is InterruptReason.SPEECH and draft.state.capabilities.has_stt:
        draft.put(cut_by_speech=live.epoch)
    if reason is InterruptReason.STALLED:
        apologise(draft, live, reason.value)
    user_side.release(draft, None)


def end(draft: Draft, how: OutputEnd) -> None:
    """Take the floor from an output that is over."""
    live = draft.state.live
    if live is None:
        return
    how = how if live.failed is None else OutputEnd.FAILED
    draft.emit(OutputEnded(live.epoch, how))
    draft.put(live=None, phase=Phase.IDLE)
    if live.failed is not None:
        _continue_with_next_turn(draft, live)
        apologise(draft, live, live.failed)
    user_side.release(draft, draft.now_ns - to_ns(draft.config.interrupt.answer_window_s))


def _continue_with_next_turn(draft: Draft, live: Live) -> None:
    """Let memory join them if nothing of the reply was heard: for the user they are one."""
    if live.kind is OutputKind.TURN and live.heard_ns is None:
        draft.put(unheard=live.epoch)
        draft.put_turn(since_ns=live.turn.since_ns)
        if draft.state.turn.speech_end_ns is None:
            draft.put_turn(speech_end_ns=live.turn.speech_end_ns)


def apologise(draft: Draft, live: Live, reason: str) -> None:
    """Let an apology come first; none is due for what the user did not ask for."""
    if live.kind in _APOLOGISED_FOR:
        put_first(draft, Queued(OutputKind.APOLOGY, reason))
