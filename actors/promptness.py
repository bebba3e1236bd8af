"""How soon a vendor must answer to count as prompt."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Promptness:
    """By when the first result of a turn should be there; None: whenever it comes."""

    llm_s: float | None = 2.0
    """The first words of a language model that does not think, or its first whole tool call."""
    tts_s: float | None = 0.8
    """The first sound of a voice."""

    def __post_init__(self) -> None:
        """Validate.

        Raises:
            ValueError: A limit is not positive.
        """
        for name, value in (("llm_s", self.llm_s), ("tts_s", self.tts_s)):
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be positive or None, not {value}")

    def limit_s(self, slot: str) -> float | None:
        """Return the limit of a slot; None: none."""
        return {"llm": self.llm_s, "tts": self.tts_s}.get(slot)
