"""Who is there, which keys they press, and what the recogniser says of its own state."""

from dataclasses import replace
from typing import assert_never

from actors.turn_taking.config import to_ns
from actors.turn_taking.effects import DiscardReason, DropReason, DtmfEntered, InterruptReason
from actors.turn_taking.inputs import (
    Dtmf,
    EarsChanged,
    EouScore,
    Joined,
    Left,
    SideInput,
    SttCapable,
    SttEnded,
    SttHeld,
    VadEnded,
)
from actors.turn_taking.reasons import CancelReason
from actors.turn_taking.rules import floor, speculation, speech, taking, user_side, views
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import Phase, SttHold, Text


def hear(draft: Draft, given: SideInput) -> None:
    """Take in what is neither speech nor text."""
    match given:
        case Dtmf():
            _pressed(draft, given)
        case Joined(who=who):
            user_side.note_sign(draft)
            if who not in draft.state.people:
                draft.put(people=(*draft.state.people, who))
        case Left(who=who):
            _left(draft, who)
        case SttEnded():
            draft.put(stt_ended=True)
        case SttCapable(interims=interims, owns_end_of_turn=owns):
            can = draft.state.capabilities
            can = replace(can, stt_interims=interims, stt_owns_end_of_turn=owns)
            draft.put(capabilities=can)
        case SttHeld():
            _held(draft, given)
        case EarsChanged():
            _parts_changed(draft, given)
        case EouScore(revision=revision, score=score):
            if revision == draft.state.revision and draft.state.pending:
                draft.put(score=(revision, score))
        case _:
            assert_never(given)


def _pressed(draft: Draft, given: Dtmf) -> None:
    user_side.note_sign(draft)
    live = draft.state.live
    speaks = draft.state.phase is Phase.SPEAKING
    if live is not None and speaks and views.is_interruptible(live):
        floor.interrupt(draft, InterruptReason.DTMF)
    if given.digit == draft.config.dtmf.terminator:
        enter_digits(draft)
    else:
        draft.put(digits=draft.state.digits + given.digit, digit_ns=draft.now_ns)
        draft.put(digit_who=given.who)


def enter_digits(draft: Draft) -> None:
    """Take the keys pressed so far as one entry; in the turn they count as spoken."""
    state = draft.state
    if not state.digits:
        return
    draft.put(digits="")
    draft.emit(DtmfEntered(state.digits))
    if not draft.config.dtmf.as_turn:
        return
    keys = Text(state.digit_who, -1, f"keys {state.digits}", draft.now_ns)
    draft.put_turn(final_ns=draft.now_ns)
    if state.live is None:
        user_side.pend(draft, keys)
    else:
        user_side.keep(draft, keys)


def _left(draft: Draft, who: str) -> None:
    state = draft.state
    draft.put(
        people=tuple(other for other in state.people if other != who),
        speakers=tuple(speaker for speaker in state.speakers if speaker.who != who),
        textless=tuple(other for other in state.textless if other != who),
    )
    if draft.state.people:
        taking.take_opens(draft, who)
        floor.resume_if_settled(draft)
        return
    floor.interrupt(draft, InterruptReason.LEFT)
    user_side.discard_all(draft, DiscardReason.LEFT)
    speculation.cancel(draft, CancelReason.LEFT)
    floor.drop_all(draft, DropReason.LEFT)
    draft.put(digits="", unheard=None, cut_by_speech=None)


def _parts_changed(draft: Draft, given: EarsChanged) -> None:
    """Bring to an end what the parts that are gone would have ended."""
    if not given.has_vad:
        for speaker in draft.state.speakers:
            speech_ms = (draft.now_ns - speaker.since_ns) // 1_000_000
            speech.ended(draft, VadEnded(speaker.who, speech_ms, 0))
    can = replace(
        draft.state.capabilities,
        has_vad=given.has_vad,
        has_stt=given.has_stt,
        has_turn_detector=given.has_turn_detector,
    )
    draft.put(capabilities=can)
    if not given.has_stt:
        taking.take_opens(draft)
        draft.put(textless=())
    floor.resume_if_settled(draft)


def _held(draft: Draft, given: SttHeld) -> None:
    """Let the turn wait for a replaying STT, though never for long."""
    if given.expect_by_ns <= draft.now_ns:
        draft.put(stt_hold=None)
        return
    before = draft.state.stt_hold
    goes_on = before is not None and before.until_ns > draft.now_ns
    since_ns = before.since_ns if before is not None and goes_on else draft.now_ns
    latest_ns = since_ns + to_ns(draft.config.eou.stt_held_max_s)
    until_ns = min(given.expect_by_ns, latest_ns)
    draft.put(stt_hold=SttHold(since_ns, given.through_ns, until_ns, suspends=True))
