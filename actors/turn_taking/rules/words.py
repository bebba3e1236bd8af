"""What the STT hears: texts that grow, and texts that are finished."""

from dataclasses import replace

from actors.turn_taking.config import InterruptMode, to_ns
from actors.turn_taking.effects import DiscardReason, InterruptReason, OutputKind
from actors.turn_taking.inputs import Final, Interim, Preflight
from actors.turn_taking.reasons import PauseReason
from actors.turn_taking.rules import (
    corrections,
    floor,
    speculation,
    taking,
    texts,
    user_side,
    views,
)
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.rules.texts import TextClass, Words
from actors.turn_taking.state import Closed, Live, Open, Phase, Text


def grows(draft: Draft, given: Interim | Preflight) -> None:
    """Open the utterance, or let it read anew; it may pause or cut the agent."""
    words = texts.fold(given.text)
    if not words or user_side.find_closed(draft, given.who, given.utt) is not None:
        return
    user_side.note_text(draft, given.who)
    over_agent = _open(draft, given)
    live = draft.state.live
    if live is None:
        speculation.doubt(draft)
        if isinstance(given, Preflight):
            speculation.refresh(draft)
        return
    resume_ns = draft.now_ns + to_ns(draft.config.interrupt.resume_after_s)
    if views.is_interruptible(live) and not views.is_replayed(draft.state):
        _weigh_against_agent(draft, live, words, over_agent=over_agent)
    floor.delay_resume(draft, resume_ns)


def _open(draft: Draft, given: Interim | Preflight) -> bool:
    state = draft.state
    before = user_side.find_open(draft, given.who, given.utt)
    over_agent = state.phase is Phase.SPEAKING if before is None else before.over_agent
    since_ns = draft.now_ns if before is None else before.since_ns
    said = Open(given.who, given.utt, given.text, since_ns, draft.now_ns, over_agent)
    if before is None:
        opens = (*state.opens, said)
    else:
        opens = tuple(said if other is before else other for other in state.opens)
    draft.put(opens=opens, stt_ended=False)
    return over_agent


def _weigh_against_agent(draft: Draft, live: Live, words: Words, *, over_agent: bool) -> None:
    known = views.vocabulary(draft.state)
    thinking = draft.state.phase is Phase.THINKING
    if thinking and live.kind is OutputKind.TURN:
        if not texts.made_of(words, known.fillers):
            floor.pause(draft, PauseReason.WORDS)
        return
    config = draft.config.interrupt
    by_words = config.mode is not InterruptMode.VAD_ONLY
    weight = views.weigh(draft.state, words, over_agent=over_agent)
    if weight is TextClass.PHRASE and texts.could_grow_into(words, known.backchannels):
        if config.pause or thinking:
            floor.pause(draft, PauseReason.WORDS)
    elif weight in (TextClass.PHRASE, TextClass.STRONG):
        floor.interrupt(draft, InterruptReason.WORDS)
    elif weight is TextClass.WEAK and not thinking and config.pause and by_words:
        floor.pause(draft, PauseReason.WORDS)


def finished(draft: Draft, given: Final) -> None:
    """Take the utterance in, or correct it if its last Interim was taken already."""
    closed = user_side.find_closed(draft, given.who, given.utt)
    if closed is not None and not closed.by_interim:
        return
    spoken_ns = user_side.spoken_ns(draft)
    before = user_side.find_open(draft, given.who, given.utt)
    user_side.note_text(draft, given.who)
    _caught_up(draft)
    epoch = None if closed is None else closed.epoch
    user_side.close(draft, Closed(given.who, given.utt, given.text, by_interim=False, epoch=epoch))
    if not texts.fold(given.text):
        _unsay(draft, given.who, before)
    elif given.confidence is not None and given.confidence < draft.config.eou.min_confidence:
        user_side.discard(draft, given.text, DiscardReason.LOW_CONFIDENCE)
    elif closed is not None:
        corrections.correct(draft, closed, given.text, spoken_ns)
    else:
        over_agent = before is not None and before.over_agent
        said = Text(given.who, given.utt, given.text, spoken_ns, is_written=given.is_written)
        taking.take(draft, said, over_agent=over_agent)
    draft.put_turn(final_ns=draft.now_ns)
    resume_ns = draft.now_ns + to_ns(draft.config.interrupt.resume_after_s)
    floor.delay_resume(draft, resume_ns)
    floor.resume_if_settled(draft)


def _caught_up(draft: Draft) -> None:
    """Let the turn wait for the replaying STT no longer: its words are coming."""
    hold = draft.state.stt_hold
    if hold is not None:
        draft.put(stt_hold=replace(hold, suspends=False))


def _unsay(draft: Draft, who: str, before: Open | None) -> None:
    """Take back what the Interims seemed to say: it was speech without a text."""
    state = draft.state
    waits = state.live is None or state.live.pause is not None
    speaks = any(speaker.who == who for speaker in views.speaking(state))
    if before is not None and waits and not speaks:
        draft.put(textless=(*(other for other in state.textless if other != who), who))
