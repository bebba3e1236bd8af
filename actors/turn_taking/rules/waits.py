"""How long after the end of speech the turn is taken as finished."""

from actors.turn_taking.config import EOUConfig, EOUMode, to_ns
from actors.turn_taking.inputs import EouVerdict
from actors.turn_taking.rules import views
from actors.turn_taking.state import State


def wait_ns(state: State) -> int:
    """Return the wait for the pending text as it now stands."""
    return to_ns(_wait_s(state))


def _wait_s(state: State) -> float:
    eou = state.config.eou
    if views.only_hesitations(state):
        return eou.hesitation_s
    if state.capabilities.stt_owns_end_of_turn:
        return 0.0 if state.stt_ended else eou.stt_owned_s
    if state.stt_ended:
        return eou.sure_s
    if not state.capabilities.has_turn_detector:
        return eou.wait_s
    if state.score is None or state.score[0] != state.revision:
        return eou.max_s
    score = state.score[1]
    return _after_verdict_s(eou, score) if isinstance(score, EouVerdict) else _after_s(eou, score)


def _after_verdict_s(eou: EOUConfig, verdict: EouVerdict) -> float:
    return {
        EouVerdict.COMPLETE: eou.sure_s,
        EouVerdict.INCOMPLETE: eou.incomplete_s,
        EouVerdict.BACKCHANNEL: eou.backchannel_s,
        EouVerdict.WAIT: eou.asked_to_wait_s,
    }[verdict]


def _after_s(eou: EOUConfig, probability: float) -> float:
    if probability >= eou.sure_p:
        return eou.sure_s
    if probability < eou.unlikely_p:
        return eou.incomplete_s
    if eou.mode is EOUMode.ADAPTIVE:
        return eou.min_s + (eou.max_s - eou.min_s) * (1 - probability)
    return eou.min_s if probability >= eou.likely_p else eou.max_s
