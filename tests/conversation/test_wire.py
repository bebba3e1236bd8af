"""What is written is read again without loss; what is read is checked."""

import json
from typing import Any

import pytest
from hypothesis import given

from actors.conversation import (
    Conversation,
    ImagePart,
    InvalidConversation,
    Message,
    ToolCall,
    ToolOutput,
)
from tests.conversation.talk import CONVERSATIONS

MESSAGE: dict[str, Any] = {"type": "message", "role": "user", "text": "hello"}
CALL: dict[str, Any] = {"type": "tool_call", "call_id": "1", "name": "look", "arguments": "{}"}
OUTPUT: dict[str, Any] = {"type": "tool_output", "call_id": "1", "name": "look", "output": "yes"}


def data(*items: object) -> dict[str, Any]:
    return {"version": 1, "items": list(items)}


@given(CONVERSATIONS)
def test_no_field_of_any_item_is_lost(talk: Conversation) -> None:
    assert Conversation.from_dict(talk.to_dict()) == talk
    assert Conversation.from_json(talk.to_json()) == talk


def test_the_form_is_as_it_was() -> None:
    """Recordings of old calls must stay readable: a change here needs a new version."""
    picture = ImagePart(data=b"pixels", mime="image/png", detail="low", id="i")
    linked = ImagePart(url="https://pictures.example/1", id="j")
    talk = Conversation(
        (
            Message(role="user", text="see", images=(picture, linked), id="m"),
            ToolCall(call_id="1", name="look", arguments="{}", vendor_data="x", id="c"),
            ToolOutput(call_id="1", name="look", output="no", is_error=True, id="o"),
        )
    )
    images = [
        {"id": "i", "mime": "image/png", "detail": "low", "data": "cGl4ZWxz"},
        {"id": "j", "mime": "", "detail": "auto", "url": "https://pictures.example/1"},
    ]
    message = {**MESSAGE, "text": "see", "images": images, "id": "m"}
    assert talk.to_dict() == data(
        {**message, "interrupted": False, "is_summary": False},
        {**CALL, "vendor_data": "x", "id": "c"},
        {**OUTPUT, "output": "no", "is_error": True, "id": "o"},
    )


def test_half_a_sign_does_not_keep_a_conversation_from_being_written() -> None:
    talk = Conversation((Message(role="user", text="\ud83d"),))
    assert talk.to_json().isascii()
    assert Conversation.from_json(talk.to_json()) == talk


def test_what_is_written_by_hand_may_be_short() -> None:
    first, second, third = Conversation.from_dict(data(MESSAGE, CALL, OUTPUT))
    assert isinstance(first, Message)
    assert first.text == "hello"
    assert len({first.id, second.id, third.id}) == 3


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ([], "conversation: expected an object, not []"),
        ({}, "version: is missing"),
        ({"version": "1"}, 'version: expected a number from 1 on, not "1"'),
        ({"version": True}, "version: expected a number from 1 on, not true"),
        ({"version": 2}, "version: 2 is newer than this program reads (1)"),
        ({"version": 1}, "items: is missing"),
        ({"version": 1, "items": {}}, "items: expected a list, not {}"),
        ({**data(), "name": "x"}, "name: there is no such field"),
        (data(MESSAGE, 7), "items[1]: expected an object, not 7"),
        (data({}), "items[0].type: is missing"),
        (
            data({"type": "speech"}),
            'items[0].type: expected "message" or "tool_call" or "tool_output", not "speech"',
        ),
        (data({"type": []}), "items[0].type: expected"),
        (data({**MESSAGE, "role": "usr"}), 'items[0].role: expected "user" or "assistant" or'),
        (data({**MESSAGE, "text": None}), "items[0].text: is missing"),
        (data({**MESSAGE, "id": None}), "items[0].id: expected a text, not null"),
        (
            data({**MESSAGE, "interrupted": 1}),
            "items[0].interrupted: expected true or false, not 1",
        ),
        (data({**MESSAGE, "created_at": 1}), "items[0].created_at: there is no such field"),
        (data(MESSAGE, {**CALL, "call_id": 3}), "items[1].call_id: expected a text, not 3"),
        (data({**MESSAGE, "id": "a"}, {**CALL, "id": "a"}), 'items[1].id: "a" is there twice'),
        (data({**MESSAGE, "images": "x"}), 'items[0].images: expected a list, not "x"'),
        (
            data({**MESSAGE, "images": [{"data": "?", "mime": "image/png"}]}),
            "items[0].images[0].data: expected base64",
        ),
        (
            data({**MESSAGE, "images": [{"data": "ä", "mime": "image/png"}]}),
            "items[0].images[0].data: expected base64",
        ),
        (
            data({**MESSAGE, "images": [{"mime": "image/png"}]}),
            "items[0].images[0]: an image has either data or a url",
        ),
        (
            data({**MESSAGE, "images": [{"url": "https://a.example", "detail": "huge"}]}),
            'items[0].images[0].detail: expected "auto" or "low" or "high", not "huge"',
        ),
    ],
)
def test_what_is_no_conversation_is_refused_with_place_and_reason(wrong: object, told: str) -> None:
    with pytest.raises(InvalidConversation) as caught:
        Conversation.from_dict(wrong)
    assert str(caught.value).startswith(told)


def test_a_long_wrong_value_is_not_told_whole() -> None:
    with pytest.raises(InvalidConversation) as caught:
        Conversation.from_dict(data({**MESSAGE, "text": [0] * 10_000}))
    assert len(str(caught.value)) < 120


def test_a_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(InvalidConversation, match="not JSON"):
        Conversation.from_json("{")
    assert json.loads(Conversation().to_json()) == data()
