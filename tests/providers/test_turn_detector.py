"""HeuristicTurnDetector: how finished a sentence looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.conversation import Message
from actors.vendor import TurnScore, TurnState, TurnText
from providers import HeuristicTurnDetector
from providers.turn_heuristics import judge
from tests.providers.fake_services import FakeServices


@pytest.mark.parametrize(
    "text",
    [
        "what time is breakfast",
        "I would like to book a table for tomorrow.",
        "yes please",
        "Thank you!",
        "goodbye",
    ],
)
def test_a_full_phrase_is_complete(text: str) -> None:
    assert judge(text).state is TurnState.COMPLETE


@pytest.mark.parametrize(
    "text",
    [
        "I would like",
        "I would like to",
        "how many rooms are free for",
        "book a table and",
        "it is because",
        "on Monday, um",
        "um",
        "well so",
        "I want a room with the",
        "first,",
        "I was thinking...",
        "",
    ],
)
def test_a_sentence_that_hangs_in_the_air_is_incomplete(text: str) -> None:
    assert judge(text).state is TurnState.INCOMPLETE


@pytest.mark.parametrize("text", ["hold on", "um let me think", "Just a second!", "please wait"])
def test_who_asks_for_time_gets_it(text: str) -> None:
    assert judge(text).state is TurnState.WAIT


@pytest.mark.parametrize("text", ["yeah", "Uh-huh.", "I see", "mm hmm"])
def test_a_listening_noise_is_a_backchannel(text: str) -> None:
    assert judge(text).state is TurnState.BACKCHANNEL


@pytest.mark.parametrize("text", ["yes", "okay", "three", "Saturday"])
def test_a_word_that_answers_a_question_is_complete(text: str) -> None:
    assert judge(text, asked="For how many nights?").state is TurnState.COMPLETE


@pytest.mark.parametrize("text", ["a table for two", "my number is five five five", "42"])
def test_after_a_number_more_may_follow(text: str) -> None:
    assert judge(text) == TurnScore(probability=0.5)


def test_a_dictated_number_may_go_on_even_as_an_answer() -> None:
    assert judge("five five five", asked="What is your number?") == TurnScore(probability=0.5)


@pytest.mark.parametrize("text", ["when can i check in", "breakfast", "next saturday"])
def test_a_short_text_without_a_gap_is_likely_complete(text: str) -> None:
    assert judge(text) == TurnScore(probability=0.9)


def test_a_question_may_end_in_a_preposition() -> None:
    assert judge("where are you from") == TurnScore(probability=0.5)


@pytest.mark.parametrize("text", ["yes i do", "what do you have"])
def test_an_auxiliary_may_end_an_answer_and_a_question(text: str) -> None:
    assert judge(text) == TurnScore(probability=0.5)


def test_declared_phrases_are_complete() -> None:
    assert judge("lights on").state is TurnState.INCOMPLETE
    assert judge("Lights on.", phrases=frozenset({"lights on"})).state is TurnState.COMPLETE


@given(st.text(), st.text())
def test_every_text_gets_one_judgement(text: str, asked: str) -> None:
    score = judge(text, asked=asked)
    assert (score.probability is None) != (score.state is None)


async def test_the_detector_looks_at_what_the_agent_asked() -> None:
    before = (Message(role="assistant", text="Shall I book it?"),)
    async with HeuristicTurnDetector(phrases=["lights on"]).open(FakeServices()) as detector:
        assert (await detector.score(TurnText("yes", before))).state is TurnState.COMPLETE
        assert (await detector.score(TurnText("yes"))).state is TurnState.BACKCHANNEL
        assert (await detector.score(TurnText("lights on"))).state is TurnState.COMPLETE


async def test_in_another_language_it_does_not_know() -> None:
    async with HeuristicTurnDetector().open(FakeServices()) as detector:
        assert await detector.score(TurnText("und", language="de")) == TurnScore(probability=0.7)
