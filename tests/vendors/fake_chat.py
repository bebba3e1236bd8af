"""What OpenAI's chat completions send."""

from collections.abc import Mapping, Sequence
from typing import Any

from openai.types.chat import ChatCompletionChunk
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from pydantic import SecretStr

from actors.ports import LanguageModel, Provider
from providers.openai.llm import OpenAILLM
from tests.vendors.sdk_types import made, sse, told

REQUEST = CompletionCreateParamsStreaming
USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
DONE = sse("[DONE]")
UNREADABLE = [
    sse("{half"),
    told([1, 2]),
    told({"detail": "what?"}),
    told({"choices": [{"no": "delta"}]}),
    told({"choices": "none"}),
]


def declare(url: str, **options: Any) -> Provider[LanguageModel]:
    fields: dict[str, Any] = {
        "model": "gpt-test",
        "base_url": f"{url}/v1",
        "api_key": SecretStr("sk-1"),
    }
    return OpenAILLM(**fields | options)


def chunk(
    *, finish: str | None = None, usage: Mapping[str, int] | None = None, **delta: Any
) -> bytes:
    message: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "gpt-test",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    if usage is not None:
        message |= {"choices": [], "usage": usage}
    return sse(made(ChatCompletionChunk, message))


def fragment(index: int, arguments: str, **begin: Any) -> dict[str, Any]:
    """Return a piece of a tool call; the first one has ``id`` and ``name``."""
    name = {"name": begin.pop("name")} if "name" in begin else {}
    kind = {"type": "function"} if "id" in begin else {}
    return {"index": index, "function": {"arguments": arguments} | name} | kind | begin


def ending(reason: str) -> list[bytes]:
    return [chunk(finish=reason), chunk(usage=USAGE), DONE]


def text(words: str) -> list[bytes]:
    first, *others = words.split(" ")
    return [chunk(role="assistant", content=first), *(chunk(content=f" {word}") for word in others)]


def says(words: str) -> list[bytes]:
    return [*text(words), *ending("stop")]


def asked_for(asked: Sequence[tuple[str, str]]) -> list[bytes]:
    chunks = [chunk(role="assistant", content=None)]
    for index, (name, arguments) in enumerate(asked):
        chunks.append(chunk(tool_calls=[fragment(index, "", id=f"call_{index}", name=name)]))
        chunks += [
            chunk(tool_calls=[fragment(index, arguments[at : at + 5])])
            for at in range(0, len(arguments), 5)
        ]
    return chunks


def calls(asked: Sequence[tuple[str, str]]) -> list[bytes]:
    return [*asked_for(asked), *ending("tool_calls")]


def cut_off(words: str, asked: Sequence[tuple[str, str]]) -> list[bytes]:
    return [*text(words), *asked_for(asked), *ending("length")]


def filtered() -> list[bytes]:
    return [*text("Well"), *ending("content_filter")]


def trouble(kind: str) -> bytes:
    codes = {
        "overloaded": {"type": "server_error", "code": None},
        "rate": {"type": "requests", "code": "rate_limit_exceeded"},
        "request": {"type": "invalid_request_error", "code": None},
    }
    return told({"error": {"message": f"trouble: {kind}", **codes[kind]}})
