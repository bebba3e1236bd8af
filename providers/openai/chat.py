"""The language of chat completions: how a request is written and how its answer is read. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, assert_never, cast

from openai.types.chat import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionChunk,
    ChatCompletionContentPartParam,
    ChatCompletionMessageFunctionToolCallParam,
    ChatCompletionMessageParam,
)
from openai.types.chat.chat_completion_chunk import Choice, ChoiceDeltaToolCall
from openai.types.chat.chat_completion_content_part_image_param import ImageURL
from openai.types.completion_usage import CompletionUsage

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
from providers.chat_turns import Said, ToolRound, is_json, split_system, turns, wire_id
from providers.vendor_data import given_back, kept

EXTRA: Final = "extra_content"
"""Where Google's server puts the signature of a thought, and wants it back with the call."""


THOUGHTS: Final = ("reasoning_content", "reasoning")
"""Where servers of open models put what their model thinks: DeepSeek and vLLM, OpenRouter."""
PREFIX: Final = "prefix"
"""What Mistral and DeepSeek want to be told of a last message that is to be gone on with."""


def begin_answer(messages: list[ChatCompletionMessageParam]) -> None:
    """Mark the last message as the beginning of the answer."""
    messages[-1] = cast("Any", {**messages[-1], PREFIX: True})


def chat_messages(request: ChatRequest, owner: str) -> list[ChatCompletionMessageParam]:
    """Return the conversation as messages; calls belong to what was said just before them.

    The ``owner`` is the model that is asked, which is given back what is its own.
    """
    system, told = split_system(request.instructions, turns(request.items))
    messages: list[ChatCompletionMessageParam] = []
    if system:
        messages.append({"role": "system", "content": system})
    for turn in told:
        match turn:
            case Said():
                messages.append(_said(turn))
            case ToolRound():
                _add_round(messages, turn, owner)
            case _:
                assert_never(turn)
    return messages


def _said(turn: Said) -> ChatCompletionMessageParam:
    match turn.role:
        case "user":
            return {"role": "user", "content": _parts(turn) if turn.shows_images else turn.text}
        case "assistant":
            return {"role": "assistant", "content": turn.text}
        case "system":
            return {"role": "system", "content": turn.text}


def _parts(turn: Said) -> list[ChatCompletionContentPartParam]:
    parts: list[ChatCompletionContentPartParam] = []
    for message in turn.messages:
        if message.text:
            parts.append({"type": "text", "text": message.text})
        for image in message.images:
            shown: ImageURL = {"url": image.address, "detail": image.detail}
            parts.append({"type": "image_url", "image_url": shown})
    return parts


def _add_round(messages: list[ChatCompletionMessageParam], turn: ToolRound, owner: str) -> None:
    last = messages[-1] if messages else None
    if last is not None and last["role"] == "assistant" and "tool_calls" not in last:
        asked = last
    else:
        asked: ChatCompletionAssistantMessageParam = {"role": "assistant"}
        messages.append(asked)
    asked["tool_calls"] = [_call(call, owner) for call, _ in turn.calls]
    for call, output in turn.calls:
        messages.append({"role": "tool", "tool_call_id": wire_id(call), "content": output.output})


def _call(call: ToolCall, owner: str) -> ChatCompletionMessageFunctionToolCallParam:
    told: ChatCompletionMessageFunctionToolCallParam = {
        "id": wire_id(call),
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }
    extra = given_back(owner, call)
    return told if extra is None else cast("Any", {**told, EXTRA: extra})


@dataclass(slots=True)
class _Call:
    """A tool call in the making."""

    index: int | None
    id: str
    name: str
    arguments: str
    extra: Any = None

    def is_gone_on_with(self, fragment: ChoiceDeltaToolCall) -> bool:
        """Whether the fragment belongs to this call: some servers number all of them 0."""
        return fragment.index == self.index and fragment.id in {None, "", self.id}

    def whole(self, owner: str) -> ToolCall:
        """Return the call under an id of ours: those of some servers begin anew in each answer."""
        return ToolCall(
            call_id=new_id("call"),
            name=self.name,
            arguments=self.arguments.strip() or "{}",
            vendor_data="" if self.extra is None else kept(owner, self.extra),
        )


class ChatReader:
    """Reads one answer; tool calls come at its end, when they are whole."""

    def __init__(self, vendor: str, owner: str) -> None:
        """Read for the vendor of that name; ``owner`` is the model that answers."""
        self._vendor = vendor
        self._owner = owner
        self._calls: list[_Call] = []
        self._usage: CompletionUsage | None = None
        self._reason: str | None = None

    def read(self, chunk: ChatCompletionChunk) -> Iterator[TextDelta | ChatProgress]:
        """Take the next chunk; yield the text in it, or that the model works."""
        for choice in chunk.choices:
            yield from self._read(choice)
        self._usage = chunk.usage or self._usage

    def _read(self, choice: Choice) -> Iterator[TextDelta | ChatProgress]:
        if text := choice.delta.content or choice.delta.refusal:
            yield TextDelta(text)
        elif any((choice.delta.model_extra or {}).get(name) for name in THOUGHTS):
            yield ChatProgress(is_thinking=True)
        for fragment in choice.delta.tool_calls or ():
            self._take(fragment)
            yield ChatProgress()
        self._reason = choice.finish_reason or self._reason

    def _take(self, fragment: ChoiceDeltaToolCall) -> None:
        function = fragment.function
        name = (function and function.name) or ""
        arguments = (function and function.arguments) or ""
        known = [call for call in self._calls if call.is_gone_on_with(fragment)]
        if not known:
            known = [_Call(fragment.index, fragment.id or "", "", "")]
            self._calls += known
        call = known[-1]
        call.name = call.name or name
        call.arguments += arguments
        call.extra = (fragment.model_extra or {}).get(EXTRA, call.extra)

    def end(self) -> Iterator[ChatEvent]:
        """Yield what is due at the end of the stream.

        Raises:
            ProviderError: the answer had no end (kind ``closed``), was filtered (``rejected``) or
                calls a tool without a name (``protocol``).
        """
        if self._reason is None:
            raise ProviderError(f"{self._vendor}: the answer broke off", kind=FailureKind.CLOSED)
        if self._reason == "content_filter":
            raise ProviderError(
                f"{self._vendor}: the answer was filtered", kind=FailureKind.REJECTED
            )
        yield from self._whole_calls()
        if self._usage is not None:
            yield Usage(self._usage.prompt_tokens, self._usage.completion_tokens)
        yield ChatDone(self._reason)

    def _whole_calls(self) -> Iterator[ToolCall]:
        for call in self._calls:
            if not call.name:
                raise ProviderError(
                    f"{self._vendor}: called a tool without a name", kind=FailureKind.PROTOCOL
                )
            whole = call.whole(self._owner)
            if self._reason != CUT_OFF or is_json(whole.arguments):
                yield whole
