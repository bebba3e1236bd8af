"""What happens when the Final reads otherwise than the Interim that was taken for it."""

from dataclasses import replace

from actors.turn_taking.effects import AmendTurn, DiscardReason
from actors.turn_taking.rules import taking, texts, user_side
from actors.turn_taking.rules.draft import Draft
from actors.turn_taking.state import Closed, Text


def correct(draft: Draft, closed: Closed, text: str, spoken_ns: int) -> None:
    """Take the rest if the text goes on; else put it where the Interim went."""
    rest = texts.rest_after(text, texts.fold(closed.text))
    if rest is None:
        _replace(draft, closed, text)
    elif user_side.has_words(rest):
        taking.take(draft, Text(closed.who, closed.utt, rest, spoken_ns), over_agent=False)


def _replace(draft: Draft, closed: Closed, text: str) -> None:
    state = draft.state
    if _is_among(closed, state.pending):
        pending = _reading_anew(closed, text, state.pending)
        draft.put(pending=pending, revision=state.revision + 1)
    elif _is_among(closed, tuple(kept for kept in state.kept if not kept.backchannel)):
        draft.put(kept=_reading_anew(closed, text, state.kept))
    elif closed.epoch is not None:
        draft.emit(AmendTurn(closed.epoch, closed.text, text))
    else:
        user_side.discard(draft, text, DiscardReason.CORRECTED)


def _is_among(closed: Closed, said: tuple[Text, ...]) -> bool:
    return any((text.who, text.utt) == (closed.who, closed.utt) for text in said)


def _reading_anew(closed: Closed, new: str, said: tuple[Text, ...]) -> tuple[Text, ...]:
    return tuple(replace(text, text=new) if _is_among(closed, (text,)) else text for text in said)
