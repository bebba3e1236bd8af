"""How a conversation is told to Anthropic. Pure.

Roles alternate, the caller's side begins and ends, and outputs come before anything else that the
caller's side says. Notes of the system in the midst of a conversation are told as such by the
caller's side, because not every model has another place for them.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, assert_never, cast

from anthropic.types import (
    Base64ImageSourceParam,
    ContentBlockParam,
    MessageParam,
    TextBlockParam,
    ToolResultBlockParam,
    ToolUseBlockParam,
    URLImageSourceParam,
)

from actors.conversation import ImagePart, Message, ToolCall, ToolOutput
from actors.vendor import ChatRequest
from providers.chat_turns import Said, ToolRound, split_system, turns, wire_id
from providers.vendor_data import given_back

BEGINNING: Final = "(The call begins.)"
"""Stands for the caller where the agent spoke first, or where nobody has spoken."""
YOUR_TURN: Final = "(The caller is silent. It is your turn to speak.)"
"""Stands for the caller where the agent spoke last: newer models refuse to go on by themselves."""


def message_turns(request: ChatRequest, owner: str) -> tuple[str, list[MessageParam]]:
    """Return the system prompt, and the conversation as messages.

    The ``owner`` is the model that is asked: it must be given what it thought before its calls.
    """
    system, told = split_system(request.instructions, turns(request.items))
    talk = _Talk()
    for turn in told:
        match turn:
            case Said():
                _say(talk, turn)
            case ToolRound():
                _use(talk, turn, owner)
                talk.add("user", *(_result(call, output) for call, output in turn.calls))
            case _:
                assert_never(turn)
    if talk.role != "user" and not request.goes_on:
        talk.add("user", _text(YOUR_TURN if told else BEGINNING))
    return system, talk.messages


class _Talk:
    """Messages whose roles alternate."""

    def __init__(self) -> None:
        self.messages: list[MessageParam] = []
        self.role: Literal["user", "assistant"] | None = None
        self._content: list[ContentBlockParam] = []

    def think(self, thoughts: Sequence[ContentBlockParam]) -> None:
        """Put thoughts before all that was said since the other side spoke: there they belong."""
        if self.role == "assistant":
            self._content[:0] = thoughts
        else:
            self.add("assistant", *thoughts)

    def add(self, role: Literal["user", "assistant"], *blocks: ContentBlockParam) -> None:
        if not blocks:
            return
        if self.role is None and role == "assistant":
            self.add("user", _text(BEGINNING))
        if role != self.role:
            self.role, self._content = role, []
            self.messages.append(_message(role, self._content))
        self._content += blocks


def _message(role: Literal["user", "assistant"], blocks: list[ContentBlockParam]) -> MessageParam:
    match role:
        case "user":
            return {"role": "user", "content": blocks}
        case "assistant":
            return {"role": "assistant", "content": blocks}


def _say(talk: _Talk, turn: Said) -> None:
    for message in turn.messages:
        match turn.role:
            case "user":
                talk.add("user", *_parts(message))
            case "assistant" if message.text:
                talk.add("assistant", _text(message.text))
            case "assistant":
                pass
            case "system":
                talk.add("user", _text(f"(Not the caller, but the system: {message.text})"))


def _parts(message: Message) -> Iterator[ContentBlockParam]:
    if message.text:
        yield _text(message.text)
    for image in message.images:
        yield {"type": "image", "source": _source(image)}


def _source(image: ImagePart) -> Base64ImageSourceParam | URLImageSourceParam:
    if image.url:
        return {"type": "url", "url": image.url}
    kind = cast("Any", image.mime)  # the vendor says which it does not take
    return {"type": "base64", "media_type": kind, "data": image.base64}


def _text(text: str) -> TextBlockParam:
    return {"type": "text", "text": text}


def _use(talk: _Talk, turn: ToolRound, owner: str) -> None:
    for number, (call, _) in enumerate(turn.calls):
        thoughts = cast("list[ContentBlockParam]", given_back(owner, call) or [])
        if number:
            talk.add("assistant", *thoughts)
        else:
            talk.think(thoughts)
        use: ToolUseBlockParam = {
            "type": "tool_use",
            "id": wire_id(call),
            "name": call.name,
            "input": arguments_object(call.arguments),
        }
        talk.add("assistant", use)


def _result(call: ToolCall, output: ToolOutput) -> ToolResultBlockParam:
    return {
        "type": "tool_result",
        "tool_use_id": wire_id(call),
        "content": output.output,
        "is_error": output.is_error,
    }


def arguments_object(arguments: str) -> dict[str, object]:
    """Return arguments as the object that Anthropic demands, whatever a model wrote."""
    try:
        found = json.loads(arguments or "{}")
    except ValueError:
        return {"not_json": arguments}
    return cast("dict[str, object]", found) if isinstance(found, dict) else {"value": found}
