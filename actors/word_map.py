"""Where the words of a reply lie in its audio, and so which of them were heard. Pure."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from actors.events import SpokenWord
from actors.vendor import WordTiming

_VOWELS: Final = re.compile(r"[aeiouyàáâãåäæèéêëìíîïòóôõöøœùúûüýÿ]+", re.IGNORECASE)
LOOK_AHEAD: Final = 2
"""A voice may pass over one written word in silence: a dash."""


def from_timings(
    words: Iterable[WordTiming], text: str, *, start: int, ratio: float, whole: bool
) -> tuple[SpokenWord, ...]:
    """Place the words of the text, as they are written, by the vendor's timings.

    A voice names its words without punctuation and takes some apart ("3.14"): each timing is
    counted to the written word that it is in. ``ratio`` is track rate over vendor rate, ``start``
    the piece's first sample; unless ``whole``, nothing after the last timed word was spoken.
    """
    tokens = text.split()
    timed = _times_by_token((word for word in words if word.word.strip()), tokens)
    if not timed:
        return ()
    firsts = [0, *list(timed)[1:], len(tokens) if whole else max(timed) + 1]
    return tuple(
        SpokenWord(
            " ".join(tokens[first:after]), start + round(begin * ratio), start + round(end * ratio)
        )
        for (first, after), (begin, end) in zip(pairwise(firsts), timed.values(), strict=True)
    )


def _times_by_token(
    words: Iterable[WordTiming], tokens: Sequence[str]
) -> dict[int, tuple[int, int]]:
    """Return begin and end of the written words that have timings, in order."""
    timed: dict[int, tuple[int, int]] = {}
    if not tokens:
        return timed
    index, rest = 0, tokens[0]
    for word in words:
        spoken = word.word.strip()
        if spoken not in rest:
            index = _next_token(spoken, tokens, index)
            rest = tokens[index]
        rest = rest.partition(spoken)[2]
        timed[index] = (timed.get(index, (word.start, 0))[0], word.end)
    return timed


def _next_token(spoken: str, tokens: Sequence[str], index: int) -> int:
    """Return the written word that a spoken one is in: one of the next two, or still this one."""
    following = range(index + 1, min(index + 1 + LOOK_AHEAD, len(tokens)))
    return next((at for at in following if spoken in tokens[at]), index)


def estimated(text: str, *, start: int, samples: int) -> tuple[SpokenWord, ...]:
    """Spread the words over the audio by their syllables, for a voice without timings."""
    words = text.split()
    total = weight(text)
    placed: list[SpokenWord] = []
    done = 0
    for word in words:
        begin = start + samples * done // total
        done += _weight(word)
        placed.append(SpokenWord(word, begin, start + samples * done // total))
    return tuple(placed)


def weight(text: str) -> int:
    """Guess how long a text takes to say, in units of which a word has three or four."""
    return sum(map(_weight, text.split()))


@lru_cache(maxsize=4096)
def _weight(word: str) -> int:
    """Guess how long a word takes to say: a syllable a vowel group, two a digit, and two more.

    Measured against a voice that gives timings, this is nearer than counting letters; writing
    without such vowels is counted by its letters, two to a syllable.
    """
    syllables = len(_VOWELS.findall(word)) + 2 * sum(map(str.isdigit, word))
    return 2 + (syllables or max(1, len(word) // 2))


def heard(words: Iterable[SpokenWord], played: int) -> str:
    """Return the words of which at least the middle was played."""
    return " ".join(word.word for word in words if is_heard(word, played))


def is_heard(word: SpokenWord, played: int) -> bool:
    """Tell whether at least the middle of the word was played."""
    return (word.start + word.end) // 2 <= played


def unheard(words: Iterable[SpokenWord], played: int) -> str:
    """Return the words of which the middle was not played."""
    return " ".join(word.word for word in words if not is_heard(word, played))


def without_first(words: Sequence[SpokenWord], written: int) -> Sequence[SpokenWord]:
    """Leave out the first written words: who is told of the rest knows them already."""
    for at, word in enumerate(words):
        if written <= 0:
            return words[at:]
        written -= 1 + word.word.count(" ")
    return ()
