"""How one tool may be used, and how it says that it failed."""

from dataclasses import dataclass


class ToolError(Exception):
    """Raised by a tool to tell the language model what went wrong; its text reaches the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolLimits:
    """What the call must know of a tool before it runs it."""

    timeout_s: float = 30.0
    """After this the call goes on without it."""
    safe: bool = False
    """Whether it only looks: then it may run before the turn is certain, and be cut off."""
    repeatable: bool = False
    """Whether it is run again where a model that has just taken over asks for what was done."""

    def __post_init__(self) -> None:
        """Validate.

        Raises:
            ValueError: The deadline is not positive.
        """
        if not self.timeout_s > 0:
            raise ValueError(f"timeout_s must be positive, not {self.timeout_s}")
