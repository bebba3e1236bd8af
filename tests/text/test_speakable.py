import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.text import ENGLISH, Money, SpeakableFilter, TextFilter, count_words, is_speakable


def spoken(text: str) -> str:
    speakable = SpeakableFilter()
    return speakable.push(text) + speakable.flush()


WRITTEN = st.lists(
    st.sampled_from(
        [
            *"*_`#-+>|<[]()!&$%:/.,\n \n 12mé—。今",
            "**bold** ",
            "[menu](https://example.com/a 'b') ",
            '<a href="x y">',
            "```py\n",
            "$12.50 ",
            "$5 million ",
            "5 km ",
            "| a | b |\n",
            "1. ",
            "3.5%",
            "👨‍👩‍👧",
            "word ",
        ]
    ),
    max_size=30,
).map("".join)


@given(st.one_of(WRITTEN, st.text()), st.data())
def test_what_is_spoken_does_not_depend_on_how_the_text_was_cut(
    text: str, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)) | {0, len(text)})
    speakable = SpeakableFilter()
    deltas = [text[start:end] for start, end in pairwise(cuts)]
    assert "".join(map(speakable.push, deltas)) + speakable.flush() == spoken(text)


@given(st.lists(st.from_regex(r"[a-zA-Z]{1,12}[,.?!]?", fullmatch=True), min_size=1))
def test_plain_words_pass_as_they_are(words: list[str]) -> None:
    text = " ".join(word for word in words if word not in ENGLISH.abbreviations)
    assert spoken(text) == text


@given(st.lists(st.from_regex(r"[a-z]{3,9}[.]?", fullmatch=True), min_size=3))
def test_at_most_the_last_word_is_waited_for(words: list[str]) -> None:
    words = [word for word in words if word not in ENGLISH.abbreviations]
    speakable = SpeakableFilter()
    heard = speakable.push(" ".join(words))
    assert heard.split() == words[:-1]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("**Hello**, _you_ and ~~me~~", "Hello, you and me"),
        ("# Menu\n\n- eggs\n* tea\n", "Menu\neggs\ntea\n"),
        ("1. First\n2) Second\n", "1, First\n2, Second\n"),
        ("> quoted", "quoted"),
        ("- [x] done\n- [ ] open", "done\nopen"),
        ("above\n\n---\n\nbelow", "above\nbelow"),
        ("use `snake_case`", "use snake case"),
        ("```python\nrun it\n```\nthen wait", "run it\nthen wait"),
        ("| a | b c |\n|---|:-:|\n| d | e |", "a, b c\nd, e"),
        ("see [our menu](https://example.com/x).", "see our menu."),
        ('see [our menu](https://example.com "the title")!', "see our menu!"),
        ("![a cat](cat.png)", "a cat"),
        ("as said[1] before [2]", "as said before "),
        (r"a \*star\*", "a star"),
        ('<b>bold</b> <br /> <a href="http://x y">link</a>', "bold link"),
        ("eggs &amp; ham", "eggs and ham"),
        ("a <b and c", "a <b and c"),
    ],
)
def test_marks_are_not_said(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Great 😀!", "Great !"),
        ("Great😀!", "Great!"),
        ("so 👨‍👩‍👧 many 👍🏽 🇩🇪 here", "so many here"),
        ("press 1️⃣", "press 1"),
        ("bye :)", "bye "),
        ("क्‍ष", "क्‍ष"),
    ],
)
def test_pictures_are_not_said_but_joined_letters_stay(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("$12.50", "12 dollars 50"),
        ("$12.05.", "12 dollars 5 cents."),
        ("$0.50", "50 cents"),
        ("$1 and £1.00", "1 dollar and 1 pound"),
        ("50€, 12,50 € or ¥900", "50 euros, 12 euros 50 or 900 yen"),
        (
            "$5 million, $1.5M, -$20k",
            "5 million dollars, 1.5 million dollars, minus 20 thousand dollars",
        ),
        ("$5 more", "5 dollars more"),
        ("$3/night", "3 dollars per night"),
        ("$5-10", "5 to 10 dollars"),
    ],
)
def test_money_is_said(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1,000 or 1,234,567.89", "1000 or 1234567.89"),
        ("3.5% or 7 %", "3.5 percent or 7 percent"),
        ("10-12 rooms, 10–12%", "10 to 12 rooms, 10 to 12 percent"),
        ("2019-2023, 9am-5pm, 10:30-11:00", "2019 to 2023, 9am to 5pm, 10:30 to 11:00"),
        ("2026-11-23", "2026-11-23"),
        ("article 12345-678", "article 12345-678"),
        ("it is 5 \nand then", "it is 5\nand then"),
        ("call 555-1234", "call 5 5 5, 1 2 3 4"),
        ("24/7, 1/2, 8/10", "24 7, one half, 8 out of 10"),
        ("5 km, 1 km, 100km/h", "5 kilometres, 1 kilometre, 100 kilometres per hour"),
        ("-5°C and 20 °C", "minus 5 degrees Celsius and 20 degrees Celsius"),
        ("the 1990s at 7.30", "the 1990s at 7.30"),
        ("#1, ~10, <5", "number 1, about 10, less than 5"),
        ("2*3 and 5 * 3", "2 times 3 and 5 times 3"),
        ("1st 2nd 3.14", "1st 2nd 3.14"),
    ],
)
def test_numbers_and_units_are_said(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("https://www.my-hotel.com/rooms?id=3.", "my dash hotel dot com."),
        ("**https://example.com/a_b**", "example dot com"),
        ("<https://example.com>", "example dot com"),
        ("go to example.com, now", "go to example dot com, now"),
        ("http://127.0.0.1:8000/x", "a link"),
        ("info@example.com", "info at example dot com"),
        ("Q&A at AT&T", "Q and A at AT and T"),
        ("he/she, TCP/IP and/or", "he or she, TCP IP and or"),
        ("(e.g. tea, i.e. that vs. this)", "(for example tea, that is that versus this)"),
        ("this.It lacks a space", "this.It lacks a space"),
        ("word - word -- word", "word – word – word"),
    ],
)
def test_addresses_and_signs_are_said(written: str, said: str) -> None:
    assert spoken(written) == said


def test_an_amount_waits_for_one_word_only() -> None:
    speakable = SpeakableFilter()
    assert speakable.push("It is $5 ") == "It is "
    assert speakable.push("million ") == "5 million dollars "


def test_a_word_that_never_ends_is_not_waited_for() -> None:
    speakable = SpeakableFilter()
    assert len(speakable.push("a" * 5000)) >= 4000


def test_a_language_is_a_table() -> None:
    german = dataclasses.replace(ENGLISH, percent="Prozent", money={"€": Money("Euro", "Euro")})
    speakable = SpeakableFilter(german)
    assert speakable.push("5% von 3€") + speakable.flush() == "5 Prozent von 3 Euro"


def test_another_filter_takes_its_place() -> None:
    class Shouting:
        def push(self, delta: str) -> str:
            return delta.upper()

        def flush(self) -> str:
            return ""

    other: TextFilter = Shouting()
    assert other.push("hello") == "HELLO"


def test_a_word_needs_a_letter_or_a_digit() -> None:
    assert count_words("well – 3 rooms, “…”") == 3
    assert count_words("今日は元気です。") == 4
    assert not is_speakable("– … \n")
