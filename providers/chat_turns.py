"""The conversation as turns, in the form that every chat API can be told it. Pure.

All of them demand that a round of tool calls is followed at once by exactly one output per call;
the conversation also knows calls that have no output yet, and things said while a tool ran.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, TypeAlias, assert_never

from actors.conversation import Conversation, Item, Message, Role, ToolCall, ToolOutput

_LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH: Final = 9


@dataclass(frozen=True, slots=True)
class Said:
    """What one side said until the other one did something."""

    role: Role
    messages: tuple[Message, ...]

    @property
    def text(self) -> str:
        """The whole of it."""
        return "\n".join(message.text for message in self.messages if message.text)

    @property
    def shows_images(self) -> bool:
        """Whether a model must be shown something; only the caller's side shows anything."""
        return self.role == "user" and any(message.images for message in self.messages)


@dataclass(frozen=True, slots=True)
class ToolRound:
    """Calls that were made beside each other, each with its output."""

    calls: tuple[tuple[ToolCall, ToolOutput], ...]


Turn: TypeAlias = Said | ToolRound


def turns(items: Iterable[Item]) -> tuple[Turn, ...]:
    """Return the conversation in turns; calls without output and empty messages are left out."""
    told: list[Turn] = []
    asked: list[ToolCall] = []
    answered: list[ToolOutput] = []
    for item, after in pairwise((*Conversation(tuple(items)).paired(), None)):
        match item:
            case Message():
                _say(told, item)
            case ToolCall():
                asked.append(item)
            case ToolOutput():
                answered.append(item)
                if not isinstance(after, ToolOutput):
                    told.append(ToolRound(_matched(asked, answered)))
                    asked, answered = [], []
            case None:
                pass
            case _:
                assert_never(item)
    return tuple(told)


def _say(told: list[Turn], message: Message) -> None:
    if not message.text.strip() and not message.images:
        return
    last = told[-1] if told else None
    if isinstance(last, Said) and last.role == message.role:
        told[-1] = replace(last, messages=(*last.messages, message))
    else:
        told.append(Said(message.role, (message,)))


def _matched(
    asked: Sequence[ToolCall], answered: Iterable[ToolOutput]
) -> tuple[tuple[ToolCall, ToolOutput], ...]:
    outputs = list(answered)
    pairs: list[tuple[ToolCall, ToolOutput]] = []
    for call in asked:
        output = next(output for output in outputs if output.call_id == call.call_id)
        outputs.remove(output)
        pairs.append((call, output))
    return tuple(pairs)


def split_system(instructions: str, told: Sequence[Turn]) -> tuple[str, tuple[Turn, ...]]:
    """Return the instructions with what the system said at the beginning, and the other turns."""
    texts = list(filter(None, [instructions]))
    rest = tuple(told)
    if rest and isinstance(rest[0], Said) and rest[0].role == "system":
        texts += [message.text for message in rest[0].messages]
        rest = rest[1:]
    return "\n\n".join(texts), rest


def wire_id(call: ToolCall) -> str:
    """Return the id under which a vendor is told of a call: nine letters and digits.

    A conversation may hold calls of several vendors, and one refuses the other's ids: Anthropic
    takes letters, digits, _ and -, OpenAI at most 40 characters, Mistral just nine letters and
    digits. And some vendors count their calls from zero in every answer.
    """
    number = int.from_bytes(hashlib.sha256(call.id.encode()).digest()[:8])
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
