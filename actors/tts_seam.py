"""Where a voice takes over from one that broke off in mid-piece, and with which word. Pure.

With word timings the audio ends with a whole word and the next voice goes on with the word after
it. Without them it is not known how far the text was spoken: by default the sound ends as soon as
can be and the whole text is said again, which repeats words but loses none. The other way is to
keep all the sound and to guess the word, a little too early.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from actors.events import SpokenWord

MARGIN_WORDS = 2
"""How many words earlier than guessed the next voice begins."""


BrokenSpeech: TypeAlias = Literal["repeat", "estimate"]
"""What is said after a voice without word timings has broken off: the whole piece again, so that
nothing is lost; or what follows the word that was probably reached, so that less is repeated and
seldom a word is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """What there is of a text whose voice broke off."""

    text: str
    start: int
    """The epoch's sample at which it begins."""
    end: int
    """The sample up to which there is sound."""
    words: tuple[SpokenWord, ...]
    """Where the words lie: timed ones, or a guess at all of them."""
    timed: bool
    resume: BrokenSpeech = "repeat"

    @property
    def last(self) -> int:
        """The sample at which its last word ends, as far as is known."""
        return self.words[-1].end if self.words else self.start


@dataclass(frozen=True, slots=True)
class Seam:
    """What was said before the cut, and what is left to be said after it."""

    heard: int
    """How many of its words the caller hears of the broken sound, as far as that is known."""
    words: tuple[SpokenWord, ...]
    """Where those lie."""
    rest: str


def places(broken: Broken) -> tuple[int, ...]:
    """Return where the sound should end, if that can still be had."""
    if broken.timed:
        return (max((w.end for w in broken.words if w.end <= broken.end), default=broken.start),)
    if broken.resume == "estimate":
        return (broken.end,)
    return (broken.start,)


def seam(broken: Broken, cut: int) -> Seam:
    """Return what is left to say after sound that really ended at sample ``cut``."""
    if cut <= broken.start:
        return Seam(0, (), broken.text)
    heard = tuple(word for word in broken.words if (word.start + word.end) // 2 <= cut)
    whole = count(tuple(word for word in broken.words if word.end <= cut))
    if broken.timed:
        first = whole
    elif broken.resume == "estimate":
        first = max(0, whole - MARGIN_WORDS)
    else:
        first = 0
    return Seam(count(heard), heard, " ".join(broken.text.split()[first:]))


def count(words: tuple[SpokenWord, ...]) -> int:
    """Count the written words; one that is spoken may stand for several."""
    return sum(len(word.word.split()) for word in words)
