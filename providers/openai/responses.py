"""The language of OpenAI's responses: how a request is written and its answer is read. Pure."""

from collections.abc import Iterator
from typing import Final, assert_never

from openai.types.responses import (
    Response,
    ResponseFunctionToolCall,
    ResponseInputItemParam,
    ResponseInputMessageContentListParam,
    ResponseInputParam,
    ResponseStreamEvent,
)

from actors.chat_capabilities import CUT_OFF
from actors.conversation import ToolCall, new_id
from actors.vendor import (
    ChatDone,
    ChatEvent,
    ChatProgress,
    ChatRequest,
    FailureKind,
    ProviderError,
    TextDelta,
    Usage,
)
from providers.chat_turns import Said, ToolRound, split_system, turns, wire_id
from providers.http_failures import one_line

_KINDS: Final = {
    "server_error": FailureKind.ERROR,
    "vector_store_timeout": FailureKind.ERROR,
    "rate_limit_exceeded": FailureKind.RATE_LIMITED,
    "insufficient_quota": FailureKind.MISCONFIGURED,
    "data_residency_mismatch": FailureKind.MISCONFIGURED,
}
"""Any other code says that this request was refused: a prompt, an image or a policy."""


def response_input(request: ChatRequest) -> tuple[str, ResponseInputParam]:
    """Return the instructions, and the conversation as input items."""
    system, told = split_system(request.instructions, turns(request.items))
    items: ResponseInputParam = []
    for turn in told:
        match turn:
            case Said():
                content = _parts(turn) if turn.shows_images else turn.text
                items.append({"type": "message", "role": turn.role, "content": content})
            case ToolRound():
                items += _round(turn)
            case _:
                assert_never(turn)
    return system, items


def _parts(turn: Said) -> ResponseInputMessageContentListParam:
    parts: ResponseInputMessageContentListParam = []
    for message in turn.messages:
        if message.text:
            parts.append({"type": "input_text", "text": message.text})
        for image in message.images:
            parts.append(
                {"type": "input_image", "image_url": image.address, "detail": image.detail}
            )
    return parts


def _round(turn: ToolRound) -> Iterator[ResponseInputItemParam]:
    for tool_call, _ in turn.calls:
        yield {
            "type": "function_call",
            "call_id": wire_id(tool_call),
            "name": tool_call.name,
            "arguments": tool_call.arguments,
        }
    for tool_call, output in turn.calls:
        yield {
            "type": "function_call_output",
            "call_id": wire_id(tool_call),
            "output": output.output,
        }


class ResponseReader:
    """Reads one answer, event by event."""

    def __init__(self, vendor: str) -> None:
        """Read for the vendor of that name."""
        self._vendor = vendor
        self._has_called = False
        self._ended = False

    def read(self, event: ResponseStreamEvent) -> Iterator[ChatEvent]:
        """Take the next event; yield what it means.

        Raises:
            ProviderError: the answer failed.
        """
        match event.type:
            case "response.output_text.delta" | "response.refusal.delta":
                yield TextDelta(event.delta)
            case "response.output_item.added":
                if event.item.type in {"reasoning", "function_call"}:
                    yield ChatProgress(is_thinking=event.item.type == "reasoning")
            case "response.reasoning_text.delta" | "response.reasoning_summary_text.delta":
                yield ChatProgress(is_thinking=True)
            case "response.function_call_arguments.delta":
                yield ChatProgress()
            case "response.output_item.done":
                if event.item.type == "function_call":
                    yield from self._called(event.item)
            case "response.completed" | "response.incomplete":
                yield from self._finished(event.response)
            case "response.failed":
                error = event.response.error
                raise self._failed(error and error.code, (error and error.message) or "failed")
            case "error":
                raise self._failed(event.code, event.message)
            case _:
                pass  # of some fifty kinds, these few concern a voice

    def end(self) -> None:
        """Check that the answer came to its end.

        Raises:
            ProviderError: it did not (kind ``closed``).
        """
        if not self._ended:
            raise ProviderError(f"{self._vendor}: the answer broke off", kind=FailureKind.CLOSED)

    def _called(self, call: ResponseFunctionToolCall) -> Iterator[ToolCall]:
        if call.status != "incomplete":
            self._has_called = True
            arguments = call.arguments.strip() or "{}"
            yield ToolCall(call_id=new_id("call"), name=call.name, arguments=arguments)

    def _finished(self, response: Response) -> Iterator[ChatEvent]:
        self._ended = True
        reason = response.incomplete_details and response.incomplete_details.reason
        if reason == "content_filter":
            raise ProviderError(
                f"{self._vendor}: the answer was filtered", kind=FailureKind.REJECTED
            )
        if response.usage is not None:
            yield Usage(response.usage.input_tokens, response.usage.output_tokens)
        if reason is not None:
            yield ChatDone(CUT_OFF)
        else:
            yield ChatDone("tool_calls" if self._has_called else "stop")

    def _failed(self, code: str | None, message: str) -> ProviderError:
        kind = _KINDS.get(code, FailureKind.REJECTED) if code else FailureKind.ERROR
        return ProviderError(one_line(f"{self._vendor}: {message}"), kind=kind)
