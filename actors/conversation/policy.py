"""How much of the conversation the language model is shown when it is asked. Pure."""

from dataclasses import dataclass

from actors.conversation.conversation import Conversation
from actors.conversation.summary import Summary
from actors.conversation.tokens import TokenCounter, estimated_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextPolicy:
    """The bounds of what is shown; the conversation itself is never shortened.

    Instructions and tool schemas are not counted: they come on top.
    """

    max_items: int | None = None
    """None: as many as there are."""
    max_tokens: int | None = 32_000
    """Over two hours of talk: hardly ever cuts but giant tool outputs. None: no bound."""
    count: TokenCounter = estimated_tokens
    """Counts tokens as the model does; an estimate by itself."""

    def __post_init__(self) -> None:
        """Refuse bounds that leave nothing.

        Raises:
            ValueError: A bound is less than one.
        """
        for name, bound in (("max_items", self.max_items), ("max_tokens", self.max_tokens)):
            if bound is not None and bound < 1:
                raise ValueError(f"{name} must be at least 1, not {bound}")

    def applied_to(
        self, conversation: Conversation, summary: Summary | None = None
    ) -> Conversation:
        """Return what the model is shown, as models accept it."""
        view = conversation if summary is None else conversation.with_summary(summary)
        view = view.paired()
        if self.max_items is not None:
            view = view.truncated(self.max_items)
        if self.max_tokens is not None:
            view = view.within_tokens(self.max_tokens, self.count)
        return view
