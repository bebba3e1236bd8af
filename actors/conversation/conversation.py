"""The conversation: an immutable list of items, and what can be made of it."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from actors.conversation.export import to_markdown, to_text
from actors.conversation.fields import InvalidConversation
from actors.conversation.items import Item, Message, Role
from actors.conversation.pairs import paired
from actors.conversation.summary import Summary
from actors.conversation.tokens import TokenCounter, estimated_tokens
from actors.conversation.window import window
from actors.conversation.wire import items_of, to_dict


@dataclass(frozen=True, slots=True)
class Conversation:
    """An immutable list of items; every change gives a new conversation."""

    items: tuple[Item, ...] = ()

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    # ------------------------------------------------------------ looking

    def find(self, item_id: str) -> Item | None:
        """Return the item of that id, if there is one."""
        return next((item for item in self.items if item.id == item_id), None)

    def last_message(self, role: Role) -> Message | None:
        """Return the latest message of that role, if there is one; a summary is none."""
        for item in reversed(self.items):
            if isinstance(item, Message) and item.role == role and not item.is_summary:
                return item
        return None

    def tokens(self, count: TokenCounter = estimated_tokens) -> int:
        """Return how many tokens the items take: an estimate, unless given a better counter."""
        return sum(map(count, self.items))

    # ------------------------------------------------------------ changing

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

    def with_system(self, text: str) -> "Conversation":
        """Return the conversation with this one system message, at its head; an empty text is none.

        It takes the place of the system messages that there were, and the id of the first of them.
        """
        others = tuple(item for item in self.items if not _is_system(item))
        old = next((item for item in self.items if _is_system(item)), None)
        new = Message(role="system", text=text)
        message = new if old is None else replace(new, id=old.id)
        return replace(self, items=(message, *others) if text else others)

    def without_system(self) -> "Conversation":
        """Return the conversation without system messages, such as for another agent."""
        return self.with_system("")

    def without_tools(self, *, but: Collection[str] = ()) -> "Conversation":
        """Return the conversation without calls and outputs, but for those of the tools named."""
        items = (item for item in self.items if isinstance(item, Message) or item.name in but)
        return replace(self, items=tuple(items))

    # ------------------------------------------------------------ what a model is shown

    def truncated(self, max_items: int) -> "Conversation":
        """Return the latest items; `actors.conversation.window` says which are kept in any case.

        Raises:
            ValueError: Not even one item may stay.
        """
        return replace(self, items=window(self.items, max_items, lambda _: 1))

    def within_tokens(
        self, max_tokens: int, count: TokenCounter = estimated_tokens
    ) -> "Conversation":
        """Return the latest items within so many tokens, as `truncated`.

        Raises:
            ValueError: Not even one token may be taken.
        """
        return replace(self, items=window(self.items, max_tokens, count))

    def paired(self) -> "Conversation":
        """Return the conversation as models accept it: outputs right behind their calls."""
        return replace(self, items=paired(self.items))

    def with_summary(self, summary: Summary) -> "Conversation":
        """Return the conversation with a summary in place of what it stands for."""
        return replace(self, items=summary.applied_to(self.items))

    # ------------------------------------------------------------ in and out

    def to_dict(self) -> dict[str, Any]:
        """Return all of it, images too, as plain data that JSON can hold."""
        return to_dict(self.items)

    @classmethod
    def from_dict(cls, data: object) -> "Conversation":
        """Read what `to_dict` gave.

        Raises:
            InvalidConversation: It is no conversation; the message says where and why.
        """
        return cls(items_of(data))

    def to_json(self) -> str:
        """Return all of it as JSON text: ASCII, which every file takes, whatever was said."""
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_json(cls, text: str) -> "Conversation":
        """Read what `to_json` gave.

        Raises:
            InvalidConversation: It is no JSON, or no conversation.
        """
        try:
            data = json.loads(text)
        except ValueError as error:
            raise InvalidConversation(f"not JSON: {error}") from error
        return cls.from_dict(data)

    def to_text(self) -> str:
        """Return it as a person reads it, a line per item; images by name only."""
        return to_text(self.items)

    def to_markdown(self) -> str:
        """Return it as Markdown, a paragraph per item; images by name only."""
        return to_markdown(self.items)


def _is_system(item: Item) -> bool:
    return isinstance(item, Message) and item.role == "system"
