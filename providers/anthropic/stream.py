"""How an answer of Anthropic is read. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from anthropic.types import (
    MessageDeltaUsage,
    RawContentBlockDelta,
    RawContentBlockStartEvent,
    RawMessageStreamEvent,
    RedactedThinkingBlockParam,
    StopReason,
    ThinkingBlockParam,
)
from anthropic.types import Usage as MessageUsage

from actors.chat_capabilities import CUT_OFF
from actors.conversation import ToolCall, new_id
from actors.vendor import (
    ChatDone,
    ChatEvent,
    ChatProgress,
    FailureKind,
    ProviderError,
    TextDelta,
    Usage,
)
from providers.chat_turns import is_json
from providers.vendor_data import kept

Thought: TypeAlias = ThinkingBlockParam | RedactedThinkingBlockParam
"""What it thought before it called tools: it wants that back, word for word and signed."""


@dataclass(slots=True)
class _Block:
    """One content block in the making, of whatever kind."""

    kind: str
    name: str = ""
    text: str = ""
    signature: str = ""

    def thought(self) -> Thought | None:
        match self.kind:
            case "thinking":
                return {"type": "thinking", "thinking": self.text, "signature": self.signature}
            case "redacted_thinking":
                return {"type": "redacted_thinking", "data": self.text}
            case _:
                return None


class MessageReader:
    """Reads one answer, event by event."""

    def __init__(self, vendor: str, owner: str) -> None:
        """Read for the vendor of that name; ``owner`` is the model that answers."""
        self._vendor = vendor
        self._owner = owner
        self._block: _Block | None = None
        self._input_tokens = 0
        self._output_tokens = 0
        self._reason: StopReason | None = None
        self._ended = False
        self._calls: list[ToolCall] = []
        self._thoughts: list[Thought] = []

    def read(self, event: RawMessageStreamEvent) -> Iterator[ChatEvent]:
        """Take the next event; yield what it means."""
        match event.type:
            case "message_start":
                self._count(event.message.usage)
            case "content_block_start":
                yield from self._begin(event)
            case "content_block_delta":
                yield from self._go_on(event.delta)
            case "content_block_stop":
                self._end_block()
            case "message_delta":
                self._reason = event.delta.stop_reason or self._reason
                self._count(event.usage)
            case "message_stop":
                self._ended = True
            case _:  # what will be invented
                pass

    def end(self) -> Iterator[ChatEvent]:
        """Yield what is due at the end of the stream.

        Raises:
            ProviderError: the answer had no end (kind ``closed``), or the model refused
                (``rejected``).
        """
        if not self._ended:
            raise ProviderError(f"{self._vendor}: the answer broke off", kind=FailureKind.CLOSED)
        if self._reason == "refusal":
            raise ProviderError(f"{self._vendor}: it refuses", kind=FailureKind.REJECTED)
        reason = _done(self._reason)
        yield from (call for call in self._calls if reason != CUT_OFF or is_json(call.arguments))
        yield Usage(self._input_tokens, self._output_tokens)
        yield ChatDone(reason)

    def _begin(self, event: RawContentBlockStartEvent) -> Iterator[ChatEvent]:
        block = event.content_block
        self._block = _Block(block.type)
        match block.type:
            case "text":
                yield from _spoken(block.text)
            case "tool_use":
                self._block.name = block.name
                yield ChatProgress()
            case "thinking":
                self._block.text, self._block.signature = block.thinking, block.signature
                yield ChatProgress(is_thinking=True)
            case "redacted_thinking":
                self._block.text = block.data
                yield ChatProgress(is_thinking=True)
            case _:
                pass  # tools that run at the vendor: they are not asked for

    def _go_on(self, delta: RawContentBlockDelta) -> Iterator[ChatEvent]:
        block = self._open_block()
        match delta.type:
            case "text_delta":
                yield from _spoken(delta.text)
            case "input_json_delta":
                block.text += delta.partial_json
                yield ChatProgress()
            case "thinking_delta":
                block.text += delta.thinking
                yield ChatProgress(is_thinking=True)
            case "signature_delta":
                block.signature += delta.signature
            case _:
                pass  # citations, and what will be invented

    def _end_block(self) -> None:
        block, self._block = self._open_block(), None
        if block.kind == "tool_use":
            arguments = block.text.strip() or "{}"
            thoughts, self._thoughts = self._thoughts, []
            self._calls.append(
                ToolCall(
                    call_id=new_id("call"),
                    name=block.name,
                    arguments=arguments,
                    vendor_data=kept(self._owner, thoughts) if thoughts else "",
                )
            )
        elif (thought := block.thought()) is not None:
            self._thoughts.append(thought)

    def _open_block(self) -> _Block:
        if self._block is None:
            raise ProviderError(
                f"{self._vendor}: went on with a block that was not begun",
                kind=FailureKind.PROTOCOL,
            )
        return self._block

    def _count(self, usage: MessageUsage | MessageDeltaUsage) -> None:
        """Note the tokens so far: input includes what came from, or went to, the cache."""
        if usage.input_tokens is not None:
            cached = (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
            self._input_tokens = usage.input_tokens + cached
        self._output_tokens = usage.output_tokens


def _spoken(text: str) -> Iterator[TextDelta]:
    if text:
        yield TextDelta(text)


def _done(reason: StopReason | None) -> str:
    match reason:
        case "max_tokens" | "model_context_window_exceeded":
            return CUT_OFF
        case "tool_use":
            return "tool_calls"
        case _:
            return "stop"
