"""Where the words of a reply lie in its audio, and so which of them were heard. Pure."""

from collections.abc import Iterable

from actors.events import SpokenWord
from actors.vendor import WordTiming


def from_timings(
    words: Iterable[WordTiming], *, start: int, ratio: float
) -> tuple[SpokenWord, ...]:
    """Place words by the vendor's timings.

    ``ratio`` is track rate over vendor rate, ``start`` the piece's first sample.
    """
    return tuple(
        SpokenWord(w.word, start + round(w.start * ratio), start + round(w.end * ratio))
        for w in words
    )


def estimated(text: str, *, start: int, samples: int) -> tuple[SpokenWord, ...]:
    """Spread the words over the audio by their length, for a voice without timings."""
    words = text.split()
    total = sum(len(word) + 1 for word in words)
    placed: list[SpokenWord] = []
    done = 0
    for word in words:
        begin = start + samples * done // total
        done += len(word) + 1
        placed.append(SpokenWord(word, begin, start + samples * done // total))
    return tuple(placed)


def heard(words: Iterable[SpokenWord], played: int) -> str:
    """Return the words of which at least the middle was played."""
    return " ".join(word.word for word in words if (word.start + word.end) // 2 <= played)


def unheard(words: Iterable[SpokenWord], played: int) -> str:
    """Return the words of which the middle was not played."""
    return " ".join(word.word for word in words if (word.start + word.end) // 2 > played)
