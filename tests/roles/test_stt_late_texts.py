"""A text that its own Final overtook on the way is no news; the caller's next words are."""

from actors.audio import CALLER_FRAME_SAMPLES
from actors.events import CallerFinal, CallerInterim
from actors.slots.cast import Cast
from actors.stt.hold import OVERTAKEN_WITHIN, SttHold
from actors.stt.replay import Attempt
from actors.stt.scribe import written
from actors.stt_capabilities import SttCapabilities
from actors.vendor import SttFinal, SttFlushed, SttInterim


def listening() -> tuple[SttHold, Attempt]:
    hold = SttHold(Cast.of(("ears",)))
    return hold, hold.open_attempt("ears", SttCapabilities(), has_vad=True)


def takes(attempt: Attempt, samples: int) -> None:
    for at in range(attempt.next_at, attempt.next_at + samples, CALLER_FRAME_SAMPLES):
        attempt.took(at, CALLER_FRAME_SAMPLES, 0.0)


def test_an_interim_behind_its_own_final_is_not_told() -> None:
    hold, ears = listening()
    assert written(hold, ears, SttFinal("two nights please")) == (
        CallerFinal(0, "two nights please", None),
    )
    for late in ("two", "Two nights,", "two nights please"):
        assert written(hold, ears, SttInterim(late)) == ()
    assert hold.interim == ""


def test_words_that_the_final_did_not_say_are_told_at_once() -> None:
    hold, ears = listening()
    written(hold, ears, SttFinal("two nights"))
    assert written(hold, ears, SttInterim("nights")) == (CallerInterim(1, "nights"),)


def test_the_same_words_a_while_later_are_said_again() -> None:
    hold, ears = listening()
    written(hold, ears, SttFinal("yes"))
    takes(ears, OVERTAKEN_WITHIN)
    assert written(hold, ears, SttInterim("yes")) == (CallerInterim(1, "yes"),)


def test_a_final_that_says_the_same_at_once_is_told_where_more_was_heard() -> None:
    hold, ears = listening()
    written(hold, ears, SttFinal("yes"))
    takes(ears, CALLER_FRAME_SAMPLES)
    assert written(hold, ears, SttInterim("yes")) == ()
    assert written(hold, ears, SttFinal("yes")) == (CallerFinal(1, "yes", None),)


def test_a_successor_that_says_twice_what_was_said_before_it_is_told_never() -> None:
    hold, ears = listening()
    written(hold, ears, SttFinal("two nights please"))
    successor = hold.open_attempt("understudy", SttCapabilities(), has_vad=True)
    takes(successor, CALLER_FRAME_SAMPLES)
    for _ in range(2):
        assert written(hold, successor, SttFinal("two nights please")) == ()


def test_a_long_speech_that_is_heard_again_from_its_beginning_is_told_once() -> None:
    text = "we would like a quiet room for two nights with a view of the sea"
    hold, ears = listening()
    ears.behind_to = ears.next_at + 16_000  # it hears in a hurry what another one left
    written(hold, ears, SttFinal(text))
    successor = hold.open_attempt("understudy", SttCapabilities(), has_vad=True)
    takes(successor, CALLER_FRAME_SAMPLES)
    assert written(hold, successor, SttFinal(text)) == ()
    assert written(hold, successor, SttFinal("please")) == (CallerFinal(1, "please", None),)


def test_a_successor_may_answer_the_mark_before_it_says_again_what_was_said() -> None:
    hold, ears = listening()
    written(hold, ears, SttFinal("two nights please"))
    successor = hold.open_attempt("understudy", SttCapabilities(), has_vad=True)
    written(hold, successor, SttFlushed(1))
    assert written(hold, successor, SttFinal("two nights please")) == ()


def test_words_that_come_a_while_after_an_answered_mark_are_new() -> None:
    hold, ears = listening()
    written(hold, ears, SttFinal("yes"))
    successor = hold.open_attempt("understudy", SttCapabilities(), has_vad=True)
    written(hold, successor, SttFlushed(1))
    takes(successor, OVERTAKEN_WITHIN)
    assert written(hold, successor, SttFinal("yes")) == (CallerFinal(1, "yes", None),)
