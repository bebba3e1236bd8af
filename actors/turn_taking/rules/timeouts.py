"""What happens when an alarm goes off."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from actors.turn_taking.config import InterruptMode
from actors.turn_taking.effects import CommitReason, DiscardReason, InterruptReason, WakeUp
from actors.turn_taking.reasons import PauseReason, ResumeReason
from actors.turn_taking.rules import floor, people, speech, taking, timers, turns, user_side, views
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import State
from actors.turn_taking.timer import TimerName

HELD_UP_NS = 1_000_000_000
"""An alarm that is so late shows that the whole process was held up."""


def go_off(draft: Draft, name: TimerName) -> None:
    """Carry out what this alarm is for."""
    RULES[name](draft)


def _turn(draft: Draft) -> None:
    state = draft.state
    lost = _is_lost(state)
    if state.live is not None:
        if state.opens:
            taking.take_opens(draft)
            floor.resume_if_settled(draft)
        else:
            reason = DiscardReason.STT_LOST if lost else DiscardReason.NO_SPEECH
            user_side.discard(draft, "", reason)
            draft.put(textless=())
    elif lost:
        turns.commit_or_discard(draft, CommitReason.STT_LOST, DiscardReason.STT_LOST)
    elif timers.waits_for_text(state):
        turns.commit_or_discard(draft, CommitReason.STT_SILENCE, DiscardReason.NO_SPEECH)
    else:
        turns.commit(draft, CommitReason.WAIT)
    if lost:
        draft.put(stt_hold=None)


def _is_lost(state: State) -> bool:
    """Tell whether it was the STT that the turn waited for last."""
    hold, due_ns = state.stt_hold, timers.natural_turn_ns(state)
    if hold is None or not hold.suspends or due_ns is None:
        return False
    return due_ns <= hold.until_ns


def _hold(draft: Draft) -> None:
    speech.disbelieve(draft)
    if draft.state.live is None:
        turns.commit(draft, CommitReason.VAD_STUCK)
        return
    taking.take_opens(draft)
    floor.resume(draft, ResumeReason.VAD_STUCK)


def _max_turn(draft: Draft) -> None:
    """Commit though the user may still speak: then nothing that is said cuts the reply."""
    draft.put_turn(since_ns=draft.now_ns)
    still_speaks = bool(views.speaking(draft.state))
    speech.disbelieve(draft)
    turns.commit_or_discard(
        draft, CommitReason.MAX_TURN, DiscardReason.NO_SPEECH, uninterruptible=still_speaks
    )


def _barge(draft: Draft) -> None:
    config, capabilities = draft.config.interrupt, draft.state.capabilities
    words_decide = config.mode is InterruptMode.HYBRID and capabilities.has_stt
    if words_decide and config.pause:
        floor.pause(draft, PauseReason.SPEECH)
    else:
        floor.interrupt(draft, InterruptReason.SPEECH)


def _decide(draft: Draft) -> None:
    live = draft.state.live
    if live is not None and views.speaking(draft.state) and views.is_interruptible(live):
        floor.interrupt(draft, InterruptReason.SPEECH)
    else:
        floor.resume(draft, ResumeReason.PAUSE_MAX)


def _resume(draft: Draft) -> None:
    floor.resume(draft, ResumeReason.SILENCE)


def _stall(draft: Draft) -> None:
    """Cut it, unless everything was held up: then nobody could report, and all get another time."""
    live = draft.state.live
    due_ns = timers.due_times(draft.state)[TimerName.STALL]
    if live is not None and draft.now_ns - due_ns > HELD_UP_NS:
        draft.put_live(live, agent_ns=draft.now_ns)
    else:
        floor.interrupt(draft, InterruptReason.STALLED)


def _wake(draft: Draft) -> None:
    calm = draft.state.calm
    draft.put(calm=replace(calm, wakes=calm.wakes + 1))
    draft.emit(WakeUp())


def _away(draft: Draft) -> None:
    draft.put(calm=replace(draft.state.calm, away=True))


RULES: Mapping[TimerName, Callable[[Draft], None]] = {
    TimerName.TURN: _turn,
    TimerName.HOLD: _hold,
    TimerName.MAX_TURN: _max_turn,
    TimerName.BARGE: _barge,
    TimerName.DECIDE: _decide,
    TimerName.RESUME: _resume,
    TimerName.STALL: _stall,
    TimerName.DTMF: people.enter_digits,
    TimerName.WAKE: _wake,
    TimerName.AWAY: _away,
}
