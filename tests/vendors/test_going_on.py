"""A reply breaks off, and a vendor behind HTTP is asked for the rest of it, in its own manner."""

from typing import Any

import pytest

from actors.chat_capabilities import ResumeMode
from actors.conversation import ToolCall
from actors.vendor import ChatEvent, ChatProgress
from providers.anthropic.llm import AnthropicLLM
from providers.openai.llm import OpenAILLM
from providers.scripted_llm import ScriptedLLM
from tests.calls.rig import Rig, agent, call
from tests.roles.llm_calls import ANSWER, failing, only_switch, raises_at
from tests.vendors import fake_chat, fake_claude, fake_responses
from tests.vendors.asking import asked
from tests.vendors.dialects import DIALECTS, Dialect
from tests.vendors.http_server import Answer, cuts, refuses, streams, vendor_server
from tests.vendors.sdk_types import check_request
from tests.vendors.test_vendor_calls import desk, every_dialect

CHAT, RESPONSES, CLAUDE = DIALECTS
FIRST_SENTENCE = "We have three rooms, two of them with a view."
REST = ANSWER.removeprefix(f"{FIRST_SENTENCE} ")
HEARD_AT = 14
"""The first model fails before this word: by then its first sentence was heard."""
NOTE = f'The line broke off after "{FIRST_SENTENCE}"'
TOO_OLD_A_QUESTION = refuses(400, {"message": "no prefill", "type": "invalid_request_error"})
OLD, NEW = "claude-opus-4-5-20251101", "claude-opus-4-6"


async def gone_on(dialect: Dialect, *script: Answer, **options: Any) -> tuple[Rig, list[Any]]:
    """Let a vendor go on behind a model that fails; return the call and what it was asked."""
    first = failing(raises_at(HEARD_AT), gap_s=0.15)
    async with (
        vendor_server(*script) as server,
        call(agent(llm=[first, dialect.declare(server.url, **options)])) as rig,
    ):
        assert await rig.asks() == ANSWER
    for body in server.bodies:
        check_request(dialect.request_type, body)
    return rig, server.bodies


def last_message(body: dict[str, Any]) -> tuple[str, str]:
    """Return the role and the text of what was told last."""
    message = (body.get("messages") or body["input"])[-1]
    content = message["content"]
    return message["role"], content if isinstance(content, str) else content[-1]["text"]


@every_dialect
async def test_a_vendor_is_asked_in_words_and_what_it_repeats_is_not_said(
    dialect: Dialect,
) -> None:
    rig, (body,) = await gone_on(dialect, streams(dialect.says(f"{FIRST_SENTENCE} {REST}")))
    role, note = last_message(body)
    assert role == ("user" if dialect is CLAUDE else "system")
    assert NOTE in note
    assert only_switch(rig)["seam"] == "deduped"


async def test_claude_4_5_is_given_the_beginning_of_its_answer() -> None:
    rig, (body,) = await gone_on(CLAUDE, streams(fake_claude.says(REST)), model=OLD)
    assert last_message(body) == ("assistant", FIRST_SENTENCE)
    assert only_switch(rig)["seam"] == "joined"


@pytest.mark.parametrize("options", [{"model": NEW}, {"model": OLD, "thinking": "adaptive"}])
async def test_later_ones_and_those_that_think_are_asked_in_words(options: dict[str, str]) -> None:
    _, (body,) = await gone_on(CLAUDE, streams(fake_claude.says(REST)), **options)
    role, note = last_message(body)
    assert role == "user"
    assert NOTE in note


@pytest.mark.parametrize(
    ("dialect", "options"),
    [(CLAUDE, {"model": NEW, "resume": "prefix"}), (CHAT, {"resume": "prefill"})],
)
async def test_a_vendor_that_refuses_the_beginning_is_asked_again_in_words(
    dialect: Dialect, options: dict[str, str]
) -> None:
    script = TOO_OLD_A_QUESTION, streams(dialect.says(REST))
    rig, bodies = await gone_on(dialect, *script, **options)
    begun, asked_in_words = map(last_message, bodies)
    assert begun == ("assistant", FIRST_SENTENCE)
    assert NOTE in asked_in_words[1]
    assert only_switch(rig)["to"] == dialect.declare("http://x", **options).name
    assert [error["kind"] for error in rig.fields("error")] == ["error", "rejected"]


@pytest.mark.parametrize(
    ("resume", "marks", "fields"),
    [
        ("prefix", {"prefix": True}, {}),
        ("prefill", {}, {}),
        (
            "continue_final_message",
            {},
            {"continue_final_message": True, "add_generation_prompt": False},
        ),
    ],
)
async def test_servers_that_speak_like_openai_are_told_in_their_own_words(
    resume: str, marks: dict[str, bool], fields: dict[str, bool]
) -> None:
    first = failing(raises_at(HEARD_AT), gap_s=0.15)
    async with (
        vendor_server(streams(fake_chat.says(REST))) as server,
        call(agent(llm=[first, fake_chat.declare(server.url, resume=resume)])) as rig,
    ):
        assert await rig.asks() == ANSWER
    (body,) = server.bodies
    begun = {"role": "assistant", "content": FIRST_SENTENCE}
    assert body["messages"][-1] == begun | marks
    assert {key: body[key] for key in body if key.startswith(("add_", "continue_"))} == fields


@pytest.mark.parametrize(
    ("model", "resume"),
    [
        ("claude-3-5-haiku-20241022", ResumeMode.PREFIX),
        ("claude-sonnet-4-20250514", ResumeMode.PREFIX),
        ("claude-opus-4-1", ResumeMode.PREFIX),
        ("claude-haiku-4-5-20251001", ResumeMode.PREFIX),
        ("claude-opus-4-6", ResumeMode.ASK),
        ("claude-sonnet-5", ResumeMode.ASK),
        ("claude-whatever", ResumeMode.ASK),
    ],
)
def test_the_name_of_a_claude_tells_how_it_goes_on(model: str, resume: ResumeMode) -> None:
    assert AnthropicLLM(model=model).capabilities.resume is resume


@pytest.mark.parametrize(
    "options",
    [
        {"model": "o3"},
        {"model": "gpt-5-mini"},
        {"model": "gpt-5.1", "reasoning_effort": "low"},
        {"model": "qwen3", "thinks": True},
    ],
)
def test_name_effort_or_option_tell_that_a_model_thinks(options: dict[str, Any]) -> None:
    assert OpenAILLM(**options).capabilities.thinks


@pytest.mark.parametrize(
    "options",
    [
        {"model": "gpt-5.1"},
        {"model": "gpt-5", "reasoning_effort": "none"},
        {"model": "o3", "thinks": False},
    ],
)
def test_and_that_it_does_not(options: dict[str, Any]) -> None:
    assert not OpenAILLM(**options).capabilities.thinks


# ------------------------------------------------------------ signs of work


def thoughtful(dialect: Dialect) -> list[bytes]:
    """Return an answer before which the model thinks for two events."""
    match dialect.name:
        case "chat":
            thoughts = [
                fake_chat.chunk(role="assistant", reasoning_content="Hm."),
                fake_chat.chunk(reasoning="And."),
            ]
            return [*thoughts, *fake_chat.says("Yes.")]
        case "responses":
            place = {"item_id": "rs_1", "output_index": 0}
            item: dict[str, Any] = {"type": "reasoning", "id": "rs_1", "summary": []}
            thoughts = [
                fake_responses.event("response.output_item.added", item=item, output_index=0),
                fake_responses.event(
                    "response.reasoning_summary_text.delta", delta="Hm.", summary_index=0, **place
                ),
            ]
            begun, *answer = fake_responses.says("Yes.")
            return [begun, *thoughts, *answer]
        case _:
            thoughts = fake_claude.thought(0, "Hm.", "s1")
            answer = fake_claude.text("Yes.", 1)
            return [*fake_claude.begun(), *thoughts, *answer, *fake_claude.ended("end_turn")]


def progress(events: list[ChatEvent]) -> list[ChatProgress]:
    return [event for event in events if isinstance(event, ChatProgress)]


@every_dialect
async def test_thinking_is_told_as_a_sign_of_work(dialect: Dialect) -> None:
    events, _ = await asked(dialect, streams(thoughtful(dialect)))
    assert len(progress(events)) >= 2
    assert all(sign.is_thinking for sign in progress(events))


@every_dialect
async def test_every_piece_of_a_call_in_the_making_is_a_sign_of_work(dialect: Dialect) -> None:
    events, _ = await asked(dialect, streams(dialect.calls([("rooms_free", '{"nights": 2}')])))
    made = events.index(next(event for event in events if isinstance(event, ToolCall)))
    assert events[:made].count(ChatProgress()) >= 4
    assert not any(sign.is_thinking for sign in progress(events))


@every_dialect
async def test_an_answer_in_words_has_no_other_signs_and_a_ping_is_none(dialect: Dialect) -> None:
    events, _ = await asked(dialect, streams(dialect.says("Yes.")))
    assert not progress(events)


# ------------------------------------------------------------ tools over the wire


@pytest.mark.slow
@every_dialect
async def test_llm_half_tool_call_at_every_fragment(dialect: Dialect) -> None:
    whole = dialect.calls([("rooms_free", '{"nights": 2}')])
    after_the_end = 3 if dialect is CHAT else 1
    for at in range(1, len(whole) + 1 - after_the_end):
        wish = ToolCall(call_id="c1", name="rooms_free", arguments='{"nights": 2}')
        second = ScriptedLLM(name="second", replies=[[wish], "Three rooms are free."])
        async with (
            vendor_server(cuts(whole[:at])) as server,
            call(desk([dialect.declare(server.url), second])) as rig,
        ):
            assert await rig.asks() == "Three rooms are free."
            assert [event["status"] for event in rig.fields("tool_called")] == ["started", "done"]
            assert only_switch(rig)["kind"] == "closed", f"cut after {at} of {len(whole)}"


@every_dialect
async def test_llm_thinking_block_not_sent_to_other_vendor(dialect: Dialect) -> None:
    thinks_and_asks = [
        *fake_claude.begun(),
        *fake_claude.thought(0, "Hm.", "signed-by-the-first"),
        *fake_claude.called(1, "rooms_free", '{"nights": 2}'),
        *fake_claude.ended("tool_use"),
    ]
    down = refuses(500, {"message": "down", "type": "api_error"})
    async with (
        vendor_server(streams(thinks_and_asks), down) as one,
        vendor_server(streams(dialect.says("Three rooms."))) as other,
    ):
        first = fake_claude.declare(one.url, model="claude-first", thinking="adaptive")
        second = dialect.declare(other.url, name="second", model="second")
        async with call(desk([first, second])) as rig:
            assert await rig.asks() == "Three rooms."
        (body,) = other.bodies
    check_request(dialect.request_type, body)
    assert "Hm." in str(one.bodies[1]), "whose thought it is gets it back"
    assert "3 rooms" in str(body), "the output goes over"
    assert not any(part in str(body) for part in ("Hm.", "signed-by-the-first", "thinking"))
