"""What only Claude does."""

import json

import pytest
from pydantic import ValidationError

from actors.conversation import ToolCall, ToolOutput
from actors.vendor import ChatDone, ChatEvent, ChatRequest, TextDelta, Usage
from providers.anthropic.llm import AnthropicLLM
from providers.anthropic.messages import BEGINNING, YOUR_TURN
from tests.vendors.asking import HELLO, asked
from tests.vendors.dialects import DIALECTS
from tests.vendors.fake_claude import REQUEST, begun, called, ended, says, text, thought
from tests.vendors.http_server import streams
from tests.vendors.sdk_types import check_request, told

CLAUDE = DIALECTS[2]
THOUGHTS = [
    {"type": "thinking", "thinking": "Hm.", "signature": "s1"},
    {"type": "thinking", "thinking": "And.", "signature": "s2"},
]


async def thoughtful_answer() -> list[ChatEvent]:
    events = [
        *begun(),
        *thought(0, "Hm.", "s1"),
        *text("Let me see.", 1),
        *called(2, "rooms", "{}"),
        *thought(3, "And.", "s2"),
        *called(4, "weather", "{}"),
        *ended("tool_use"),
    ]
    answer, _ = await asked(CLAUDE, streams(events), thinking="adaptive")
    return answer


async def test_thoughts_are_not_spoken() -> None:
    answer = await thoughtful_answer()
    spoken = [event for event in answer if isinstance(event, TextDelta)]
    assert [delta.text for delta in spoken] == ["Let", " me", " see."]


async def test_thoughts_are_given_back_with_the_calls_that_followed_them() -> None:
    calls = [event for event in await thoughtful_answer() if isinstance(event, ToolCall)]
    outputs = [ToolOutput(call_id=c.call_id, name=c.name, output="ok") for c in calls]
    items = (HELLO, *calls, *outputs)
    _, body = await asked(CLAUDE, streams(says("Fine.")), *items)
    check_request(REQUEST, body)
    kinds = [block["type"] for block in body["messages"][1]["content"]]
    assert kinds == ["thinking", "tool_use", "thinking", "tool_use"]
    assert [b for b in body["messages"][1]["content"] if b["type"] == "thinking"] == THOUGHTS


async def test_another_model_never_sees_them() -> None:
    calls = [event for event in await thoughtful_answer() if isinstance(event, ToolCall)]
    outputs = [ToolOutput(call_id=c.call_id, name=c.name, output="ok") for c in calls]
    items = (HELLO, *calls, *outputs)
    for dialect, model in ((CLAUDE, "claude-other"), (DIALECTS[0], "gpt"), (DIALECTS[1], "gpt")):
        _, body = await asked(dialect, streams(dialect.says("Fine.")), *items, model=model)
        assert "Hm." not in json.dumps(body)


async def test_an_agent_that_spoke_first_and_last_leaves_room_for_the_caller() -> None:
    _, body = await asked(CLAUDE, streams(says("Hi.")), request=ChatRequest((), "Say hello."))
    assert body["system"] == "Say hello."
    assert body["messages"] == [{"role": "user", "content": [{"type": "text", "text": BEGINNING}]}]

    call = ToolCall(call_id="a", name="t", arguments="{}")
    output = ToolOutput(call_id="a", name="t", output="no", is_error=True)
    _, body = await asked(CLAUDE, streams(says("Hi.")), call, output)
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert body["messages"][2]["content"][0]["is_error"] is True
    assert YOUR_TURN not in json.dumps(body)


async def test_tokens_from_the_cache_count_as_input() -> None:
    answer, _ = await asked(CLAUDE, streams(says("Hi.")))
    assert Usage(input_tokens=12, output_tokens=5) in answer


async def test_what_the_vendor_will_invent_is_passed_over() -> None:
    first, *others = says("Hi.")
    new = [
        told({"type": "mood", "mood": "fine"}, "mood"),
        told({"type": "content_block_start", "index": 7, "content_block": {"type": "x"}}, "y"),
    ]
    answer, _ = await asked(CLAUDE, streams([first, *new, *others]))
    assert answer[-1] == ChatDone("stop")


async def test_one_tool_at_a_time_is_asked_for_only_where_there_are_tools() -> None:
    _, body = await asked(CLAUDE, streams(says("Hi.")), parallel_tool_calls=False)
    assert "tool_choice" not in body


async def test_a_temperature_is_sent_though_the_sdk_has_forgotten_it() -> None:
    _, body = await asked(CLAUDE, streams(says("Hi.")), temperature=0.3)
    assert body["temperature"] == 0.3


@pytest.mark.parametrize(
    "wrong",
    [{"model": ""}, {"max_tokens": 0}, {"temperature": 1.5}, {"base_url": "claude.test"}],
)
def test_an_option_out_of_its_range_is_refused_when_it_is_declared(
    wrong: dict[str, object],
) -> None:
    with pytest.raises(ValidationError):
        AnthropicLLM.model_validate({"model": "claude-test"} | wrong)


def test_a_key_shows_itself_nowhere() -> None:
    declared = AnthropicLLM.model_validate({"model": "m", "api_key": "sk-very-secret"})
    assert "very-secret" not in repr(declared)
    assert "very-secret" not in str(declared.model_dump())
