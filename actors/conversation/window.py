"""Which items are shown when not all can be. Pure.

Always kept, even above the budget: system messages, summaries and the caller's last message, which
is what the model has to answer. Then the latest items, as far as the budget goes:

- a round of tool calls and its outputs stay or go together;
- tools that do not fit are left out alone, so that one giant output does not wipe out all that was
  said before it; a message that does not fit ends the window, so that no talk has holes;
- a window does not begin with tools that were called for something it no longer shows.
"""

from collections.abc import Sequence

from actors.conversation.items import Item, Message
from actors.conversation.pairs import units
from actors.conversation.tokens import TokenCounter


def window(items: tuple[Item, ...], budget: int, weigh: TokenCounter) -> tuple[Item, ...]:
    """Return the items, in their order, whose weights together stay within the budget.

    Raises:
        ValueError: The budget is less than one.
    """
    if budget < 1:
        raise ValueError(f"a window holds at least 1, not {budget}")
    weights = [weigh(item) for item in items]
    if sum(weights) <= budget:
        return items
    kept = indispensable(items)
    room = budget - sum(weights[index] for index in kept)
    for unit in reversed(units(items)):
        if unit[0] in kept:
            continue
        weight = sum(weights[index] for index in unit)
        if weight <= room:
            kept.update(unit)
            room -= weight
        elif isinstance(items[unit[0]], Message):
            break
    return tuple(items[index] for index in sorted(kept - _headless(items, kept)))


def indispensable(items: Sequence[Item]) -> set[int]:
    """Return where the items are that every window shows."""
    kept = {index for index, item in enumerate(items) if _stands_apart(item)}
    asked = (index for index in reversed(range(len(items))) if _is_of_caller(items[index]))
    return kept | {index for index in (next(asked, None),) if index is not None}


def _headless(items: Sequence[Item], kept: set[int]) -> set[int]:
    """Return the tools that begin before the first thing said in the window."""
    said = (
        index
        for index in sorted(kept)
        if isinstance(items[index], Message) and not _stands_apart(items[index])
    )
    first = next(said, 0)
    return {
        index
        for unit in units(items)
        if unit[0] < first and not isinstance(items[unit[0]], Message)
        for index in unit
    }


def _stands_apart(item: Item) -> bool:
    """Tell whether it is about the conversation rather than a part of it."""
    return isinstance(item, Message) and (item.role == "system" or item.is_summary)


def _is_of_caller(item: Item) -> bool:
    return isinstance(item, Message) and item.role == "user"
