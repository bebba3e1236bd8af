"""What the Session is told of a recogniser's words: each of them once. Pure but for the hold."""

from typing import TypeAlias, assert_never

from actors.audio import CALLER_RATE_HZ
from actors.events import CallerFinal, CallerInterim, CallerTurnEnded
from actors.slots.handover import SeamKind
from actors.stt.hold import SttHold
from actors.stt.replay import Attempt
from actors.stt.texts import words
from actors.vendor import (
    SttConsumed,
    SttEvent,
    SttFinal,
    SttFlushed,
    SttInterim,
    SttPreflight,
    SttTurnEnded,
)

BEHIND = CALLER_RATE_HZ // 5
"""Who was not given so much yet cannot know that the caller's turn is over."""

Told: TypeAlias = CallerInterim | CallerFinal | CallerTurnEnded


def written(held: SttHold, attempt: Attempt, event: SttEvent) -> tuple[Told, ...]:
    """Take in what the present attempt heard and return what of it is new."""
    attempt.forget_join()
    match event:
        case SttInterim() | SttPreflight():
            return _interim(held, attempt, event)
        case SttFinal():
            return _final(held, attempt, event)
        case SttFlushed(mark):
            attempt.end_join(soon=not attempt.has_spoken)
            attempt.has_spoken = True
            attempt.past_mark = 0 if mark == attempt.past_mark else attempt.past_mark
            if held.answered(mark) and held.interim:  # all Finals came: it has come to nothing
                return (_closed(held, "", None),)
            return ()
        case SttTurnEnded():
            is_there = held.heard_to - attempt.next_at < BEHIND
            return (CallerTurnEnded(),) if is_there else ()
        case SttConsumed(through):
            attempt.consumed = through
            return ()
        case _:
            assert_never(event)


def _interim(held: SttHold, attempt: Attempt, event: SttInterim | SttPreflight) -> tuple[Told, ...]:
    place = attempt.place(event.span)
    is_overtaken = place is None and held.is_late(event.text, attempt)
    if is_overtaken or held.said.is_old(place, attempt.join):
        return ()
    held.last_final = None  # it has heard more
    joins = held.said.may_join(place)
    text = attempt.join.interim(event.text) if joins else event.text
    if text is None:
        return ()
    if not held.interim:
        held.open_since = attempt.next_at
    held.interim = text
    return (CallerInterim(held.utt, text, isinstance(event, SttPreflight)),)


def _final(held: SttHold, attempt: Attempt, event: SttFinal) -> tuple[Told, ...]:
    place = attempt.place(event.span)
    text: str | None = event.text
    again = (event.text, attempt.next_at)
    if event.text and place is None and held.last_final == again:
        return ()  # the recogniser says it twice, without having heard any more
    attempt.has_spoken = True
    if held.said.is_old(place, attempt.join):
        text = None
    elif held.said.may_join(place):
        attempt.join, text = attempt.join.final(event.text)
    if text != event.text:
        held.seam = SeamKind.DEDUPED
    if text is not None or attempt.can.interims:  # without them it may be what comes next
        held.last_final = again
    if text is None:
        return ()
    held.closed_with = (words(event.text), attempt.next_at)
    held.measure_lag(attempt)
    heard_to = attempt.has_heard()
    held.said = held.said.after_final(event.text, place, heard_to=heard_to, lag=held.lag)
    return (_closed(held, text, event.confidence),)


def _closed(held: SttHold, text: str, confidence: float | None) -> CallerFinal:
    final = CallerFinal(held.utt, text, confidence)
    held.utt += 1
    held.interim = ""
    return final
