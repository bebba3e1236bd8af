"""Which words were heard."""

from hypothesis import given
from hypothesis import strategies as st

from actors.events import SpokenWord
from actors.vendor import WordTiming
from actors.word_map import estimated, from_timings, heard, unheard

WORDS = (SpokenWord("two", 0, 100), SpokenWord("nights", 100, 300), SpokenWord("please", 300, 400))


def test_a_word_counts_as_heard_once_its_middle_was_played() -> None:
    assert heard(WORDS, 199) == "two"
    assert heard(WORDS, 200) == "two nights"
    assert unheard(WORDS, 200) == "please"


def test_timings_are_moved_to_the_track_clock() -> None:
    placed = from_timings([WordTiming("hi", 100, 200)], start=1000, ratio=2.0)
    assert placed == (SpokenWord("hi", 1200, 1400),)


@given(st.lists(st.text("abc", min_size=1, max_size=9), max_size=20), st.integers(0, 100_000))
def test_estimated_words_cover_the_piece_in_order(words: list[str], samples: int) -> None:
    placed = estimated(" ".join(words), start=7, samples=samples)
    assert [word.word for word in placed] == words
    edges = [7, *(edge for word in placed for edge in (word.start, word.end))]
    assert edges == sorted(edges)
    assert not placed or placed[-1].end == 7 + samples
