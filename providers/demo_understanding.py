"""What the demo brain makes of a conversation: which rule applies, and which slots are known.

It keeps nothing: a question that it asked is found again in the conversation. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.conversation import Item, Message
from providers.demo_rules import LONGEST_NUMBER, Rule, Slot, Slots, Value, content_words, rank


@dataclass(frozen=True, slots=True)
class Understood:
    """The rule that applies to what the caller said, with what is known so far."""

    rule: Rule
    slots: Slots

    def question(self) -> str | None:
        """Return what must be asked before the rule can be carried out."""
        unknown = (ask for name, ask in self.rule.ask.items() if name not in self.slots)
        return next(unknown, None)


def understand(rules: Sequence[Rule], items: Sequence[Item]) -> Understood | None:
    """Find the rule for the caller's last words, or the one that these words go on with."""
    said = last_index(items, "user")
    if said is None:
        return None
    text = _text(items[said])
    best = best_rule(rules, text)
    if best is not None and best.question() is None:
        return best
    return _answered(rules, items[:said], text) or best


def best_rule(rules: Sequence[Rule], text: str) -> Understood | None:
    """Find the rule whose wording fits a sentence best; the first of equals."""
    matches = [(match, rule) for rule in rules if (match := rule.match(text)) is not None]
    if not matches:
        return None
    match, rule = max(matches, key=lambda pair: rank(pair[0]))
    return Understood(rule, match.slots)


def _answered(rules: Sequence[Rule], before: Sequence[Item], text: str) -> Understood | None:
    """Take the words as the answer to the question that the agent asked before them."""
    asked = last_index(before, "assistant")
    if asked is None:
        return None
    open_rule = understand(rules, before[:asked])
    if open_rule is None or open_rule.question() != _text(before[asked]):
        return None
    name = next(name for name in open_rule.rule.ask if name not in open_rule.slots)
    slot = open_rule.rule.slot(name)
    value = find_value(slot, text) if slot is not None else None
    slots = open_rule.slots if value is None else {**open_rule.slots, name: value}
    return Understood(open_rule.rule, slots)


def find_value(slot: Slot, text: str) -> Value | None:
    """Find the longest value of a slot in an answer such as ``for two nights please``."""
    words = content_words(text)
    longest = len(words) if slot.kind != "number" else min(len(words), LONGEST_NUMBER)
    spans = [
        words[start : start + size]
        for size in range(longest, 0, -1)
        for start in reversed(range(len(words) - size + 1))
    ]
    return next((value for span in spans if (value := slot.read(span)) is not None), None)


def last_index(items: Sequence[Item], role: str) -> int | None:
    """Return where the last message of that role is."""
    found = (
        index
        for index in reversed(range(len(items)))
        if isinstance(item := items[index], Message) and item.role == role
    )
    return next(found, None)


def _text(item: Item) -> str:
    assert isinstance(item, Message)
    return item.text
