"""What every step ends with: whatever follows from where the rules left the state."""

from dataclasses import replace

from actors.turn_taking.effects import OutputKind, ScoreTurn
from actors.turn_taking.reasons import CancelReason
from actors.turn_taking.rules import floor, speculation, views
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import Calm, Phase, Queued, State, Turn


def settle(draft: Draft, before: State) -> None:
    """Let the floor go to whom it now belongs, and keep the books."""
    if draft.state.phase is Phase.IDLE:
        _open_turn(draft)
        _judge(draft, before)
        _give_floor(draft)
    _rest(draft)


def _open_turn(draft: Draft) -> None:
    """Count the turn from its first sign; with nothing said there is none."""
    state = draft.state
    if views.is_user_side_empty(state):
        draft.put(turn=Turn(), speculations=0, unspeakable=None, stt_ended=False)
    elif state.turn.since_ns is None:
        signs = [speaker.since_ns for speaker in views.speaking(state)]
        signs += [said.since_ns for said in state.opens]
        draft.put_turn(since_ns=min((*signs, draft.now_ns)))


def _judge(draft: Draft, before: State) -> None:
    """Ask about a pending text that reads anew, and begin to answer it."""
    state = draft.state
    began = before.phase is Phase.STARTING
    if not views.turn_text(state):
        speculation.cancel(draft, CancelReason.TEXT)
    elif state.pending and (state.revision != before.revision or began):
        if state.capabilities.has_turn_detector:
            text = " ".join(said.text for said in state.pending)
            draft.emit(ScoreTurn(state.revision, text))
        speculation.refresh(draft)


def _give_floor(draft: Draft) -> None:
    if draft.state.digits or not views.is_user_side_empty(draft.state):
        return
    cut = draft.state.cut_by_speech
    if cut is not None:
        floor.put_first(draft, Queued(OutputKind.CONTINUE, continues=cut))
        draft.put(cut_by_speech=None)
    if draft.state.queue:
        floor.start_next(draft)


def _rest(draft: Draft) -> None:
    """Measure the quiet: since when, and how much of it since the user's last sign."""
    calm = draft.state.calm
    if views.is_quiet(draft.state):
        if calm.idle_since_ns is None:
            draft.put(calm=replace(calm, idle_since_ns=draft.now_ns, wakes=0))
    elif calm.idle_since_ns is not None:
        draft.put(calm=_disturbed(calm, draft.now_ns))


def _disturbed(calm: Calm, now_ns: int) -> Calm:
    since_ns = calm.idle_since_ns
    counts_from_ns = [at_ns for at_ns in (since_ns, calm.last_sign_ns) if at_ns is not None]
    spent_ns = calm.spent_ns + now_ns - max(counts_from_ns)
    return replace(calm, idle_since_ns=None, spent_ns=spent_ns)
