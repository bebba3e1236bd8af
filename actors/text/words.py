"""What counts as a word, and what can be spoken at all."""

import re

UNSPACED = "\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff65"
"""Scripts without spaces between words, with their punctuation; for a character class."""

_RUN = re.compile(rf"[{UNSPACED}]+|[^\s{UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{UNSPACED}]")


def is_unspaced(sign: str) -> bool:
    """Tell whether the character belongs to a script without spaces between words."""
    return bool(_IS_UNSPACED.match(sign))


def is_speakable(text: str) -> bool:
    """Tell whether there is anything to say: a letter or a digit of any script."""
    return any(map(str.isalnum, text))


def count_words(text: str) -> int:
    """Count the words; where a script has no spaces, two characters with a sound count as one."""
    return words_of(half_words(text))


def half_words(text: str) -> int:
    """Count in halves, which add up over the parts of a text: a word 2, an unspaced character 1."""
    return sum(
        sum(map(str.isalnum, run)) if is_unspaced(run[0]) else 2 * is_speakable(run)
        for run in _RUN.findall(text)
    )


def words_of(halves: int) -> int:
    """Return the words that so many halves make, the last half rounded up."""
    return -(-halves // 2)
