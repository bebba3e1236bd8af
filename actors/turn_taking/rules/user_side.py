"""What the rules do to the user's side: take a text in, keep it, give it up."""

from dataclasses import replace

from actors.turn_taking.effects import DiscardReason, TurnDiscarded
from actors.turn_taking.rules import texts
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import Closed, Open, Text

_REMEMBERED = 64
"""Utterances that a late or repeated Final may still refer to."""


def note_sign(draft: Draft) -> None:
    """Remember that the user is there."""
    calm = draft.state.calm
    draft.put(calm=replace(calm, last_sign_ns=draft.now_ns, spent_ns=0, away=False))


def note_text(draft: Draft, who: str) -> None:
    """Remember that a text of this speaker came."""
    note_sign(draft)
    state = draft.state
    draft.put(
        last_text_ns=draft.now_ns,
        textless=tuple(other for other in state.textless if other != who),
        speakers=tuple(
            replace(speaker, texted=True) if speaker.who == who and not speaker.texted else speaker
            for speaker in state.speakers
        ),
    )


def find_open(draft: Draft, who: str, utt: int) -> Open | None:
    """Return the utterance if it has Interims and no Final."""
    found = (said for said in draft.state.opens if (said.who, said.utt) == (who, utt))
    return next(found, None)


def find_closed(draft: Draft, who: str, utt: int) -> Closed | None:
    """Return the utterance if it was taken already."""
    state = draft.state
    for closed in state.closed:
        if (closed.who, closed.utt) == (who, utt):
            return closed
    if any(who == other and utt <= through for other, through in state.forgotten):
        return Closed(who, utt, "", by_interim=False)
    return None


def close(draft: Draft, closed: Closed) -> None:
    """Take an utterance: its Interims no longer count."""
    state = draft.state
    key = (closed.who, closed.utt)
    draft.put(
        opens=tuple(said for said in state.opens if (said.who, said.utt) != key),
        closed=(*(c for c in state.closed if (c.who, c.utt) != key), closed),
    )
    _forget_oldest(draft)


def _forget_oldest(draft: Draft) -> None:
    oldest, *recent = draft.state.closed
    if len(recent) < _REMEMBERED:
        return
    through = dict(draft.state.forgotten)
    through[oldest.who] = max(oldest.utt, through.get(oldest.who, oldest.utt))
    draft.put(closed=tuple(recent), forgotten=tuple(through.items()))


def spoken_ns(draft: Draft) -> int:
    """Return when the text that comes now was spoken, as well as it can be known."""
    turn = draft.state.turn
    if turn.speech_end_ns is None:
        return draft.now_ns
    is_older = turn.final_ns is not None and turn.speech_end_ns < turn.final_ns
    return draft.now_ns if is_older else turn.speech_end_ns


def pend(draft: Draft, *said: Text) -> None:
    """Add to the turn in the making."""
    added = tuple(replace(text, backchannel=False) for text in said)
    draft.put(pending=(*draft.state.pending, *added), revision=draft.state.revision + 1)


def keep(draft: Draft, text: Text) -> None:
    """Let it wait for the floor."""
    draft.put(kept=(*draft.state.kept, text))


def discard(draft: Draft, text: str, reason: DiscardReason) -> None:
    """Say that this is in no turn."""
    draft.emit(TurnDiscarded(text, reason))


def discard_all(draft: Draft, reason: DiscardReason) -> None:
    """Give up everything that was said."""
    state = draft.state
    for said in (*state.pending, *state.kept, *state.opens):
        discard(draft, said.text, reason)
    for said in state.opens:
        close(draft, Closed(said.who, said.utt, said.text, by_interim=True))
    draft.put(pending=(), kept=(), textless=(), speakers=(), revision=state.revision + 1)


def release(draft: Draft, answers_since_ns: int | None) -> None:
    """Give the floor to what waited for it.

    Backchannels spoken since then answer the agent; all others, or with None all, meant nothing.
    """
    kept = draft.state.kept
    draft.put(kept=())
    answers = [text for text in kept if not text.backchannel or _answers(text, answers_since_ns)]
    for text in kept:
        if text not in answers:
            discard(draft, text.text, DiscardReason.BACKCHANNEL)
    if answers:
        pend(draft, *answers)
        draft.put_turn(floor_ns=draft.now_ns)


def _answers(text: Text, since_ns: int | None) -> bool:
    return since_ns is not None and text.spoken_ns >= since_ns


def mark_committed(draft: Draft, said: tuple[Text, ...] | tuple[Open, ...], epoch: int) -> None:
    """Remember in which turn these utterances are."""
    keys = {(text.who, text.utt) for text in said}
    draft.put(
        closed=tuple(
            replace(closed, epoch=epoch) if (closed.who, closed.utt) in keys else closed
            for closed in draft.state.closed
        )
    )


def has_words(text: str) -> bool:
    """Tell whether there is anything but punctuation."""
    return bool(texts.fold(text))
