"""Servers that speak like OpenAI, each with an accent of its own."""

from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

from actors.conversation import Message, ToolCall, ToolOutput
from actors.vendor import ChatDone, ChatProgress, ChatRequest, FailureKind, ProviderError, TextDelta
from providers.openai.chat import ChatReader, chat_messages
from tests.vendors.asking import HELLO, asked
from tests.vendors.dialects import DIALECTS
from tests.vendors.fake_chat import DONE, chunk, fragment, says, text
from tests.vendors.http_server import streams

CHAT = DIALECTS[0]
SIGNATURE = {"google": {"thought_signature": "c2lnbmVk"}}


async def calls_in(*fragments: dict[str, Any], finish: str = "tool_calls") -> list[ToolCall]:
    events = [*(chunk(tool_calls=[part]) for part in fragments), chunk(finish=finish), DONE]
    answer, _ = await asked(CHAT, streams(events))
    return [event for event in answer if isinstance(event, ToolCall)]


async def test_calls_that_all_bear_the_number_0_are_told_apart_by_their_ids() -> None:
    calls = await calls_in(
        fragment(0, '{"a": 1}', id="x", name="one"),
        fragment(0, '{"b": ', id="y", name="two"),
        fragment(0, "2}"),
    )
    assert [(c.name, c.arguments) for c in calls] == [("one", '{"a": 1}'), ("two", '{"b": 2}')]


async def test_calls_whose_pieces_alternate_are_told_apart_by_their_numbers() -> None:
    calls = await calls_in(
        fragment(0, '{"a"', id="x", name="one"),
        fragment(1, '{"b"', id="y", name="two"),
        fragment(0, ": 1}"),
        fragment(1, ": 2}"),
    )
    assert [c.arguments for c in calls] == ['{"a": 1}', '{"b": 2}']


async def test_an_id_that_is_repeated_with_each_piece_begins_no_new_call() -> None:
    calls = await calls_in(
        fragment(0, '{"a"', id="x", name="one"), fragment(0, ": 1}", id="x", name="one")
    )
    assert [(c.name, c.arguments) for c in calls] == [("one", '{"a": 1}')]


async def test_a_call_counts_even_if_the_server_says_that_it_just_stopped() -> None:
    assert len(await calls_in(fragment(0, "{}", id="x", name="one"), finish="stop")) == 1


async def test_a_call_without_a_name_breaks_the_protocol() -> None:
    with pytest.raises(ProviderError, match="without a name") as caught:
        await calls_in(fragment(0, "{}", id="x"))
    assert caught.value.kind is FailureKind.PROTOCOL


async def test_an_answer_without_a_count_of_tokens_is_an_answer() -> None:
    events = [*text("Hi there."), chunk(finish="stop"), DONE]
    answer, body = await asked(CHAT, streams(events), include_usage=False)
    assert answer == [TextDelta("Hi"), TextDelta(" there."), ChatDone("stop")]
    assert "stream_options" not in body


async def test_a_server_that_forgets_its_done_is_believed_if_the_answer_had_its_end() -> None:
    answer, _ = await asked(CHAT, streams(says("Hi.")[:-1]))
    assert answer[-1] == ChatDone("stop")


async def test_a_refusal_in_words_is_spoken() -> None:
    events = [chunk(refusal="I would rather not."), chunk(finish="stop"), DONE]
    answer, _ = await asked(CHAT, streams(events))
    assert answer[0] == TextDelta("I would rather not.")


def test_what_a_server_signs_a_call_with_is_given_back_to_the_same_model_only() -> None:
    reader = ChatReader("google", owner="here gemini")
    signed = {**fragment(0, "{}", id="x", name="rooms"), "extra_content": SIGNATURE}
    choice: dict[str, Any] = {"index": 0, "delta": {"tool_calls": [signed]}}
    for _ in range(2):
        chunk: dict[str, Any] = {"id": "1", "created": 1, "model": "m"}
        chunk |= {"object": "chat.completion.chunk", "choices": [choice]}
        assert not [
            e for e in reader.read(ChatCompletionChunk.model_validate(chunk)) if e != ChatProgress()
        ]
        choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
    call = next(event for event in reader.end() if isinstance(event, ToolCall))
    output = ToolOutput(call_id=call.call_id, name=call.name, output="3")

    def told(owner: str) -> Any:
        messages: list[Any] = list(chat_messages(ChatRequest((HELLO, call, output)), owner))
        return messages[1]["tool_calls"][0]

    assert told("here gemini")["extra_content"] == SIGNATURE
    assert "extra_content" not in told("there gpt")


def test_only_the_caller_shows_images_and_text_alone_stays_text() -> None:
    messages = chat_messages(ChatRequest((Message(role="user", text="Hi."),)), "me")
    assert messages == [{"role": "user", "content": "Hi."}]
