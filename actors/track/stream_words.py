"""Where the words of a stream probably lie, of which nobody knows how long it will be. Pure.

As long as it goes on it is taken to last as long as its text usually takes, or as long as what has
come of it by now. So a caller who cuts it off is never taken to have heard a greater share of the
words than of the sound that is known.
"""

from typing import Final

from actors.events import SpokenWord
from actors.voice import Voice
from actors.word_map import estimated, heard

REPORTED_WITHIN_S: Final = 0.2
"""What the Session may have been told more than whoever asks here."""
STEP_S: Final = 0.5
"""A guess is worth correcting by so much."""


class StreamWords:
    """Places the words, and places those anew that were not heard, the more is known."""

    def __init__(self, text: str, rate_hz: int) -> None:
        """Guess by the text alone; positions are samples at ``rate_hz``."""
        self._step = round(STEP_S * rate_hz)
        self._margin = round(REPORTED_WITHIN_S * rate_hz)
        self._end = round(Voice().expected_s(text) * rate_hz)
        self._tokens = text.split()
        self.placed = estimated(text, start=0, samples=self._end)
        """The words in order, as far as is known by now."""

    def replaced(
        self, *, sent: int, played: int, over: bool
    ) -> tuple[int, tuple[SpokenWord, ...]] | None:
        """Learn how much was sent and played; return words that lie elsewhere, if any.

        With them comes the sample from which on what was told before is void. ``over`` says that
        nothing comes after ``sent``: the last word ends there.
        """
        if not over and sent < self._end + self._step:
            return None
        past = played + self._margin if played else 0
        first = len(heard(self.placed, past).split())
        if first == len(self._tokens):
            return None
        self._end = sent
        start = self.placed[first].start
        begin = estimated(" ".join(self._tokens), start=0, samples=sent)[first].start
        if over:
            begin = min(max(begin, played), sent)
        rest = estimated(" ".join(self._tokens[first:]), start=begin, samples=sent - begin)
        self.placed = (*self.placed[:first], *rest)
        return start, rest
