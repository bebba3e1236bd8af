"""What a word ends: a sentence, a clause or nothing.

It is told from the word and the character after it.
"""

import enum
import re

from actors.text.words import UNSPACED

_CLOSERS = "\"'”’»)]}」』）】*_"
_OPENERS = "\"'“‘«([{「『（【*_"
_CLOSING = re.escape(_CLOSERS)
TOKEN = re.compile(
    rf"[^\S\n]*(?:\n"
    rf"|[{UNSPACED}][{_CLOSING}]*"
    rf"|—[{_CLOSING}]*"
    rf"|[^\s{UNSPACED}—]+(?:—[{_CLOSING}]*)?)"
)
"""A word with the space before it, a newline, or one character of a script without spaces."""
_FOLLOWING = re.compile(r"[^\S\n]*(\S|\n)")

_SENTENCE_MARKS = "!?。！？।؟"
_CLAUSE_MARKS = ",;:–—、，；：،"
_ELLIPSES = ("...", "…")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")

# fmt: off
_NEVER_LAST = frozenset((
    "mr", "mrs", "ms", "dr", "prof", "st", "mt", "rev", "gen", "sen", "rep", "hon", "messrs",
    "vs", "e.g", "i.e", "cf", "ca", "approx", "fig", "figs", "vol", "pp", "ed", "eds",
    "dept", "est", "ext", "tel", "ave", "blvd", "rd", "apt", "nos",
))
# fmt: on
_SOMETIMES_LAST = frozenset(
    ("a.m", "p.m", "etc", "inc", "ltd", "co", "corp", "jr", "sr", "ph.d", "al")
)
"""Last when no small letter and no number follows."""
_BEFORE_NUMBER = frozenset(("no", "p", "ch", "sec", "art"))
"""A word of its own unless a number follows."""


class End(enum.Enum):
    """What a token ends."""

    NOTHING = enum.auto()
    CLAUSE = enum.auto()
    SENTENCE = enum.auto()
    UNDECIDED = enum.auto()
    """The next character will tell."""


def end_of(token: re.Match[str], *, is_first_word: bool, is_end: bool) -> End:
    """Tell what the token ends; ``is_end`` says that nothing follows the text it was found in."""
    word = token[0].lstrip(" \t").lstrip(_OPENERS)
    bare = word.rstrip(_CLOSERS)
    if word == "\n":
        return End.SENTENCE
    if bare.endswith(_ELLIPSES) or (bare[-1:] in _SENTENCE_MARKS and bare != word):
        return _unless_small(token, End.CLAUSE, is_end=is_end)
    if bare[-1:] in tuple(_SENTENCE_MARKS):
        return End.SENTENCE
    if bare.endswith("."):
        return _end_of_dotted(token, bare, is_first_word=is_first_word, is_end=is_end)
    is_clause = bare[-1:] in tuple(_CLAUSE_MARKS) or bare == "-"
    return End.CLAUSE if is_clause else End.NOTHING


def _end_of_dotted(token: re.Match[str], bare: str, *, is_first_word: bool, is_end: bool) -> End:
    key = bare[:-1].lower()
    if key in _SOMETIMES_LAST:
        return _unless_small(token, End.NOTHING, is_end=is_end)
    if key in _BEFORE_NUMBER:
        return _unless_number(token, is_end=is_end)
    is_numeral = is_first_word and key.isdigit()
    is_initial = bare != "I." and _INITIALS.fullmatch(bare) is not None
    return End.NOTHING if is_numeral or is_initial or key in _NEVER_LAST else End.SENTENCE


def _unless_small(token: re.Match[str], otherwise: End, *, is_end: bool) -> End:
    following = _FOLLOWING.match(token.string, token.end())
    if following is None:
        return End.SENTENCE if is_end else End.UNDECIDED
    return otherwise if following[1].islower() or following[1].isdigit() else End.SENTENCE


def _unless_number(token: re.Match[str], *, is_end: bool) -> End:
    following = _FOLLOWING.match(token.string, token.end())
    if following is None:
        return End.SENTENCE if is_end else End.UNDECIDED
    return End.NOTHING if following[1].isdigit() else End.SENTENCE
