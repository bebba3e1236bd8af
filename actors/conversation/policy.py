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
    summarise_over_tokens: int | None = None
    """A longer view lets the model summarise what lies long ago, beside the call. None: never."""

    def __post_init__(self) -> None:
        """Refuse bounds that leave nothing.

        Raises:
            ValueError: A bound is less than one.
        """
        for name, bound in (
            ("max_items", self.max_items),
            ("max_tokens", self.max_tokens),
            ("summarise_over_tokens", self.summarise_over_tokens),
        ):
            if bound is not None and bound < 1:
                raise ValueError(f"{name} must be at least 1, not {bound}")

    def wants_summary(self, conversation: Conversation, summary: Summary | None) -> bool:
        """Whether what the model is shown has become too long to be left as it is."""
        if self.summarise_over_tokens is None:
            return False
        view = conversation if summary is None else conversation.with_summary(summary)
        return view.tokens(self.count) > self.summarise_over_tokens

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
