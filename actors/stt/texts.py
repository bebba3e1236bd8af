"""What a recogniser that took over says again, and what is new. Pure.

It hears a little of what its predecessor has already put into words. A text that tells where it
lies is judged by that; one that does not, by its words.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from actors.audio import CALLER_RATE_HZ

MOST_REPEATED: Final = 8
"""So many words can come again: what is heard again lasts about two seconds."""
MOST_REHEARD: Final = 300
"""The same where a whole speech is heard again: two minutes of it."""
SPAN_OVERLAP: Final = CALLER_RATE_HZ * 3 // 10
"""What is heard again where the last Final told its end: recognisers differ by that much."""
SHORTEST_WORD: Final = CALLER_RATE_HZ // 10
"""Two recognisers may differ by less than this on where a word ends."""
TEXT_OVERLAP: Final = CALLER_RATE_HZ // 2
"""What is heard again where its end can only be guessed: the last word must be whole."""


@dataclass(frozen=True, slots=True)
class Place:
    """From where to where words lie, in samples of the caller's clock."""

    start: int
    end: int

    @property
    def middle(self) -> int:
        """The sample in its middle."""
        return (self.start + self.end) // 2


@dataclass(frozen=True, slots=True)
class Said:
    """What has been put into words for good."""

    through: int = 0
    """All words before this sample are said; 0 where nobody knows."""
    resume_at: int = 0
    """Where another recogniser must begin to listen so that it misses none."""
    tail: tuple[str, ...] = ()
    """The last words of the Finals since the last mark, as far as they may be heard again."""

    def after_final(
        self, text: str, place: Place | None, *, heard_to: int | None, lag: int
    ) -> "Said":
        """Return what is said once this Final is.

        Without a place it ended ``lag`` before it came, when audio up to ``heard_to`` was heard;
        where even that is unknown it is better heard again.
        """
        is_heard_again = place is None and heard_to is None
        most = MOST_REHEARD if is_heard_again else MOST_REPEATED
        tail = (*self.tail, *words(text))[-most:]
        if place is None:
            guess = 0 if heard_to is None else heard_to - lag - TEXT_OVERLAP
            return Said(self.through, max(self.resume_at, guess), tail)
        through = max(self.through, place.end)
        return Said(through, max(self.resume_at, through - SPAN_OVERLAP), tail)

    def after_mark(self, silent_from: int) -> "Said":
        """Return what is said once a mark was answered: all up to the silence before it."""
        return Said(max(self.through, silent_from), silent_from)

    def is_old(self, place: Place | None, join: "Join") -> bool:
        """Tell whether words that lie there are said already, as far as their place tells.

        Of a text that reaches beyond what is said, its words tell, while two are being joined: a
        short new word behind a longer old one lies behind the middle.
        """
        if place is None or (join.again and place.end >= self.through + SHORTEST_WORD):
            return False
        return place.middle < self.through

    def may_join(self, place: Place | None) -> bool:
        """Tell whether words that lie there may begin with some that are said."""
        return place is None or place.start < self.through


@dataclass(frozen=True, slots=True)
class Join:
    """The words that a recogniser which took over may say again before it comes to new ones."""

    again: tuple[str, ...] = ()

    def interim(self, text: str) -> str | None:
        """Return what is new in an Interim; None: nothing yet."""
        new = words(text)
        if _part(new, self.again) is not None:  # it may be about to repeat more
            return None
        return _without(text, self._repeated(new))

    def final(self, text: str) -> tuple["Join", str | None]:
        """Return what is still to be joined after a Final, and what is new in it."""
        new = words(text)
        repeated = self._repeated(new)
        if repeated:
            return Join(), _without(text, repeated)
        inside = _part(new, self.again)
        if inside is not None:
            return Join(self.again[inside + len(new) :]), None
        return Join(), text

    def _repeated(self, new: tuple[str, ...]) -> int:
        """Count the words at the beginning with which the said ones end.

        Of several readings the shortest counts: better a word twice than one lost.
        """
        longest = min(len(new), len(self.again))
        fits = (n for n in range(1, longest + 1) if new[:n] == self.again[-n:])
        return next(fits, 0)


def _without(text: str, count: int) -> str | None:
    if count == 0:
        return text
    return " ".join(text.split()[count:]) or None


def _part(some: tuple[str, ...], of: tuple[str, ...]) -> int | None:
    """Return where the words lie within the others; None: nowhere, or there are none."""
    starts = range(len(of) - len(some) + 1) if some else ()
    return next((at for at in starts if of[at : at + len(some)] == some), None)


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded."""
    return tuple(fold(word) for word in text.split())


def fold(word: str) -> str:
    """Reduce a word to its letters and digits, without case."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    return "".join(sign for sign in plain if sign.isalnum())
