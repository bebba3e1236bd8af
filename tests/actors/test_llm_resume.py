"""The request for the rest of a reply: the whole of what was asked, and one thing more."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from actors.conversation import Item, Message, ToolCall, ToolOutput
from actors.llm.resume import (
    LONGEST_QUOTE_WORDS,
    ends_sentence,
    going_on,
    last_sentence,
    up_to_last_sentence,
)
from actors.vendor import ChatRequest

CALL = ToolCall(call_id="c1", name="rooms", arguments="{}")
OUTPUT = ToolOutput(call_id="c1", name="rooms", output="three")

words = st.sampled_from(["we", "have", "Dr.", "3", "a.m.", "rooms.", "No!", "so,", "it:", "…"])
said = st.lists(words, min_size=1, max_size=60).map(" ".join)
messages = st.builds(Message, role=st.just("user"), text=st.text(max_size=9))
items = st.lists(messages | st.sampled_from([CALL, OUTPUT]), max_size=6).map(tuple)


@given(items, said, st.booleans())
def test_all_that_was_asked_is_kept_and_the_beginning_follows(
    before: tuple[Item, ...],
    text: str,
    is_literal: bool,  # noqa: FBT001 - drawn
) -> None:
    asked = ChatRequest(before, "You are a clerk.", language="de")
    request = going_on(asked, text, is_literal=is_literal)
    begun, *note = request.items[len(before) :]
    assert request.items[: len(before)] == before
    assert isinstance(begun, Message)
    assert (begun.role, begun.text) == ("assistant", text)
    assert len(note) == (0 if is_literal else 1), "one note, or none"
    assert request.goes_on is is_literal
    assert replace(request, items=before, goes_on=False) == asked
    assert asked.items == before, "what was asked is as it was"


@given(items, said)
def test_the_note_quotes_the_end_of_what_was_said(before: tuple[Item, ...], text: str) -> None:
    note = going_on(ChatRequest(before), text, is_literal=False).items[-1]
    assert isinstance(note, Message)
    assert note.role == "system"
    quoted = note.text.split('"')[1]
    assert quoted
    assert text.endswith(quoted)
    assert len(quoted.split()) <= LONGEST_QUOTE_WORDS
    assert quoted == last_sentence(text)


@given(st.lists(said.map(lambda text: f"{text} "), max_size=6))
def test_what_was_cut_off_ends_with_its_last_whole_sentence(pieces: list[str]) -> None:
    whole = up_to_last_sentence(pieces)
    assert pieces[: len(whole)] == whole
    assert not whole or ends_sentence(whole[-1])
    assert not any(map(ends_sentence, pieces[len(whole) :]))
