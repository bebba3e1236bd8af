"""The conversation as turns, in the form that every chat API can be told it. Pure.

All of them demand that a round of tool calls is followed at once by exactly one output per call;
the conversation also knows calls that have no output yet, and things said while a tool ran.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal, TypeAlias, assert_never

from actors.conversation import Item, Message, ToolCall, ToolOutput

CUT_OFF: Final = "length"
"""The reason of an answer that was as long as it may be; a call that it breaks off is void."""
_LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH: Final = 9


@dataclass(frozen=True, slots=True)
class Said:
    """What one side said until the other one did something."""

    role: Literal["user", "assistant", "system"]
    messages: tuple[Message, ...]

    @property
    def text(self) -> str:
        """The whole of it."""
        return "\n".join(message.text for message in self.messages)


@dataclass(frozen=True, slots=True)
class ToolRound:
    """Calls that were made beside each other, each with its output."""

    calls: tuple[tuple[ToolCall, ToolOutput], ...]


Turn: TypeAlias = Said | ToolRound


def turns(items: Iterable[Item]) -> tuple[Turn, ...]:
    """Return the conversation in turns; calls without output and empty messages are left out."""
    items = tuple(items)
    outputs = {item.call_id: item for item in items if isinstance(item, ToolOutput)}
    told: list[Turn] = []
    for before, item in pairwise((None, *items)):
        match item:
            case Message() if item.text.strip():
                _say(told, item)
            case ToolCall() if item.call_id in outputs:
                beside = isinstance(before, ToolCall)
                _call(told, item, outputs[item.call_id], beside=beside)
            case Message() | ToolCall() | ToolOutput() | None:
                pass
            case _:
                assert_never(item)
    return tuple(told)


def _say(told: list[Turn], message: Message) -> None:
    last = told[-1] if told else None
    if isinstance(last, Said) and last.role == message.role:
        told[-1] = replace(last, messages=(*last.messages, message))
    else:
        told.append(Said(message.role, (message,)))


def _call(told: list[Turn], tool_call: ToolCall, output: ToolOutput, *, beside: bool) -> None:
    last = told[-1] if told else None
    if beside and isinstance(last, ToolRound):
        told[-1] = ToolRound((*last.calls, (tool_call, output)))
    else:
        told.append(ToolRound(((tool_call, output),)))


def split_system(instructions: str, told: Sequence[Turn]) -> tuple[str, tuple[Turn, ...]]:
    """Return the instructions with what the system said at the beginning, and the other turns."""
    texts = list(filter(None, [instructions]))
    rest = tuple(told)
    if rest and isinstance(rest[0], Said) and rest[0].role == "system":
        texts += [message.text for message in rest[0].messages]
        rest = rest[1:]
    return "\n\n".join(texts), rest


def wire_id(call_id: str) -> str:
    """Return the id under which a vendor is told of a call.

    A conversation may hold calls of several vendors, and one refuses the other's ids: Anthropic
    takes letters, digits, _ and -, OpenAI at most 40 characters, Mistral nine letters and digits.
    """
    number = int.from_bytes(hashlib.sha256(call_id.encode()).digest()[:8])
    letters: list[str] = []
    for _ in range(_ID_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def is_json(text: str) -> bool:
    """Return whether a text is whole JSON, and not half of one that was cut off."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
