"""What a text is, by its words alone."""

import pytest

from actors.turn_taking import EOUConfig, InterruptConfig, InterruptMode
from actors.turn_taking.rules import texts
from actors.turn_taking.rules.texts import TextClass

CONFIG = InterruptConfig()
KNOWN = texts.vocabulary(CONFIG, EOUConfig().hesitations)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Book a table!", "book a table"),
        ("Uh-huh…", "uh huh"),
        ("don't, DON’T", "dont dont"),
        ("ＯＫ", "ok"),  # noqa: RUF001 full width is the point
        ("Straße 7", "strasse 7"),
        ("हाँ जी", "हाँ जी"),
        ("?!", ""),
    ],
)
def test_only_the_words_of_a_text_count(text: str, words: str) -> None:
    assert texts.fold(text) == tuple(words.split())


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Stop.", TextClass.PHRASE),
        ("no, no, wait", TextClass.PHRASE),
        ("um well stop", TextClass.PHRASE),
        ("excuse me", TextClass.PHRASE),
        ("Uh-huh, yeah.", TextClass.BACKCHANNEL),
        ("no problem", TextClass.BACKCHANNEL),
        ("no problem, got it", TextClass.BACKCHANNEL),
        ("um", TextClass.BACKCHANNEL),
        ("no problem there", TextClass.STRONG),
        ("stop it", TextClass.STRONG),
        ("yes Monday", TextClass.STRONG),
        ("Monday", TextClass.WEAK),
        ("excuse", TextClass.WEAK),
    ],
)
def test_a_text_weighs_as_a_whole(text: str, weight: TextClass) -> None:
    assert texts.classify(texts.fold(text), CONFIG, KNOWN) is weight


def test_no_number_of_words_is_strong_when_only_the_vad_decides() -> None:
    config = InterruptConfig(mode=InterruptMode.VAD_ONLY)
    assert texts.classify(texts.fold("what about Monday"), config, KNOWN) is TextClass.WEAK


@pytest.mark.parametrize(
    ("text", "grows"),
    [("no", True), ("ok no", True), ("got", True), ("stop", False), ("no no", True), ("", False)],
)
def test_a_text_may_still_grow_into_a_backchannel(text: str, grows: bool) -> None:  # noqa: FBT001
    known = texts.entries(("no no no", "no problem", "ok", "got it"))
    assert texts.could_grow_into(texts.fold(text), known) is grows


@pytest.mark.parametrize(
    ("text", "echo"),
    [
        ("a table at seven", True),
        ("We have a table at seven", True),
        ("table at seven", False),
        ("a table at eight", False),
        ("a table at seven please", False),
    ],
)
def test_an_echo_is_a_run_of_what_the_agent_said(text: str, echo: bool) -> None:  # noqa: FBT001
    spoken = texts.fold("we have a table at seven on Monday")
    assert texts.is_echo(texts.fold(text), spoken, 4) is echo


@pytest.mark.parametrize(
    ("text", "beginning", "rest"),
    [
        ("Book a table for two.", "book a table", "for two."),
        ("book a table", "book a table", ""),
        ("book a cable", "book a table", None),
        ("book", "book a table", None),
        ("uh-huh yes", "uh", None),
        ("... yes", "", "... yes"),
    ],
)
def test_the_rest_of_a_text_keeps_its_spelling(text: str, beginning: str, rest: str | None) -> None:
    assert texts.rest_after(text, texts.fold(beginning)) == rest
