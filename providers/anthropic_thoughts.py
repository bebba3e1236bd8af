"""What a Claude model thought before it called tools.

It must be given its thoughts back, word for word and signed, with the calls that followed them, as
long as it goes on with them; another vendor must never see them. So they stay with the open client
and not in the conversation.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, TypeAlias

from anthropic.types import RedactedThinkingBlockParam, ThinkingBlockParam

from actors.conversation import ToolCall

Thought: TypeAlias = ThinkingBlockParam | RedactedThinkingBlockParam

ROUNDS_KEPT: Final = 16
"""More than the rounds of tools that one reply may have."""


class Thoughts:
    """The thoughts before the latest rounds of tool calls, by the first call of each."""

    def __init__(self) -> None:
        """Begin with an empty head."""
        self._before: OrderedDict[str, tuple[Thought, ...]] = OrderedDict()

    def keep(self, calls: Sequence[ToolCall], thoughts: Sequence[Thought]) -> None:
        """Remember what was thought before these calls."""
        if calls and thoughts:
            self._before[calls[0].call_id] = tuple(thoughts)
        if len(self._before) > ROUNDS_KEPT:
            self._before.popitem(last=False)

    def before(self, call: ToolCall) -> tuple[Thought, ...]:
        """Return what was thought before the round that begins with this call."""
        return self._before.get(call.call_id, ())
