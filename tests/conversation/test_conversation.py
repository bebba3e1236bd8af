"""A conversation changes by giving new ones."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.conversation import Conversation, Message, ToolCall, ToolOutput, new_id
from tests.conversation.talk import talks

HELLO = Message(role="user", text="hello")
ANSWER = Message(role="assistant", text="hello Ann")
CALL = ToolCall(call_id="1", name="look", arguments="{}")
OUTPUT = ToolOutput(call_id="1", name="look", output="found")
OTHER = ToolCall(call_id="2", name="other", arguments="{}")
TALK = Conversation((HELLO, CALL, OUTPUT, OTHER, ANSWER))


def systems(talk: Conversation) -> list[str]:
    return [item.text for item in talk if isinstance(item, Message) and item.role == "system"]


def test_ids_are_unique_however_fast_they_are_made() -> None:
    assert len({new_id("msg") for _ in range(10_000)}) == 10_000


def test_items_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        HELLO.text = "good bye"  # pyright: ignore[reportAttributeAccessIssue]


@given(talks(), st.text(min_size=1))
def test_there_is_one_system_message_at_the_head_however_often_it_is_set(
    talk: Conversation, text: str
) -> None:
    new = talk.with_system("first").with_system(text)
    assert systems(new) == [text]
    assert isinstance(new.items[0], Message)
    assert new.items[0].text == text
    assert new.without_system() == talk.without_system()


def test_a_new_system_message_keeps_the_id_of_the_old() -> None:
    old = TALK.with_system("be kind")
    assert old.with_system("be brief").items[0].id == old.items[0].id


def test_an_empty_system_message_is_none() -> None:
    assert TALK.with_system("be kind").with_system("") == TALK


def test_an_item_is_found_by_its_id() -> None:
    assert TALK.find(OUTPUT.id) is OUTPUT
    assert TALK.find("nobody") is None


def test_an_item_is_replaced_where_it_is_or_added() -> None:
    louder = Message(role="user", text="HELLO", id=HELLO.id)
    assert TALK.with_replaced(louder).items == (louder, *TALK.items[1:])
    assert Conversation().with_replaced(louder).items == (louder,)
    assert TALK.without(HELLO.id).items == TALK.items[1:]
    assert len(TALK) == 5


def test_the_last_message_of_a_role_is_no_summary() -> None:
    summary = Message(role="assistant", text="they greeted", is_summary=True)
    assert TALK.with_items(summary).last_message("assistant") is ANSWER
    assert Conversation((summary,)).last_message("assistant") is None


def test_tools_are_left_out_but_for_those_that_are_named() -> None:
    assert TALK.without_tools().items == (HELLO, ANSWER)
    assert TALK.without_tools(but={"look"}).items == (HELLO, CALL, OUTPUT, ANSWER)


def test_a_better_counter_takes_the_place_of_the_estimate() -> None:
    assert TALK.tokens(lambda item: 7) == 35
    assert TALK.within_tokens(14, lambda item: 7).items == (HELLO, ANSWER)
