"""What a summary stands for, and which items the next one should. Pure.

`actors.session.summary` writes it.

The conversation itself stays whole: a summary is applied to it when a model is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from actors.conversation.ids import new_id
from actors.conversation.items import Item, Message
from actors.conversation.pairs import units


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A text that stands for the items with these ids."""

    text: str
    covers: frozenset[str]
    id: str = field(default_factory=lambda: new_id("sum"))

    @property
    def message(self) -> Message:
        """The message that a model is shown.

        It is the agent's own: words of the caller must not come back as the system's.
        """
        return Message(role="assistant", text=self.text, is_summary=True, id=self.id)

    def applied_to(self, items: tuple[Item, ...]) -> tuple[Item, ...]:
        """Put the summary where the first of its items was, and leave these out."""
        covered = [item.id in self.covers for item in items]
        if not any(covered):
            return items
        first = covered.index(True)
        after = (item for item in items[first:] if item.id not in self.covers)
        return (*items[:first], self.message, *after)


class SummaryPlan(NamedTuple):
    """What is to be summarised, oldest first, and what stays as it is."""

    old: tuple[Item, ...]
    rest: tuple[Item, ...]


def summary_plan(items: Sequence[Item], keep_turns: int) -> SummaryPlan:
    """Keep the caller's last turns and what followed them; plan to summarise what was before.

    System messages stay, and so do tools whose outputs came later. There is nothing to summarise
    while no more than a summary stands before the turns that are kept.

    Raises:
        ValueError: Not even one turn is kept: the present one needs its words.
    """
    if keep_turns < 1:
        raise ValueError(f"a summary keeps at least 1 turn, not {keep_turns}")
    cut = _beginning(items, keep_turns)
    old = {index for unit in units(items) if unit[-1] < cut for index in unit}
    old = {index for index in old if not _is_system(items[index])}
    if all(_is_summary(items[index]) for index in old):
        return SummaryPlan((), tuple(items))
    return SummaryPlan(
        tuple(items[index] for index in sorted(old)),
        tuple(item for index, item in enumerate(items) if index not in old),
    )


def _beginning(items: Sequence[Item], turns: int) -> int:
    """Return where the last so many turns of the caller begin; 0 if there are no more."""
    asked = [
        index
        for index, item in enumerate(items)
        if isinstance(item, Message) and item.role == "user"
    ]
    return asked[-turns] if len(asked) > turns else 0


def _is_system(item: Item) -> bool:
    return isinstance(item, Message) and item.role == "system"


def _is_summary(item: Item) -> bool:
    return isinstance(item, Message) and item.is_summary
