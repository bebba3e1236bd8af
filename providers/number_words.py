"""English number words and the numbers they mean, both ways, below a million."""

from collections.abc import Callable, Sequence
from typing import Final

UNITS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
VALUES: Final = {word: value for value, word in enumerate(UNITS)} | {
    word: 10 * value for value, word in enumerate(TENS, start=2)
}
HUNDRED: Final = 100
THOUSAND: Final = 1000
SCALES: Final = {"hundred": HUNDRED, "thousand": THOUSAND}
SOUND_ALIKES: Final = {"to": 2, "too": 2, "for": 4, "won": 1, "ate": 8}
"""What a recogniser writes for a number; meant as one only where a number is expected."""


def is_number(word: str) -> bool:
    """Tell whether a word is a number or part of one."""
    return word.isdecimal() or word in VALUES or word in SCALES


def parse_number(words: Sequence[str]) -> int | None:
    """Return the number that these words mean together: ``twenty one``, ``two hundred``, ``3``."""
    return _thousands([word for word in words if word != "and"])


def _thousands(words: Sequence[str]) -> int | None:
    return _scaled(words, "thousand", _hundreds)


def _hundreds(words: Sequence[str]) -> int | None:
    return _scaled(words, "hundred", _below_hundred)


def _scaled(
    words: Sequence[str], scale: str, below: Callable[[Sequence[str]], int | None]
) -> int | None:
    if scale not in words:
        return below(words)
    at = words.index(scale)
    count = below(words[:at]) if at else 1
    rest = below(words[at + 1 :]) if words[at + 1 :] else 0
    return None if count is None or rest is None else count * SCALES[scale] + rest


def _below_hundred(words: Sequence[str]) -> int | None:
    match words:
        case [word] if word.isdecimal():
            return int(word)
        case [word]:
            return VALUES.get(word)
        case [tens, unit] if tens in TENS and unit in UNITS[1:10]:
            return VALUES[tens] + VALUES[unit]
        case _:
            return None


def say_number(value: int) -> str:
    """Return the words of a number from 0 to 999 999.

    Raises:
        ValueError: it is outside of that.
    """
    if not 0 <= value < THOUSAND * THOUSAND:
        raise ValueError(f"no words for {value}")
    if value < len(UNITS):
        return UNITS[value]
    if value < HUNDRED:
        rest = f" {UNITS[value % 10]}" if value % 10 else ""
        return TENS[value // 10 - 2] + rest
    scale, name = (HUNDRED, "hundred") if value < THOUSAND else (THOUSAND, "thousand")
    rest = f" {say_number(value % scale)}" if value % scale else ""
    return f"{say_number(value // scale)} {name}{rest}"
