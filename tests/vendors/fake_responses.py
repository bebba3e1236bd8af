"""What OpenAI's responses send."""

import itertools
from collections.abc import Sequence
from typing import Any

from openai.types.responses import ResponseStreamEvent
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming
from pydantic import SecretStr

from actors.ports import LanguageModel, Provider
from providers.openai.responses_llm import OpenAIResponsesLLM
from tests.vendors.sdk_types import made, sse, told

REQUEST = ResponseCreateParamsStreaming
USAGE = {
    "input_tokens": 12,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 17,
}
UNREADABLE = [
    sse("{half"),
    told([1, 2]),
    told({"detail": "what?"}),
    told({"type": "response.output_item.done", "item": None}),
    told({"type": "response.completed", "response": "yes"}),
]

numbers = itertools.count()


def declare(url: str, **options: Any) -> Provider[LanguageModel]:
    fields: dict[str, Any] = {
        "model": "gpt-test",
        "base_url": f"{url}/v1",
        "api_key": SecretStr("sk-1"),
    }
    return OpenAIResponsesLLM(**fields | options)


def event(kind: str, **fields: Any) -> bytes:
    message = {"type": kind, "sequence_number": next(numbers), **fields}
    return sse(made(ResponseStreamEvent, message), kind)


def response(status: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_700_000_000,
        "model": "gpt-test",
        "status": status,
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        **fields,
    }


def begun() -> list[bytes]:
    going = response("in_progress")
    return [
        event("response.created", response=going),
        event("response.in_progress", response=going),
    ]


def text(words: str) -> list[bytes]:
    first, *others = words.split(" ")
    place: dict[str, Any] = {
        "item_id": "msg_1",
        "output_index": 0,
        "content_index": 0,
        "logprobs": [],
    }
    deltas = [first, *(f" {word}" for word in others)]
    return [event("response.output_text.delta", delta=delta, **place) for delta in deltas]


def ended(kind: str, **fields: Any) -> bytes:
    return event(f"response.{kind}", response=response(kind, usage=USAGE, **fields))


def says(words: str) -> list[bytes]:
    return [*begun(), *text(words), ended("completed")]


def called(index: int, name: str, arguments: str, status: str) -> list[bytes]:
    item = {
        "type": "function_call",
        "id": f"fc_{index}",
        "call_id": f"call_{index}",
        "name": name,
        "arguments": "",
        "status": "in_progress",
    }
    place = {"item_id": item["id"], "output_index": index}
    deltas = [arguments[at : at + 5] for at in range(0, len(arguments), 5)]
    whole = item | {"arguments": arguments, "status": status}
    return [
        event("response.output_item.added", item=item, output_index=index),
        *(event("response.function_call_arguments.delta", delta=d, **place) for d in deltas),
        event("response.output_item.done", item=whole, output_index=index),
    ]


def asked_for(asked: Sequence[tuple[str, str]], *, last: str = "completed") -> list[bytes]:
    events: list[bytes] = []
    for index, (name, arguments) in enumerate(asked):
        status = last if index == len(asked) - 1 else "completed"
        events += called(index, name, arguments, status)
    return events


def calls(asked: Sequence[tuple[str, str]]) -> list[bytes]:
    return [*begun(), *asked_for(asked), ended("completed")]


def incomplete(reason: str) -> bytes:
    return ended("incomplete", incomplete_details={"reason": reason})


def cut_off(words: str, asked: Sequence[tuple[str, str]]) -> list[bytes]:
    half = asked_for(asked, last="incomplete")
    return [*begun(), *text(words), *half, incomplete("max_output_tokens")]


def filtered() -> list[bytes]:
    return [*begun(), *text("Well"), incomplete("content_filter")]


def trouble(kind: str) -> bytes:
    code = {
        "overloaded": "server_error",
        "rate": "rate_limit_exceeded",
        "request": "invalid_prompt",
    }[kind]
    error = {"code": code, "message": f"trouble: {kind}"}
    return event("response.failed", response=response("failed", error=error))
