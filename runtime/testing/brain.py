"""The mind behind a simulated model: what it says to whom, the same again whoever asks.

Every word of a reply is used once in a call, so that it can be told what became of it. An
understudy that is asked the same gives the same reply.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from actors.conversation import Item, Message, ToolCall, ToolOutput
from actors.vendor import ChatRequest, ToolSchema
from runtime.testing.words import WordBook

LIKELY_TOOL = 0.2
SENTENCES = (1, 1, 1, 2, 2, 3, 6)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the caller said last, which time he says so, and how many tools have answered since."""

    text: str
    time: int
    outputs: int

    @classmethod
    def of(cls, items: Sequence[Item]) -> "_Asked":
        said = [
            (n, i.text) for n, i in enumerate(items) if isinstance(i, Message) and i.role == "user"
        ]
        last, text = said[-1] if said else (0, "")
        outputs = sum(isinstance(item, ToolOutput) for item in items[last:])
        return cls(text, sum(before == text for _, before in said), outputs)


@dataclass(slots=True)
class Brain:
    """Makes up replies and remembers them."""

    chance: random.Random
    book: WordBook = field(default_factory=lambda: WordBook("agent"))
    replies: dict[_Asked, "str | ToolCall"] = field(default_factory=dict[_Asked, "str | ToolCall"])

    def reply(self, request: ChatRequest) -> str | ToolCall:
        """Return the answer to what the caller said last."""
        asked = _Asked.of(request.items)
        found = self.replies.get(asked)
        if found is None:
            found = self.replies[asked] = self._think(request.tools, asked.outputs)
        return found

    def answers(self, text: str) -> bool:
        """Tell whether it has said anything to a turn that ends so."""
        return any(
            isinstance(reply, str) and asked.text.endswith(text)
            for asked, reply in self.replies.items()
        )

    def _think(self, tools: Sequence[ToolSchema], outputs: int) -> str | ToolCall:
        if tools and not outputs and self.chance.random() < LIKELY_TOOL:
            tool = self.chance.choice(tools)
            arguments = json.dumps(an_example(tool.parameters, self.chance))
            return ToolCall(call_id=f"sim-{len(self.replies)}", name=tool.name, arguments=arguments)
        sentences = (self._sentence() for _ in range(self.chance.choice(SENTENCES)))
        return " ".join(sentences)

    def _sentence(self) -> str:
        words = [self.book.new() for _ in range(self.chance.randint(2, 9))]
        return f"{' '.join(words)}."


def an_example(schema: dict[str, Any], chance: random.Random) -> Any:
    """Return a value that fits the usual JSON schemas of tools; of what it does not know, null."""
    if "enum" in schema:
        return chance.choice(schema["enum"])
    if "anyOf" in schema:
        return an_example(schema["anyOf"][0], chance)
    match schema.get("type"):
        case "object":
            properties: dict[str, Any] = schema.get("properties", {})
            return {name: an_example(part, chance) for name, part in properties.items()}
        case "array":
            return [an_example(schema.get("items", {}), chance)]
        case "integer":
            low = int(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1))
            return chance.randint(low, max(low, int(schema.get("maximum", low + 9))))
        case "number":
            return float(schema.get("minimum", 1))
        case "boolean":
            return chance.choice((True, False))
        case "string":
            return "something"
        case _:
            return None
