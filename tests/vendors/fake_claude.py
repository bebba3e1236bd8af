"""What Anthropic's messages send."""

from collections.abc import Mapping, Sequence
from typing import Any

from anthropic.types import RawMessageStreamEvent
from anthropic.types.message_create_params import MessageCreateParamsStreaming
from pydantic import SecretStr

from actors.ports import LanguageModel, Provider
from providers.anthropic.llm import AnthropicLLM
from tests.vendors.sdk_types import made, sse, told

REQUEST = MessageCreateParamsStreaming
UNREADABLE = [
    sse("{half", "message_delta"),
    told([1, 2], "message_delta"),
    told({"type": "message_start"}, "message_start"),
    told({"type": "content_block_start", "index": 0}, "content_block_start"),
    told({"type": "message_delta", "delta": "x"}, "message_delta"),
    told({"type": "content_block_stop", "index": 0}, "content_block_stop"),
]
PING = told({"type": "ping"}, "ping")


def declare(url: str, **options: Any) -> Provider[LanguageModel]:
    fields: dict[str, Any] = {
        "model": "claude-test",
        "base_url": url,
        "api_key": SecretStr("sk-1"),
    }
    return AnthropicLLM(**fields | options)


def event(kind: str, **fields: Any) -> bytes:
    return sse(made(RawMessageStreamEvent, {"type": kind, **fields}), kind)


def begun() -> list[bytes]:
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-test",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "cache_read_input_tokens": 3, "output_tokens": 1},
    }
    return [event("message_start", message=message), PING]


def block(index: int, begin: Mapping[str, Any], *deltas: Mapping[str, Any]) -> list[bytes]:
    return [
        event("content_block_start", index=index, content_block=begin),
        *(event("content_block_delta", index=index, delta=delta) for delta in deltas),
        event("content_block_stop", index=index),
    ]


def text(words: str, index: int = 0) -> list[bytes]:
    first, *others = words.split(" ")
    deltas = [{"type": "text_delta", "text": part} for part in (first, *(f" {w}" for w in others))]
    return block(index, {"type": "text", "text": ""}, *deltas)


def thought(index: int, words: str, signature: str) -> list[bytes]:
    return block(
        index,
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "thinking_delta", "thinking": words},
        {"type": "signature_delta", "signature": signature},
    )


def called(index: int, name: str, arguments: str) -> list[bytes]:
    parts = [arguments[at : at + 5] for at in range(0, len(arguments), 5)]
    deltas = [{"type": "input_json_delta", "partial_json": part} for part in ("", *parts)]
    begin: dict[str, Any] = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": {}}
    return block(index, begin, *deltas)


def ended(reason: str) -> list[bytes]:
    delta = {"stop_reason": reason, "stop_sequence": None}
    return [
        event("message_delta", delta=delta, usage={"output_tokens": 5}),
        event("message_stop"),
    ]


def says(words: str) -> list[bytes]:
    return [*begun(), *text(words), *ended("end_turn")]


def asked_for(asked: Sequence[tuple[str, str]], first: int = 0) -> list[bytes]:
    events: list[bytes] = []
    for index, (name, arguments) in enumerate(asked, start=first):
        events += called(index, name, arguments)
    return events


def calls(asked: Sequence[tuple[str, str]]) -> list[bytes]:
    return [*begun(), *asked_for(asked), *ended("tool_use")]


def cut_off(words: str, asked: Sequence[tuple[str, str]]) -> list[bytes]:
    return [*begun(), *text(words), *asked_for(asked, 1), *ended("max_tokens")]


def filtered() -> list[bytes]:
    return [*begun(), *text("Well"), *ended("refusal")]


def trouble(kind: str) -> bytes:
    name = {
        "overloaded": "overloaded_error",
        "rate": "rate_limit_error",
        "request": "invalid_request_error",
    }[kind]
    error = {"type": name, "message": f"trouble: {kind}"}
    return told({"type": "error", "error": error}, "error")
