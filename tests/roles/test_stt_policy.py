"""The pure part of a replay: where it begins, how fast it may go, and what of it is new."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from actors.frames import SpeechEnd, SpeechStart
from actors.stt.replay import (
    PACE_SLACK_S,
    SPEECH_LEAD,
    Attempt,
    Mark,
    answer_within_s,
    begins_at,
    silence_ends,
)
from actors.stt.texts import MOST_REPEATED, Join, Place, Said
from actors.stt_capabilities import SttCapabilities
from actors.vendor import SttSpan

FRAME = 320
PAUSE_S = 2.0
"""The turn waits so long for a text by itself."""

distinct = st.lists(st.integers(0, 10**6).map(str), min_size=1, max_size=12, unique=True)


def segments(words: list[str], cuts: list[int]) -> list[str]:
    """Cut the words into texts."""
    places = sorted({0, len(words), *(cut % (len(words) + 1) for cut in cuts)})
    return [" ".join(words[start:end]) for start, end in pairwise(places)]


@given(distinct, distinct, st.integers(1, MOST_REPEATED), st.lists(st.integers(0, 30), max_size=4))
def test_however_it_is_cut_what_is_said_again_is_left_out_and_nothing_else(
    said: list[str], new: list[str], overlap: int, cuts: list[int]
) -> None:
    new = [f"n{word}" for word in new]
    join = Join(tuple(said[-MOST_REPEATED:]))
    told: list[str] = []
    for text in segments(said[-overlap:] + new, cuts):
        join, fresh = join.final(text)
        told += (fresh or "").split()
    assert told == new


@given(
    st.lists(st.integers(1600, 8000), min_size=2, max_size=12),
    st.integers(1, 12),
    st.lists(st.integers(0, 30), max_size=5),
)
def test_with_places_every_word_is_told_once(
    lengths: list[int], told_by_first: int, cuts: list[int]
) -> None:
    starts = [sum(lengths[:number]) for number in range(len(lengths))]
    words = [
        (f"w{n}", s, s + size) for n, (s, size) in enumerate(zip(starts, lengths, strict=True))
    ]
    first = words[: told_by_first % len(words)]
    said, told = Said(), [word for word, _, _ in first]
    if first:
        place = Place(first[0][1], first[-1][2])
        said = said.after_final(" ".join(told), place, heard_to=None, lag=0)
    begin = begins_at(said, (), words[-1][2], open_since=0, has_vad=False)
    heard = [word for word in words if word[1] >= begin]
    join, by_name = Join(said.tail), {word[0]: word for word in words}
    for text in segments([word for word, _, _ in heard], cuts):
        names = text.split()
        place = Place(by_name[names[0]][1], by_name[names[-1]][2])
        if said.is_old(place, join):
            continue
        fresh: str | None = text
        if said.may_join(place):
            join, fresh = join.final(text)
        told += (fresh or "").split()
    assert told == [word for word, _, _ in words]


@given(st.lists(st.tuples(st.integers(2000, 40000), st.integers(4000, 40000)), max_size=5))
def test_skipped_silence_never_touches_marked_speech(speeches: list[tuple[int, int]]) -> None:
    marks: list[Mark] = []
    here = 0
    spoken: list[tuple[int, int]] = []
    for number, (silence, speech) in enumerate(speeches):
        start, end = here + silence, here + silence + speech
        marks += [
            Mark(2 * number + 1, start + 1280, SpeechStart(start)),
            Mark(2 * number + 2, end + 2560, SpeechEnd(end, number + 1)),
        ]
        spoken.append((start, end))
        here = end + 2560
    heard_to, at, given = here + 32000, 0, set[int]()
    while at < heard_to:
        at = silence_ends(at, marks, heard_to)
        given.add(at // FRAME)
        at += FRAME
    for start, end in spoken:
        assert set(range(start // FRAME, end // FRAME)) <= given


@given(st.lists(st.integers(0, 50), min_size=1, max_size=10), st.data())
def test_the_clock_of_a_stream_lies_on_the_callers_whatever_was_skipped(
    skips: list[int], data: st.DataObject
) -> None:
    attempt = Attempt(1, "one", SttCapabilities(), 0, 0, Join(), 0)
    room: list[int] = []
    for skip in skips:
        attempt.jump(attempt.next_at + skip * FRAME)
        room += range(attempt.next_at, attempt.next_at + FRAME)
        attempt.took(attempt.next_at, FRAME, 0.0)
    start = data.draw(st.integers(0, len(room) - 2))
    end = data.draw(st.integers(start + 1, len(room)))
    assert attempt.place(SttSpan(start, end)) == Place(room[start], room[end - 1] + 1)


@given(st.floats(1.0, 4.0), st.lists(st.floats(0.0, 0.1), min_size=1, max_size=200))
def test_the_pace_is_kept_however_unevenly_time_goes(rate: float, waits: list[float]) -> None:
    attempt = Attempt(1, "one", SttCapabilities(max_rate=rate), 0, 0, Join(), 0)
    now_s = 0.0
    for wait_s in waits:
        now_s += wait_s
        while attempt.may_take(now_s):
            attempt.took(attempt.next_at, FRAME, now_s)
        assert attempt.next_at / 16_000 <= rate * (now_s + PACE_SLACK_S) + 2 * FRAME / 16_000


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_replay_begins_before_the_speech_it_is_for_and_never_behind_the_stream(
    start: int, length: int, resume_at: int
) -> None:
    marks = (Mark(1, start + length, SpeechStart(start)),)
    begin = begins_at(
        Said(resume_at=resume_at), marks, start + length, open_since=None, has_vad=True
    )
    assert begin % FRAME == 0
    assert begin <= start + length
    assert begin <= max(resume_at, start - SPEECH_LEAD, 0)


@given(st.floats(0, 60))
def test_a_streaming_recogniser_is_left_before_the_turn_would_go_without_it(
    speech_s: float,
) -> None:
    assert answer_within_s(SttCapabilities(), speech_s=speech_s, backlog_s=0.0) == 1.0 < PAUSE_S
    batch = answer_within_s(SttCapabilities(batch=True), speech_s=speech_s, backlog_s=0.0)
    assert batch == max(1.5, speech_s / 2)
