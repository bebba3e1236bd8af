"""What a second model repeats of a reply is left out, and nothing else is."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.llm.join_filter import JoinFilter
from actors.slots.handover import SeamKind

LEAST_WORDS = 3
"""What is shorter is equal by chance."""
LONGEST_PREFACE = 6

PREFACES = [["continuing"], ["to", "continue"]]

few_words = st.sampled_from(
    ["we", "have", "No", "three", "42", "rooms", "it's", "a.m", "Dr", "部屋"]
)
marks = st.sampled_from(["", "", "", ",", ".", "!", "...", " –", '."', "?\n"])
tokens = st.lists(st.tuples(few_words, marks).map("".join), max_size=14)
prefaces = st.sampled_from([[], [], ["Continuing:"], ["To", "continue –"], ["...", "to"]])
cuts = st.lists(st.integers(0, 200), max_size=6)
sentences = st.integers(1, 7)
"""How many words a sentence has."""


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a reply so far, and a text that may repeat some of it, well or badly."""
    before = draw(tokens)
    start, end = sorted((draw(st.integers(0, len(before))), draw(st.integers(0, len(before)))))
    if draw(st.booleans()):
        end = len(before)
    again = before[start:end]
    if again and draw(st.booleans()):
        again[draw(st.integers(0, len(again) - 1))] = draw(few_words) + draw(marks)
    return " ".join(before), " ".join([*draw(prefaces), *again, *draw(tokens)])


def joined(before: str, text: str, places: list[int] | None = None) -> tuple[str, JoinFilter]:
    """Let a text stream into the filter, cut at those places; return what came out."""
    places = sorted({0, len(text), *(place % (len(text) + 1) for place in places or ())})
    join = JoinFilter(before)
    out = "".join(join.push(text[start:end]) for start, end in pairwise(places))
    return out + join.finish(), join


def keys(text: str) -> list[str]:
    """Return the words as letters and digits."""
    bare = (re.sub(r"\W", "", word) for word in text.casefold().split())
    return list(filter(None, bare))


def spoken(lengths: list[int]) -> str:
    """Return sentences of so many words each, no word twice."""
    numbers = iter(range(sum(lengths)))
    return " ".join(
        " ".join(f"w{next(numbers)}" for _ in range(length)).capitalize() + "."
        for length in lengths
    )


def ends_of_sentences(words: list[str]) -> set[int]:
    """Return before which words a sentence may begin."""
    return {0} | {at + 1 for at, word in enumerate(words) if re.search(r"[.!?…]\W*\Z", word)}


@given(pairs(), cuts)
def test_how_the_text_is_cut_into_deltas_never_matters(
    pair: tuple[str, str], places: list[int]
) -> None:
    before, text = pair
    whole, at_once = joined(before, text)
    cut, bit_by_bit = joined(before, text, places)
    assert cut == whole
    assert bit_by_bit.seam is at_once.seam
    assert bit_by_bit.words_repeated == at_once.words_repeated


@given(pairs(), cuts)
def test_only_a_repetition_is_left_out(pair: tuple[str, str], places: list[int]) -> None:
    before, text = pair
    out, join = joined(before, text, places)
    said, new, rest = keys(before), keys(text), keys(out)
    assert new[len(new) - len(rest) :] == rest, "what goes on is never changed"
    gone = new[: len(new) - len(rest)]
    for preface in PREFACES:
        gone = gone[len(preface) :] if gone[: len(preface)] == preface else gone
    if not gone:
        return
    assert join.seam is SeamKind.DEDUPED
    assert len(gone) >= LEAST_WORDS
    starts = [at for at in range(len(said)) if said[at : at + len(gone)] == gone]
    borders = ends_of_sentences([word for word in before.split() if keys(word)])
    assert any(at + len(gone) == len(said) or {at, at + len(gone)} <= borders for at in starts), (
        "whole sentences, or the end of what was said"
    )


@given(st.lists(sentences, min_size=1, max_size=5), st.data())
def test_a_model_that_knows_the_answer_goes_on_exactly_whatever_it_repeats(
    lengths: list[int], data: st.DataObject
) -> None:
    words = spoken(lengths).split()
    said = data.draw(st.integers(1, len(words)))
    fresh = data.draw(st.one_of(st.just(0), st.integers(LEAST_WORDS, max(LEAST_WORDS, said))))
    repeated = min(fresh, said) if said >= LEAST_WORDS else 0
    text = " ".join(words[said - repeated :])
    out, join = joined(" ".join(words[:said]), text, data.draw(cuts))
    assert words[:said] + out.split() == words
    assert join.words_repeated == 0


@given(pairs())
def test_it_holds_back_no_more_words_than_were_said(pair: tuple[str, str]) -> None:
    before, text = pair
    join, held = JoinFilter(before), 0
    for word in re.findall(r"\s*\S+", text):
        if join.seam is None:
            join.push(word)
            held += len(keys(word))
    assert held <= len(keys(before)) + LONGEST_PREFACE + 2


@pytest.mark.parametrize(
    ("before", "text", "out"),
    [
        ("We have three rooms. No.", "No. Breakfast is extra.", "No. Breakfast is extra."),
        ("It is at seven. Or later", "Or later, if you like.", "Or later, if you like."),
        ("We have three rooms free", "three rooms free. Two of them", "Two of them"),
        ("We have three rooms,", "Continuing: two of them", "two of them"),
        ("We have three rooms,", "...two of them", "two of them"),
        ("We have two. They are quiet.", "We have two. They are warm.", "They are warm."),
        ("We have three rooms free", "We have three rooms left.", "We have three rooms left."),
        ("我们有三个房间。两个", "我们有三个房间。两个有景观。", "有景观。"),
    ],
)
def test_the_worst_cases(before: str, text: str, out: str) -> None:
    assert joined(before, text)[0] == out


def test_words_that_pass_though_they_were_said_are_counted() -> None:
    assert joined("We have three rooms free", "We have three rooms left.")[1].words_repeated == 4
