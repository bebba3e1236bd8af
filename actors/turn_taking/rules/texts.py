"""What a text is: a phrase that interrupts, a backchannel, strong, weak, or the agent's own echo.

Always the whole utterance is judged, and only its words: case and punctuation are folded away.
"""

import enum
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from actors.turn_taking.config import InterruptConfig, InterruptMode

Words: TypeAlias = tuple[str, ...]
Entries: TypeAlias = frozenset[Words]

_APOSTROPHES = str.maketrans("", "", "'’‘")


class TextClass(enum.Enum):
    """How much a text weighs against the agent's speech."""

    ECHO = "echo"
    PHRASE = "phrase"
    BACKCHANNEL = "backchannel"
    STRONG = "strong"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The folded lists of one configuration."""

    phrases: Entries
    backchannels: Entries
    """Fillers are backchannels, too."""
    fillers: Entries
    hesitations: Entries


@lru_cache(maxsize=256)  # one text is weighed by several rules
def fold(text: str) -> Words:
    """Reduce a text to its words: letters, marks and digits, without case."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    return tuple("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in plain).split())


@lru_cache(maxsize=64)
def entries(texts: tuple[str, ...]) -> Entries:
    """Fold a list of the configuration."""
    return frozenset(map(fold, texts))


def vocabulary(config: InterruptConfig, hesitations: tuple[str, ...]) -> Vocabulary:
    """Fold the lists of the configuration."""
    fillers = entries(config.fillers)
    return Vocabulary(
        phrases=entries(config.phrases),
        backchannels=entries(config.backchannels) | fillers,
        fillers=fillers,
        hesitations=entries(hesitations),
    )


def _reached(words: Words, known: Entries) -> list[int]:
    """Find the positions that a sequence of entries can reach from the start."""
    reached = [0]
    for end in range(1, len(words) + 1):
        if any(words[start:end] in known for start in reached):
            reached.append(end)
    return reached


def made_of(words: Words, known: Entries) -> bool:
    """Tell whether the text is nothing but entries, one after the other."""
    return bool(words) and _reached(words, known)[-1] == len(words)


def could_grow_into(words: Words, known: Entries) -> bool:
    """Tell whether more words could make the text nothing but entries."""
    rests = [words[start:] for start in _reached(words, known) if start < len(words)]
    return any(
        len(entry) > len(rest) and entry[: len(rest)] == rest for rest in rests for entry in known
    )


def is_phrase(words: Words, known: Vocabulary) -> bool:
    """Tell whether the text is nothing but interrupt phrases, hesitations before them allowed."""
    return any(
        made_of(words[start:], known.phrases) for start in _reached(words, known.hesitations)
    )


def is_echo(words: Words, spoken: Words, least: int) -> bool:
    """Tell whether the text is a run of what the agent just spoke, long enough to be no chance."""
    size = len(words)
    return size >= least and any(
        spoken[start : start + size] == words for start in range(len(spoken) - size + 1)
    )


def classify(words: Words, config: InterruptConfig, known: Vocabulary) -> TextClass:
    """Weigh a text that is no echo."""
    if is_phrase(words, known):
        return TextClass.PHRASE
    if made_of(words, known.backchannels):
        return TextClass.BACKCHANNEL
    if config.mode is not InterruptMode.VAD_ONLY and len(words) >= config.min_words:
        return TextClass.STRONG
    return TextClass.WEAK


def rest_after(text: str, beginning: Words) -> str | None:
    """Return what the text adds to its beginning; None if it begins otherwise."""
    tokens = text.split()
    seen: Words = ()
    for index, token in enumerate(tokens):
        if len(seen) >= len(beginning):
            return " ".join(tokens[index:]) if seen == beginning else None
        seen += fold(token)
    return "" if seen == beginning else None
