"""How a conversation is told to Anthropic. Pure.

Roles alternate, the caller's side begins and ends, and outputs come before anything else that the
caller's side says. Notes of the system in the midst of a conversation are told as such by the
caller's side, because not every model has another place for them.
"""

import json
from typing import Final, Literal, assert_never, cast

from anthropic.types import (
    ContentBlockParam,
    MessageParam,
    TextBlockParam,
    ToolResultBlockParam,
    ToolUseBlockParam,
)

from actors.conversation import ToolCall, ToolOutput
from actors.vendor import ChatRequest
from providers.anthropic_thoughts import Thoughts
from providers.chat_turns import Said, ToolRound, split_system, turns, wire_id

BEGINNING: Final = "(The call begins.)"
"""Stands for the caller where the agent spoke first, or where nobody has spoken."""
YOUR_TURN: Final = "(The caller is silent. It is your turn to speak.)"
"""Stands for the caller where the agent spoke last: newer models refuse to go on by themselves."""


def message_turns(request: ChatRequest, thoughts: Thoughts) -> tuple[str, list[MessageParam]]:
    """Return the system prompt, and the conversation as messages."""
    system, told = split_system(request.instructions, turns(request.items))
    talk = _Talk()
    for turn in told:
        match turn:
            case Said():
                _say(talk, turn)
            case ToolRound():
                first, _ = turn.calls[0]
                talk.add("assistant", *thoughts.before(first))
                talk.add("assistant", *(_use(call) for call, _ in turn.calls))
                talk.add("user", *(_result(call, output) for call, output in turn.calls))
            case _:
                assert_never(turn)
    if talk.role != "user":
        talk.add("user", _text(YOUR_TURN if told else BEGINNING))
    return system, talk.messages


class _Talk:
    """Messages whose roles alternate."""

    def __init__(self) -> None:
        self.messages: list[MessageParam] = []
        self.role: Literal["user", "assistant"] | None = None
        self._content: list[ContentBlockParam] = []

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
            case "user" | "assistant":
                talk.add(turn.role, _text(message.text))
            case "system":
                talk.add("user", _text(f"(Not the caller, but the system: {message.text})"))


def _text(text: str) -> TextBlockParam:
    return {"type": "text", "text": text}


def _use(call: ToolCall) -> ToolUseBlockParam:
    return {
        "type": "tool_use",
        "id": wire_id(call.call_id),
        "name": call.name,
        "input": arguments_object(call.arguments),
    }


def _result(call: ToolCall, output: ToolOutput) -> ToolResultBlockParam:
    return {
        "type": "tool_result",
        "tool_use_id": wire_id(call.call_id),
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
