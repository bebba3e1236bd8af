"""Which alarms are set, and for when: a function of the state.

No rule sets an alarm; a step ends by setting and cancelling whatever came out differently.
So none can be forgotten.
"""

from collections.abc import Callable, Mapping

from actors.turn_taking.config import InterruptMode, to_ns
from actors.turn_taking.rules import views, waits
from actors.turn_taking.state import Phase, State
from actors.turn_taking.timer import TimerName


def due_times(state: State) -> dict[TimerName, int]:
    """Return every alarm that is armed and when it is due."""
    if state.phase in (Phase.STARTING, Phase.CLOSING):
        return {}
    due: dict[TimerName, int] = {}
    for name, rule in RULES.items():
        if (due_ns := rule(state)) is not None:
            due[name] = due_ns
    return due


def waits_for_text(state: State) -> bool:
    """Tell whether the turn waits for the STT rather than for the user."""
    return bool(state.opens or state.textless)


def natural_turn_ns(state: State) -> int | None:
    """Return when the user's side is over, an STT that replays not regarded."""
    turn = state.turn
    if waits_for_text(state):
        last_ns = _latest(turn.speech_end_ns, state.last_text_ns)
        return last_ns + to_ns(state.config.eou.stt_silence_s)
    if state.phase is not Phase.IDLE or not state.pending:
        return None
    if state.pending[-1].is_written:
        return _latest(turn.final_ns, turn.floor_ns)
    settle_ns, grace_ns = to_ns(state.config.eou.settle_s), to_ns(state.config.eou.noise_grace_s)
    base_ns = turn.final_ns if turn.speech_end_ns is None else turn.speech_end_ns
    due_ns = max(
        _latest(base_ns) + waits.wait_ns(state), _latest(turn.final_ns, turn.floor_ns) + settle_ns
    )
    return due_ns if turn.noise_end_ns is None else max(due_ns, turn.noise_end_ns + grace_ns)


def _latest(*instants: int | None) -> int:
    return max(at_ns for at_ns in instants if at_ns is not None)


def _turn(state: State) -> int | None:
    due_ns = None if views.speaking(state) else natural_turn_ns(state)
    hold = state.stt_hold
    if due_ns is None or hold is None or not hold.suspends:
        return due_ns
    return max(due_ns, hold.until_ns)


def _hold(state: State) -> int | None:
    speaking = views.speaking(state)
    mute = state.phase is Phase.THINKING and state.live is not None and state.live.pause is not None
    if not speaking or not (state.pending or state.opens or mute):
        return None
    eou = state.config.eou
    hold_s = eou.vad_hold_s if state.capabilities.stt_interims else eou.max_turn_s
    return _latest(state.last_text_ns, *(s.since_ns for s in speaking)) + to_ns(hold_s)


def _max_turn(state: State) -> int | None:
    if state.phase is not Phase.IDLE or views.is_user_side_empty(state):
        return None
    return _latest(state.turn.since_ns) + to_ns(state.config.eou.max_turn_s)


def _barge(state: State) -> int | None:
    live, speaking, config = state.live, views.speaking(state), state.config.interrupt
    if live is None or live.pause is not None or not views.is_interruptible(live):
        return None
    if state.phase is not Phase.SPEAKING or config.mode is InterruptMode.STT_ONLY or not speaking:
        return None
    return min(speaker.since_ns for speaker in speaking) + to_ns(config.min_duration_s)


def _decide(state: State) -> int | None:
    if state.live is None or state.live.pause is None or state.phase is not Phase.SPEAKING:
        return None
    return state.live.pause.at_ns + to_ns(state.config.interrupt.pause_max_s)


def _resume(state: State) -> int | None:
    if state.live is None or state.live.pause is None or views.speaking(state) or state.opens:
        return None
    pause = state.live.pause
    if pause.resume_ns is not None:
        return pause.resume_ns
    return pause.at_ns + to_ns(state.config.interrupt.resume_after_s)


def _stall(state: State) -> int | None:
    if state.live is None or state.live.pause is not None:
        return None
    speaks = state.phase is Phase.SPEAKING
    stall_s = state.config.stall_speaking_s if speaks else state.config.stall_thinking_s
    return max(state.live.agent_ns, state.live.tools_until_ns) + to_ns(stall_s)


def _dtmf(state: State) -> int | None:
    return state.digit_ns + to_ns(state.config.dtmf.gap_s) if state.digits else None


def _wake(state: State) -> int | None:
    calm, wake_up_s = state.calm, state.config.wake_up_s
    if calm.idle_since_ns is None or wake_up_s is None:
        return None
    return calm.idle_since_ns + to_ns(wake_up_s) * (calm.wakes + 1)


def _away(state: State) -> int | None:
    calm, away_s = state.calm, state.config.away_s
    if calm.idle_since_ns is None or away_s is None or calm.away:
        return None
    return _latest(calm.idle_since_ns, calm.last_sign_ns) + to_ns(away_s) - calm.spent_ns


RULES: Mapping[TimerName, Callable[[State], int | None]] = {
    TimerName.TURN: _turn,
    TimerName.HOLD: _hold,
    TimerName.MAX_TURN: _max_turn,
    TimerName.BARGE: _barge,
    TimerName.DECIDE: _decide,
    TimerName.RESUME: _resume,
    TimerName.STALL: _stall,
    TimerName.DTMF: _dtmf,
    TimerName.WAKE: _wake,
    TimerName.AWAY: _away,
}
