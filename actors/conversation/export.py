"""A conversation as a person reads it: plain text or Markdown, an item a paragraph."""

import re
from collections.abc import Iterable
from typing import Final, assert_never

from actors.conversation.items import Item, Message, ToolCall, ToolOutput

SPEAKERS: Final = {"user": "Caller", "assistant": "Agent", "system": "System"}
"""How the roles are called in what people read."""

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()<>#+=!|~&-])")
_FENCE: Final = re.compile(r"`+")


def to_text(items: Iterable[Item]) -> str:
    """Return a line per item; further lines of an item are indented, so as not to look like one."""
    lines = ["\n  ".join(_line(item).splitlines()) for item in items]
    return "".join(f"{line}\n" for line in lines)


def to_markdown(items: Iterable[Item]) -> str:
    """Return a paragraph per item; nothing that was said can be taken for markup."""
    return "\n".join(f"{_paragraph(item)}\n" for item in items)


def _line(item: Item) -> str:
    match item:
        case Message():
            return f"{_speaker(item)}: {_said(item)}"
        case ToolCall():
            return f"Tool: {item.name}({item.arguments})"
        case ToolOutput():
            return f"Tool: {item.name} {_arrow(item)} {item.output}"
        case _:
            assert_never(item)


def _paragraph(item: Item) -> str:
    match item:
        case Message():
            return f"**{_speaker(item)}:** {_plain(_said(item))}"
        case ToolCall():
            return f"*{_plain(item.name)}* {_code(item.arguments)}"
        case ToolOutput():
            return f"*{_plain(item.name)}* {_arrow(item)} {_code(item.output)}"
        case _:
            assert_never(item)


def _speaker(message: Message) -> str:
    return "Summary" if message.is_summary else SPEAKERS[message.role]


def _said(message: Message) -> str:
    images = (f"[image: {image.url or image.mime}]" for image in message.images)
    parts = (message.text, *images, "– interrupted" if message.interrupted else "")
    return " ".join(part for part in parts if part)


def _arrow(output: ToolOutput) -> str:
    return "failed:" if output.is_error else "→"


def _plain(text: str) -> str:
    """Escape what Markdown would read as markup, and keep line breaks."""
    return _MARKUP.sub(r"\\\1", text).replace("\n", "  \n")


def _code(text: str) -> str:
    """Return a code span; its fence is longer than any within."""
    fence = "`" * (max((len(run) for run in _FENCE.findall(text)), default=0) + 1)
    return f"{fence} {' '.join(text.split())} {fence}"
