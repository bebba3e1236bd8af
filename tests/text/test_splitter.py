from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.text import SentenceSplitter, count_words, is_speakable, pieces

MS = 1_000_000
CLAUSE_WAIT = 300 * MS
WORD_WAIT = 1000 * MS

TEXTS = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            [
                "word",
                "Word",
                "3.14",
                "e.g.",
                "a.m.",
                "Mr.",
                "J.",
                "1.",
                "No.",
                "etc.",
                "end.",
                "why?",
                '"go!"',
                "so...",
                "one,",
                "–",
                "—",
                "—",
                '"',
                "(",
                " ",
                "  ",
                "\n",
                " \n",
                "今日は",
                "。",
                "、",
                "」",
                "example.com",
                "…",
                "🙂",
            ]
        ).flatmap(lambda word: st.sampled_from([word, word + " "])),
        max_size=60,
    ).map("".join),
)


def deltas(text: str, data: st.DataObject) -> list[str]:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=12)) | {0, len(text)})
    return [text[start:end] for start, end in pairwise(cuts)]


@given(TEXTS, st.integers(1, 20))
def test_nothing_is_lost_but_a_rest_without_anything_to_say(text: str, max_words: int) -> None:
    joined = "".join(pieces(text, max_words=max_words))
    assert text.startswith(joined)
    assert not is_speakable(text[len(joined) :])


@given(TEXTS, st.data())
def test_where_a_piece_ends_does_not_depend_on_how_the_text_was_cut(
    text: str, data: st.DataObject
) -> None:
    splitter = SentenceSplitter()
    got = [piece for delta in deltas(text, data) for piece in splitter.push(delta, 0)]
    assert got + splitter.finish() == pieces(text)


@given(TEXTS, st.integers(1, 20))
def test_every_piece_has_something_to_say_and_is_not_too_long(text: str, max_words: int) -> None:
    for piece in pieces(text, max_words=max_words):
        assert is_speakable(piece)
        assert count_words(piece) <= max_words


@given(TEXTS, st.data())
def test_pauses_of_the_model_lose_nothing_and_keep_the_bound(
    text: str, data: st.DataObject
) -> None:
    splitter = SentenceSplitter()
    got: list[str] = []
    at_ns = 0
    for delta in deltas(text, data):
        got += splitter.push(delta, at_ns)
        at_ns += data.draw(st.sampled_from([1, CLAUSE_WAIT, WORD_WAIT]))
        got += splitter.tick(at_ns)
    got += splitter.finish()
    assert text.startswith("".join(got))
    assert not is_speakable(text[len("".join(got)) :])
    assert all(is_speakable(piece) and count_words(piece) <= 18 for piece in got)


@given(TEXTS, st.data())
def test_ticking_when_due_comes_to_an_end(text: str, data: st.DataObject) -> None:
    splitter = SentenceSplitter()
    for delta in deltas(text, data):
        splitter.push(delta, 0)
    dues: list[int] = []
    while (due_ns := splitter.due_ns) is not None:
        splitter.tick(due_ns)
        dues.append(due_ns)
        assert len(dues) <= len(text) + 2


@pytest.mark.parametrize(
    "sentence",
    [
        "Pi is about 3.14 today.",
        "We serve fruit e.g. apples i.e. what grows here.",
        "It opens at 7.30 or at 10:30 a.m. on Sundays.",
        "Breakfast ends at 10 p.m. sharp.",
        "Mr. Smith met Dr. Who and Mrs. J. R. Miller.",
        "See www.example.com or example.org/a.b for more.",
        "The U.S. Army and the E.U. Commission agree.",
        "Well... maybe so.",
        "Room No. 5 on St. James St. is free.",
        '"Really?" he said.',
        "Tea, etc. is free.",
    ],
)
def test_a_full_stop_inside_a_sentence_ends_nothing(sentence: str) -> None:
    assert pieces(f"Yes. {sentence} Next one.") == ["Yes. ", f"{sentence} ", "Next one."]


@pytest.mark.parametrize(
    "text", ["Yes. It is 9 a.m. sharp now.", "Yes. See no. 5 there.", "Yes. So... maybe."]
)
def test_a_stop_waits_for_the_character_that_decides(text: str) -> None:
    splitter = SentenceSplitter()
    got = [piece for sign in text for piece in splitter.push(sign, 0)]
    assert got + splitter.finish() == ["Yes. ", text.removeprefix("Yes. ")]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("We close at 10 p.m. Come early.", ["We close at 10 p.m. ", "Come early."]),
        ("So am I. Good.", ["So am I. ", "Good."]),
        ("No. It is not.", ["No. ", "It is not."]),
        ("It was 2019. Then it rained.", ["It was 2019. ", "Then it rained."]),
        ("Well... Maybe.", ["Well... ", "Maybe."]),
        ("Menu\neggs\n\n1. Tea\n", ["Menu\n", "eggs\n", "\n1. Tea\n"]),
        (
            "今日は元気です。はい、「そうです。」次。",
            ["今日は元気です。", "はい、「そうです。」", "次。"],
        ),
        ("— “…” Fine.", ["— “…” Fine."]),
        ("— “…”", []),
    ],
)
def test_a_sentence_ends_where_a_reader_pauses(text: str, cut: list[str]) -> None:
    assert pieces(text) == cut


def test_the_first_clause_goes_out_while_the_model_still_writes() -> None:
    splitter = SentenceSplitter()
    assert splitter.push("Good evening, this is the front desk", 0) == []
    assert splitter.push(", how", 0) == ["Good evening, this is the front desk, "]


def test_later_clauses_wait_for_their_sentence() -> None:
    splitter = SentenceSplitter()
    assert splitter.push("Yes. We have a quiet room, with a view, ", 0) == ["Yes. "]
    assert splitter.push("and breakfast. ", 0) == [
        "We have a quiet room, with a view, and breakfast. "
    ]


def test_a_sentence_that_is_too_long_is_cut_at_its_last_clause() -> None:
    cut = [
        "Yes. ",
        "We have a quiet room with a view, ",
        "and it comes with breakfast and dinner every day of the week.",
    ]
    assert pieces("".join(cut), max_words=12) == cut


def test_a_clause_goes_out_when_the_model_falls_silent() -> None:
    splitter = SentenceSplitter()
    assert splitter.push("Well, let me", 5 * MS) == []
    assert splitter.due_ns == 5 * MS + CLAUSE_WAIT
    assert splitter.tick(5 * MS + CLAUSE_WAIT - 1) == []
    assert splitter.tick(5 * MS + CLAUSE_WAIT) == ["Well, "]
    assert splitter.due_ns == 5 * MS + WORD_WAIT
    assert splitter.tick(5 * MS + WORD_WAIT) == ["let "]
    assert splitter.due_ns is None
    assert splitter.push(" look.", 2000 * MS) + splitter.finish() == ["me look."]


def test_a_sentence_without_a_space_behind_it_goes_out_on_time() -> None:
    splitter = SentenceSplitter()
    assert splitter.push("One moment.", 0) == []
    assert splitter.tick(CLAUSE_WAIT) == ["One moment."]
    assert splitter.due_ns is None


@pytest.mark.parametrize("text", ["It costs 3.", "I saw Dr.", "half a wo"])
def test_a_silence_does_not_break_what_may_go_on(text: str) -> None:
    splitter = SentenceSplitter()
    splitter.push(text, 0)
    assert splitter.tick(CLAUSE_WAIT) == []


def test_a_silence_does_not_make_a_piece_too_long() -> None:
    splitter = SentenceSplitter(max_words=3)
    splitter.push("one two three four.", 0)
    assert splitter.tick(WORD_WAIT) == ["one two three "]
    assert splitter.finish() == ["four."]


def test_new_text_starts_the_wait_again() -> None:
    splitter = SentenceSplitter()
    splitter.push("Well, ", 0)
    splitter.push("let ", 200 * MS)
    assert splitter.due_ns == 200 * MS + CLAUSE_WAIT


def test_nothing_waits_without_anything_to_say() -> None:
    splitter = SentenceSplitter()
    splitter.push(" – “", 0)
    assert splitter.due_ns is None
    assert splitter.finish() == []


@pytest.mark.parametrize("option", ["max_words", "first_clause_words"])
def test_a_bound_is_at_least_one_word(option: str) -> None:
    with pytest.raises(ValueError, match=option):
        SentenceSplitter(**{option: 0})
