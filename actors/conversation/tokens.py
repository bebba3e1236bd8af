"""How many tokens an item takes, without a tokeniser.

An estimate for deciding what to leave out, not for bills: a token per four bytes of UTF-8, which is
near the truth for European languages and on the safe side for most others; four for the frame of an
item, five more for that of a call; 800 for an image, about what one of 1024 × 768 takes.
"""

from collections.abc import Callable
from typing import Final, TypeAlias, assert_never

from actors.conversation.items import Item, Message, ToolCall, ToolOutput

TokenCounter: TypeAlias = Callable[[Item], int]
"""Counts the tokens of one item, as a certain model would."""

BYTES_PER_TOKEN: Final = 4
ITEM_TOKENS: Final = 4
CALL_TOKENS: Final = 5
IMAGE_TOKENS: Final = 800


def estimated_tokens(item: Item) -> int:
    """Estimate the tokens of one item."""
    match item:
        case Message():
            extra, text = IMAGE_TOKENS * len(item.images), item.text
        case ToolCall():
            extra, text = CALL_TOKENS, item.name + item.arguments
        case ToolOutput():
            extra, text = CALL_TOKENS, item.output
        case _:
            assert_never(item)
    size = len(text.encode("utf-8", "surrogatepass"))
    return ITEM_TOKENS + extra + -(-size // BYTES_PER_TOKEN)
