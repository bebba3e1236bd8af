"""Which words were heard."""

import pytest
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
    placed = from_timings([WordTiming("hi", 100, 200)], "Hi!", start=1000, ratio=2.0, whole=True)
    assert placed == (SpokenWord("Hi!", 1200, 1400),)


def timed(*words: str) -> list[WordTiming]:
    return [WordTiming(word, 10 * at, 10 * at + 9) for at, word in enumerate(words)]


@pytest.mark.parametrize(
    ("text", "spoken", "written"),
    [
        ("Front desk, good evening.", ["Front", "desk", "good", "evening"], None),
        ("It is 3.14 or so.", ["It", "is", "3.14", ".14 ", ".14 ", "or", "so"], None),
        ("Yes (really) so", ["Yes", "really", "so"], None),
        ("No no no.", ["No", "no", "no"], None),
        (
            "It costs $5 today",
            ["It", "costs", "five", "dollars", "today"],
            ["It", "costs $5", "today"],
        ),
        ("rooms – and breakfast", ["rooms", "and", "breakfast"], ["rooms –", "and", "breakfast"]),
        ("7:30 p.m., isn't it?", ["7", "30", "p", "isn", "it"], None),
    ],
)
def test_words_are_kept_as_they_are_written(
    text: str, spoken: list[str], written: list[str] | None
) -> None:
    placed = from_timings(timed(*spoken), text, start=0, ratio=1.0, whole=True)
    assert [word.word for word in placed] == (written or text.split())
    assert heard(placed, 1_000) == text
    edges = [edge for word in placed for edge in (word.start, word.end)]
    assert edges == sorted(edges)


def test_of_a_piece_that_was_cut_only_the_timed_words_were_spoken() -> None:
    placed = from_timings(timed("Front", "desk"), "Front desk, good", start=0, ratio=1, whole=False)
    assert [word.word for word in placed] == ["Front", "desk,"]


@given(
    st.lists(st.text("ab.", min_size=1, max_size=4), max_size=9),
    st.lists(st.text("ab. ", max_size=4), max_size=9),
)
def test_a_voice_that_names_its_words_wildly_loses_none(text: list[str], spoken: list[str]) -> None:
    placed = from_timings(timed(*spoken), " ".join(text), start=0, ratio=1.0, whole=True)
    assert not any(word.strip() for word in spoken) or heard(placed, 1_000) == " ".join(text)


@given(st.lists(st.text("abc", min_size=1, max_size=9), max_size=20), st.integers(0, 100_000))
def test_estimated_words_cover_the_piece_in_order(words: list[str], samples: int) -> None:
    placed = estimated(" ".join(words), start=7, samples=samples)
    assert [word.word for word in placed] == words
    edges = [7, *(edge for word in placed for edge in (word.start, word.end))]
    assert edges == sorted(edges)
    assert not placed or placed[-1].end == 7 + samples
