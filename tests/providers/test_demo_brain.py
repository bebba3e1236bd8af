"""DemoBrain: rules with slots, the agent's tools, and questions for what is missing."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.conversation import Item, Message, ToolCall, ToolOutput
from actors.vendor import (
    ChatDone,
    ChatEvent,
    ChatRequest,
    FailureKind,
    ProviderError,
    TextDelta,
    ToolSchema,
)
from providers import DemoBrain, Rule
from providers.demo_rules import match_pattern, parse_pattern
from providers.demo_understanding import best_rule
from providers.number_words import parse_number, say_number
from runtime import Agent
from runtime.testing import simulate
from tests.providers.fake_services import FakeServices

ROOMS = Rule(
    (
        "how many rooms are free for {nights:number} nights",
        "do you have a room for {nights:number}",
    ),
    call="rooms_free",
    say="We have {result} rooms for {nights} nights.",
    ask={"nights": "For how many nights?"},
)
BREAKFAST = Rule(("what time is breakfast", "when is breakfast"), "Breakfast is at seven.")
WAKE_UP = Rule(
    "wake {name:text} up on {day:saturday|sunday} at {hour:number}",
    "I will wake {name} on {day} at {hour}.",
    ask={"day": "On which day?", "hour": "At what time?"},
)
BRAIN = DemoBrain(rules=[ROOMS, BREAKFAST, WAKE_UP])
TOOLS = (ToolSchema("rooms_free", "", {}),)


def user(text: str) -> Message:
    return Message(role="user", text=text)


def agent(text: str) -> Message:
    return Message(role="assistant", text=text)


async def answer(*items: Item, brain: DemoBrain = BRAIN) -> list[ChatEvent]:
    async with brain.open(FakeServices()) as model:
        return [event async for event in model.chat(ChatRequest(items, tools=TOOLS))]


async def said(*items: Item, brain: DemoBrain = BRAIN) -> str:
    events = await answer(*items, brain=brain)
    assert events[-1] == ChatDone()
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.parametrize(
    "text",
    [
        "what time is breakfast",
        "What time is breakfast, please?",
        "um hello so what time is the breakfast",
        "when's breakfast when is breakfast",
        "what time breakfast",
    ],
)
async def test_a_sentence_is_understood_in_many_wordings(text: str) -> None:
    assert await said(user(text)) == "Breakfast is at seven."


@pytest.mark.parametrize(
    "text",
    ["what time is dinner", "do you have breakfast", "how many are free for two", "nights", ""],
)
async def test_what_no_rule_lists_is_not_understood(text: str) -> None:
    assert await said(user(text)) == "Sorry, I did not understand that."


async def test_it_knows_greetings_and_thanks() -> None:
    assert await said(user("hello")) == "Hello. How can I help you?"
    assert await said(user("thank you very much")) == "You are welcome."


async def test_the_answer_is_streamed_word_by_word() -> None:
    assert await answer(user("bye")) == [TextDelta("Goodbye."), ChatDone()]
    events = await answer(user("when is breakfast"))
    assert events[:3] == [TextDelta("Breakfast"), TextDelta(" is"), TextDelta(" at")]


@pytest.mark.parametrize(
    ("text", "nights"),
    [
        ("how many rooms are free for three nights", 3),
        ("how many rooms are free for 12 nights", 12),
        ("how many rooms free for twenty one nights please", 21),
        ("do you have a room for to", 2),
        ("do you have rooms free for one night", 1),
    ],
)
async def test_a_tool_is_called_with_the_slots(text: str, nights: int) -> None:
    call, done = await answer(user(text))
    assert isinstance(call, ToolCall)
    assert (call.name, json.loads(call.arguments)) == ("rooms_free", {"nights": nights})
    assert done == ChatDone()


async def test_the_tools_output_is_spoken() -> None:
    asked = user("how many rooms are free for three nights")
    (call, _) = await answer(asked)
    assert isinstance(call, ToolCall)
    output = ToolOutput(call_id=call.call_id, name=call.name, output="4")
    assert await said(asked, call, output) == "We have 4 rooms for 3 nights."


async def test_a_failed_tool_is_apologised_for() -> None:
    call = ToolCall(call_id="1", name="rooms_free", arguments="{}")
    output = ToolOutput(call_id="1", name="rooms_free", output="KeyError", is_error=True)
    heard = await said(user("do you have a room for two"), call, output)
    assert heard == "Sorry, I could not find that out."


async def test_fields_of_a_tools_output_can_be_spoken() -> None:
    brain = DemoBrain(rules=[Rule("what is the price", "{result[euro]} euros.", call="rooms_free")])
    call = ToolCall(call_id="1", name="rooms_free", arguments="{}")
    output = ToolOutput(call_id="1", name="rooms_free", output='{"euro": 80}')
    events = await answer(user("what is the price"), call, output, brain=brain)
    assert events[0] == TextDelta("80")


async def test_a_tool_that_the_agent_lacks_is_named() -> None:
    brain = DemoBrain(rules=[Rule("sing a song", "{result}", call="sing")])
    with pytest.raises(ProviderError, match="the tool 'sing'") as caught:
        await answer(user("sing a song"), brain=brain)
    assert caught.value.kind is FailureKind.REJECTED


async def test_a_tool_that_the_agent_lacks_costs_one_turn() -> None:
    class Singer(Agent):
        llm = DemoBrain(rules=[Rule("sing a song", "{result}", call="sing")])

    async with simulate(Singer, text=True, may_fail=True) as call:
        await call.user_says("sing a song")
        await call.agent_says(Singer.apology)
        await call.user_says("thank you")
        await call.agent_says("You are welcome.")


def test_a_slot_of_no_kind_is_refused_where_the_rule_is_made() -> None:
    with pytest.raises(ValueError, match=r"^\{n:numbr\}: a slot's kind is number or text, or a ch"):
        Rule("rooms for {n:numbr} nights", "All right.")


async def test_a_missing_slot_is_asked_for_and_its_answer_taken() -> None:
    first = user("how many rooms are free")
    assert await said(first) == "For how many nights?"
    call, _ = await answer(first, agent("For how many nights?"), user("oh for two nights please"))
    assert isinstance(call, ToolCall)
    assert json.loads(call.arguments) == {"nights": 2}


async def test_several_slots_are_asked_for_one_after_the_other() -> None:
    items: list[Item] = [user("please wake mister bean up")]
    for question, reply in (("On which day?", "sunday"), ("At what time?", "at seven")):
        assert await said(*items) == question
        items += [agent(question), user(reply)]
    assert await said(*items) == "I will wake mister bean on sunday at 7."


async def test_an_answer_that_is_none_is_asked_for_again() -> None:
    heard = await said(
        user("how many rooms are free"), agent("For how many nights?"), user("i do not know")
    )
    assert heard == "For how many nights?"


async def test_another_question_instead_of_an_answer_is_answered() -> None:
    heard = await said(
        user("how many rooms are free"), agent("For how many nights?"), user("when is breakfast")
    )
    assert heard == "Breakfast is at seven."


async def test_before_anybody_spoke_there_is_nothing_to_understand() -> None:
    assert await said() == "Sorry, I did not understand that."


@pytest.mark.parametrize("phrase", BRAIN.phrases())
def test_every_phrase_that_it_proposes_it_understands(phrase: str) -> None:
    understood = best_rule(BRAIN.all_rules(), phrase)
    answers_a_question = len(phrase.split()) == 1  # as twelve, sunday, please
    assert answers_a_question or understood is not None


def test_it_proposes_numbers_and_choices() -> None:
    assert "how many rooms are free for twelve nights" in BRAIN.phrases()
    assert "how many rooms are free for one night" in BRAIN.phrases()
    assert "sunday" in BRAIN.phrases()


def test_an_answer_may_not_need_a_slot_that_nothing_fills() -> None:
    with pytest.raises(ValueError, match="no slot for"):
        Rule("when is breakfast", "At {hour}.")


@pytest.mark.parametrize(
    ("wording", "say"),
    [
        ("{n:number} nights please", "All right, {n:number} nights."),
        ("{n:2|3} nights please", "All right, {n:2|3} nights."),
    ],
)
async def test_a_slot_may_stand_in_the_answer_as_in_the_pattern(wording: str, say: str) -> None:
    brain = DemoBrain(rules=[Rule(wording, say)])
    assert await said(user("2 nights please"), brain=brain) == "All right, 2 nights."


@pytest.mark.parametrize("written", ["{n:numbr}", "{n:>3q}", "{}"])
def test_an_answer_that_cannot_be_written_is_refused_where_the_rule_is_made(written: str) -> None:
    with pytest.raises(ValueError, match=rf"written {{name}}, not {re.escape(written)}, in"):
        Rule("{n:number} nights please", f"All right, {written} nights.")


def test_the_kinds_of_a_slot_are_named_where_one_is_missing() -> None:
    with pytest.raises(ValueError, match="a kind is number or text, or a choice such as monday"):
        Rule("the way to {place} please", "Straight on.")


@pytest.mark.parametrize("pattern", ["a {slot} here", "{only:number}", "half {open", ""])
def test_a_pattern_that_cannot_work_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        parse_pattern(pattern)


def test_a_slot_takes_the_number_and_not_its_neighbours() -> None:
    words = ("one", "room", "for", "twenty", "two", "nights")
    match = match_pattern("room for {nights:number} nights", words, frozenset())
    assert match is not None
    assert match.slots == {"nights": 22}


@given(st.integers(0, 999_999))
def test_every_number_that_can_be_said_can_be_read(value: int) -> None:
    assert parse_number(say_number(value).split()) == value


@given(st.lists(st.sampled_from(["two", "twenty", "hundred", "zero", "7", "room", "and"])))
def test_reading_a_number_never_fails_aloud(words: list[str]) -> None:
    value = parse_number(words)
    assert value is None or value >= 0


@given(st.lists(st.sampled_from(["how", "many", "rooms", "free", "for", "two", "to", "a"])))
def test_understanding_never_fails_aloud(words: list[str]) -> None:
    understood = best_rule(BRAIN.all_rules(), " ".join(words))
    assert understood is None or set(understood.slots) <= {"nights"}
