"""The conversation as it was really held: immutable items with unique ids, in order.

It contains what was played, not what was generated: an assistant message that was cut off holds the
words that the caller heard and is marked interrupted.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias


def new_id(prefix: str) -> str:
    """Return a unique id such as ``msg_3f0c…``."""
    return f"{prefix}_{uuid.uuid4().hex[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something that was said."""

    role: Literal["user", "assistant", "system"]
    text: str
    interrupted: bool = False
    id: str = field(default_factory=lambda: new_id("msg"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """The model asked for a tool. ``arguments`` is the JSON text as the model wrote it."""

    call_id: str
    name: str
    arguments: str
    id: str = field(default_factory=lambda: new_id("call"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """What became of a tool call; each call gets exactly one."""

    call_id: str
    name: str
    output: str
    is_error: bool = False
    id: str = field(default_factory=lambda: new_id("out"))


Item: TypeAlias = Message | ToolCall | ToolOutput


@dataclass(frozen=True, slots=True)
class Conversation:
    """An immutable list of items; every change gives a new conversation."""

    items: tuple[Item, ...] = ()

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def with_items(self, *items: Item) -> "Conversation":
        """Return the conversation with items added at its end."""
        return replace(self, items=self.items + items)

    def with_replaced(self, item: Item) -> "Conversation":
        """Return the conversation with the item of that id replaced, or added if it is new."""
        if all(old.id != item.id for old in self.items):
            return self.with_items(item)
        return replace(self, items=tuple(item if old.id == item.id else old for old in self.items))

    def without(self, item_id: str) -> "Conversation":
        """Return the conversation without the item of that id."""
        return replace(self, items=tuple(item for item in self.items if item.id != item_id))

    def last_message(self, role: Literal["user", "assistant", "system"]) -> Message | None:
        """Return the latest message of that role, if there is one."""
        for item in reversed(self.items):
            if isinstance(item, Message) and item.role == role:
                return item
        return None
