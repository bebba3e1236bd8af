"""What is learnt of a voice during a call: its pace, its delay, its loudness. Plain data."""

from dataclasses import dataclass, field
from typing import Final

from actors.loudness import Level
from actors.text import count_words
from actors.word_map import weight

USUAL_FIRST_S: Final = 0.3
"""How long a voice takes to its first sound, as long as nothing is known."""
USUAL_PACE_S: Final = 0.08
"""How long a unit of `weight` lasts, as long as nothing is known: about 200 words a minute."""
LEARNING: Final = 0.3
"""How much of an average the latest value makes."""
SHORTEST: Final = 0.5
LONGEST: Final = 3.0
JUDGED_WORDS: Final = 4
"""Fewer words say too little of a length."""
LEAST_WEIGHT: Final = 16
"""The longest of a text that short is reckoned as if it had four words."""


@dataclass(slots=True)
class Voice:
    """One voice as this call knows it."""

    first_s: float = USUAL_FIRST_S
    pace_s: float = USUAL_PACE_S
    timed: bool | None = None
    """Whether it says where its words lie; None before its first piece."""
    level: Level = field(default_factory=Level)

    def expected_s(self, text: str) -> float:
        """Guess how long the text takes."""
        return self.pace_s * weight(text)

    def longest_s(self, text: str) -> float:
        """Return after how much audio the text must surely be over."""
        return LONGEST * self.pace_s * max(weight(text), LEAST_WEIGHT)

    def is_short(self, text: str, seconds: float) -> bool:
        """Tell whether so much audio cannot hold the whole text."""
        is_judged = count_words(text) >= JUDGED_WORDS
        return is_judged and seconds < SHORTEST * self.expected_s(text)

    def answered(self, within_s: float) -> None:
        """Learn how long the first sound took."""
        self.first_s += LEARNING * (within_s - self.first_s)

    def spoke(self, text: str, seconds: float, *, timed: bool) -> None:
        """Learn from a text that was spoken to its end."""
        self.timed = timed
        if count_words(text) >= JUDGED_WORDS:
            self.pace_s += LEARNING * (seconds / weight(text) - self.pace_s)
