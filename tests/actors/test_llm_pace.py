"""A model is given time as long as the caller has something to hear, and no longer."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from actors.conversation import ToolCall
from actors.llm.pace import ALONE, PROMPT, THINKING, UNDERSTUDY_FIRST_S, Pace, speech_s
from actors.vendor import ChatEvent, ChatProgress, FailureKind, TextDelta, Usage

LONGEST_S = 60.0
CALL = ToolCall(call_id="c1", name="rooms", arguments="{}")

times = st.floats(0, LONGEST_S)
gaps = st.lists(st.floats(0, 3), max_size=8)
events = st.sampled_from(
    [TextDelta("Well"), TextDelta(" – "), TextDelta(""), CALL, Usage(1, 1), ChatProgress()]
)
paces = st.builds(Pace, st.just(0.0), is_alone=st.booleans(), is_thinking=st.booleans())
streams = st.lists(st.tuples(st.floats(0, 3), events | st.just(ChatProgress(is_thinking=True))))


def after(pace: Pace, stream: list[tuple[float, ChatEvent]]) -> tuple[Pace, float]:
    """Return the pace after these events, each so long after the one before."""
    now_s = pace.asked_s
    for gap_s, event in stream:
        now_s += gap_s
        pace = pace.after(event, now_s)
    return pace, now_s


@given(paces, streams, times)
def test_nothing_is_due_while_the_caller_has_something_to_hear(
    pace: Pace, stream: list[tuple[float, ChatEvent]], covered_s: float
) -> None:
    pace, _ = after(pace, stream)
    due_s, _ = pace.due(covered_until_s=covered_s)
    assert due_s >= covered_s - UNDERSTUDY_FIRST_S


@given(paces, streams, times, times)
def test_more_speech_that_was_not_heard_never_shortens_the_wait(
    pace: Pace, stream: list[tuple[float, ChatEvent]], one_s: float, other_s: float
) -> None:
    pace, _ = after(pace, stream)
    less, more = sorted((one_s, other_s))
    assert pace.due(covered_until_s=less)[0] <= pace.due(covered_until_s=more)[0]


@given(paces, streams, times)
def test_the_wait_is_bounded(
    pace: Pace, stream: list[tuple[float, ChatEvent]], covered_s: float
) -> None:
    pace, now_s = after(pace, stream)
    longest_s = max(THINKING.first_s, ALONE.first_s, PROMPT.first_s)
    due_s, _ = pace.due(covered_until_s=covered_s)
    assert due_s <= max(now_s + longest_s, covered_s - UNDERSTUDY_FIRST_S)


@given(paces, streams, st.floats(0, 3))
def test_a_word_after_words_never_shortens_the_wait(
    pace: Pace, stream: list[tuple[float, ChatEvent]], gap_s: float
) -> None:
    pace, now_s = after(pace, [*stream, (0.0, TextDelta("Well"))])
    later = pace.after(TextDelta(" then"), now_s + gap_s)
    assert pace.due(covered_until_s=0)[0] <= later.due(covered_until_s=0)[0]


@given(gaps)
def test_signs_of_work_alone_do_not_put_off_the_first_word_for_ever(gaps_s: list[float]) -> None:
    pace = Pace(0.0)
    for now_s in accumulate(gaps_s):
        if pace.due(covered_until_s=0)[0] < now_s:
            return  # it has failed by now
        pace = pace.after(ChatProgress(), now_s)
    assert pace.due(covered_until_s=0)[0] <= PROMPT.first_s


def test_who_has_said_nothing_is_late_and_who_has_begun_stalls() -> None:
    silent = Pace(10.0)
    assert silent.due(covered_until_s=0) == (12.5, FailureKind.LATE)
    assert silent.after(TextDelta("Well"), 11.0).due(covered_until_s=0) == (13.0, FailureKind.STALL)
    assert silent.after(ChatProgress(is_thinking=True), 11.0).due(covered_until_s=0)[0] == 20.0


@given(st.text(), st.text())
def test_a_longer_text_takes_longer(text: str, more: str) -> None:
    assert speech_s(text) <= speech_s(text + more)
