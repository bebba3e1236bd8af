"""A question over real HTTP and its answer, in each vendor's language."""

import asyncio
import json
from typing import Any

import pytest

from actors.conversation import ImagePart, Message, ToolCall, ToolOutput
from actors.vendor import ChatDone, ChatRequest, TextDelta, ToolSchema, Usage
from tests.providers.fake_services import FakeServices
from tests.vendors.asking import HELLO, ask, asked, text_of
from tests.vendors.dialects import DIALECTS, Dialect
from tests.vendors.http_server import SETTLE_S, late, streams, vendor_server
from tests.vendors.sdk_types import check_request

every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)

ROOMS = ToolSchema(
    name="rooms_free",
    description="How many rooms are free.",
    parameters={
        "type": "object",
        "properties": {"nights": {"type": "integer"}},
        "required": ["nights"],
    },
)
PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(8)
CALL = ToolCall(call_id="demo_1", name="rooms_free", arguments='{"nights": 2}')
OUTPUT = ToolOutput(call_id="demo_1", name="rooms_free", output="3 rooms")


@every_dialect
async def test_the_text_comes_as_it_is_made(dialect: Dialect) -> None:
    events, body = await asked(dialect, streams(dialect.says("We have three rooms.")))

    words = ["We", " have", " three", " rooms."]
    assert events == [*map(TextDelta, words), Usage(12, 5), ChatDone("stop")]
    check_request(dialect.request_type, body)
    assert body["stream"] is True


@every_dialect
async def test_the_key_and_the_place_are_those_of_the_account(dialect: Dialect) -> None:
    async with vendor_server(streams(dialect.says("Hi."))) as server:
        await ask(dialect, server, ChatRequest((HELLO,)))
    exchange = server.exchanges[0]
    assert (exchange.method, exchange.path) == ("POST", dialect.path)
    assert exchange.headers["authorization"] == "Bearer sk-1"


@every_dialect
async def test_a_key_that_is_not_given_is_the_workers(dialect: Dialect) -> None:
    async with vendor_server(streams(dialect.says("Hi."))) as server:
        declared = dialect.declare(server.url, api_key=None, key_name="OTHER_KEY")
        services = FakeServices({"OTHER_KEY": "sk-2"})
        async with declared.open(services) as model:
            assert text_of([event async for event in model.chat(ChatRequest((HELLO,)))]) == "Hi."
    assert server.exchanges[0].headers["authorization"] == "Bearer sk-2"


@every_dialect
async def test_the_connection_is_kept_for_the_next_turn(dialect: Dialect) -> None:
    async with (
        vendor_server(streams(dialect.says("Yes."))) as server,
        dialect.declare(server.url).open(FakeServices()) as model,
    ):
        for _ in range(3):
            assert text_of([event async for event in model.chat(ChatRequest((HELLO,)))]) == "Yes."
        assert len(server.exchanges) == 3
        assert server.connections == 1


@every_dialect
async def test_simulated_time_waits_for_the_vendor(dialect: Dialect) -> None:
    async with asyncio.timeout(SETTLE_S + 0.001):
        events, _ = await asked(dialect, late(streams(dialect.says("Hi."))))
    assert text_of(events) == "Hi."


@every_dialect
async def test_tools_are_told_and_called(dialect: Dialect) -> None:
    wishes = [("rooms_free", '{"nights": 2}'), ("weather", "")]
    request = ChatRequest((HELLO,), tools=(ROOMS,))
    events, body = await asked(dialect, streams(dialect.calls(wishes)), request=request)

    check_request(dialect.request_type, body)
    assert "rooms_free" in json.dumps(body["tools"])
    calls = [event for event in events if isinstance(event, ToolCall)]
    assert [(call.name, call.arguments) for call in calls] == [
        ("rooms_free", '{"nights": 2}'),
        ("weather", "{}"),
    ]
    assert events[-1] == ChatDone("tool_calls")


@every_dialect
async def test_calls_of_two_answers_never_bear_the_same_id(dialect: Dialect) -> None:
    ids: set[str] = set()
    for _ in range(2):
        events, _ = await asked(dialect, streams(dialect.calls([("a", "{}"), ("b", "{}")])))
        ids |= {event.call_id for event in events if isinstance(event, ToolCall)}
    assert len(ids) == 4


@every_dialect
async def test_a_whole_conversation_is_told_in_the_form_that_the_sdk_knows(
    dialect: Dialect,
) -> None:
    items = (
        Message(role="assistant", text="Good evening."),
        Message(role="user", text="Two nights."),
        CALL,
        Message(role="assistant", text="Let me see."),
        OUTPUT,
        Message(role="assistant", text="Three rooms."),
        Message(role="system", text="The caller is in a hurry."),
        Message(role="user", text=""),
        Message(role="user", text="And this?", images=(ImagePart.from_bytes(PIXEL),)),
        Message(role="user", text="", images=(ImagePart.from_url("https://x.test/a.png"),)),
        ToolCall(call_id="open", name="rooms_free", arguments="{}"),
    )
    request = ChatRequest(items, instructions="You are a desk clerk.", tools=(ROOMS,))
    _, body = await asked(dialect, streams(dialect.says("Yes.")), request=request)

    check_request(dialect.request_type, body)
    whole = json.dumps(body)
    for told in ("desk clerk", "Good evening.", "hurry", "3 rooms", "https://x.test/a.png"):
        assert told in whole
    assert "open" not in whole, "a call without output is refused by all of them"
    assert "demo_1" not in whole, "ids are ours, and told in a form that every vendor takes"


@every_dialect
async def test_an_answer_that_became_too_long_ends_without_its_half_call(dialect: Dialect) -> None:
    wishes = [("rooms_free", '{"nights": 2}'), ("rooms_free", '{"nig')]
    events, _ = await asked(dialect, streams(dialect.cut_off("We have", wishes)))

    calls = [event.arguments for event in events if isinstance(event, ToolCall)]
    assert calls == ['{"nights": 2}']
    assert text_of(events) == "We have"
    assert events[-1] == ChatDone("length")


OPTIONS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "chat",
        {"temperature": 0.2, "top_p": 0.9, "max_tokens": 99, "reasoning_effort": "low"},
        {
            "temperature": 0.2,
            "top_p": 0.9,
            "max_completion_tokens": 99,
            "reasoning_effort": "low",
            "stream_options": {"include_usage": True},
        },
    ),
    (
        "responses",
        {"temperature": 0.2, "top_p": 0.9, "max_tokens": 99, "reasoning_effort": "low"},
        {
            "temperature": 0.2,
            "top_p": 0.9,
            "max_output_tokens": 99,
            "reasoning": {"effort": "low"},
            "store": False,
        },
    ),
    (
        "claude",
        {"max_tokens": 99, "thinking": "disabled", "effort": "low", "prompt_caching": True},
        {
            "max_tokens": 99,
            "thinking": {"type": "disabled"},
            "output_config": {"effort": "low"},
            "cache_control": {"type": "ephemeral"},
        },
    ),
]


@pytest.mark.parametrize(("name", "options", "expected"), OPTIONS)
async def test_the_options_reach_the_vendor(
    name: str, options: dict[str, Any], expected: dict[str, Any]
) -> None:
    dialect = next(dialect for dialect in DIALECTS if dialect.name == name)
    _, body = await asked(dialect, streams(dialect.says("Hi.")), **options)
    check_request(dialect.request_type, body)
    assert expected.items() <= body.items()


@every_dialect
async def test_what_only_your_server_knows_goes_into_the_request_as_it_is(
    dialect: Dialect,
) -> None:
    _, body = await asked(dialect, streams(dialect.says("Hi.")), extra={"top_k": 4})
    assert body["top_k"] == 4


@every_dialect
async def test_options_that_are_not_set_are_not_sent(dialect: Dialect) -> None:
    _, body = await asked(dialect, streams(dialect.says("Hi.")))
    assert None not in body.values()
    assert not {"temperature", "tools", "tool_choice", "parallel_tool_calls"} & set(body)
