"""Written marks that are not said: Markdown, HTML and pictures, taken out of one word at a time.

A Markdown parser such as markdown-it-py needs whole blocks, which is too late for a voice; what
matters to a voice can be told from the start of a line and from the word a mark clings to. Emoji go
by their Unicode category, one code point at a time, since a delta may end inside a sequence.
"""

import html
import re
import unicodedata
from collections.abc import Collection

_TAG_NAMES = (
    "a|abbr|audio|b|blockquote|br|break|code|div|em|emphasis|h[1-6]|hr|i|img|li|mark|ol|p|phoneme|pre|prosody"
    "|q|s|say-as|small|span|speak|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul|voice"
)
_ATTRIBUTE = r"""\s+[\w:-]+=(?:"[^"]*"|'[^']*')"""
_HALF_ATTRIBUTE = r"""\s+(?:[\w:-]+=(?:"[^"]*|'[^']*))?"""
_HALF_TAG = re.compile(
    rf"<(?:{_TAG_NAMES})(?:{_ATTRIBUTE})*(?:{_HALF_ATTRIBUTE})?\Z", re.IGNORECASE
)
_HALF_LINK = re.compile(r"\]\([^()\s]+\s[^()]*\Z")
_TAG = re.compile(r"</?[A-Za-z][\w:-]*(?:\s[^<>]*)?/?>")
_AUTOLINK = re.compile(r"<([^<>\s]*(?:://|@)[^<>\s]*)>")
_LINK_TARGET = re.compile(r"\]\([^()]*(?:\([^()]*\)[^()]*)*\)|\]\[[^\]]*\]")
_FOOTNOTE = re.compile(r"\[\^?\d+\]")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_PRODUCT = re.compile(r"(?<=\d)\*(?=\d)")
_EMPHASIS = re.compile(r"\*+|~~+|`+|(?<![^\W_])_+|_+(?![^\W_])|!?\[|[\]|]")
_SPACE_BEFORE_MARK = re.compile(r"\s+(?=[.,;:!?…])")
_EMOTICON = re.compile(r"[:;][-']?[)(DPp|]|<3")
_DASHES = {"-", "--", "---"}

_LINE_MARK = re.compile(r"#{1,6}|>+|[-*+•]|\[[xX]?|\]|\[[xX]\]|[-=*_]{2,}:?|:-+:?|-:")
_FENCE = re.compile(r"(?:```+|~~~+)[^`~]*")

_PICTURE_PARTS = {"\ufe0e", "\ufe0f", "\u20e3"}
"""Variation selectors and the keycap."""
_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_TAGS = range(0xE0020, 0xE0080)


def is_line_mark(word: str) -> bool:
    """Tell whether the word, first in its line, only says what kind of line it is."""
    return bool(_LINE_MARK.fullmatch(word))


def is_fence(word: str) -> bool:
    """Tell whether the word, first in its line, opens or closes a block of code; code is spoken."""
    return bool(_FENCE.fullmatch(word))


def is_unfinished(word_and_space: str) -> bool:
    """Tell whether the space stands inside a tag or a link, so that the word goes on."""
    return bool(_HALF_TAG.search(word_and_space) or _HALF_LINK.search(word_and_space))


def without_marks(word: str, *, kept_signs: Collection[str]) -> str:
    """Return the word without its marks: empty where it was nothing else."""
    if word.isalnum() and word.isascii():
        return word
    if word in _DASHES:
        return "–"
    if _EMOTICON.fullmatch(word):
        return ""
    text = _AUTOLINK.sub(r"\1", word)
    text = _FOOTNOTE.sub("", _LINK_TARGET.sub("", text))
    text = html.unescape(_TAG.sub(" ", text))
    text = _PRODUCT.sub("×", _ESCAPE.sub(r"\1", text))
    if "://" in text or "@" in text:  # an address may contain what is a mark elsewhere
        text = text.strip("*_`[]|~")
    else:
        text = _EMPHASIS.sub("", text).replace("_", " ")
    text = _without_pictures(text, kept_signs)
    return " ".join(_SPACE_BEFORE_MARK.sub("", text).split())


def _without_pictures(text: str, kept_signs: Collection[str]) -> str:
    if text.isascii():
        return text
    kept = ""
    for sign in text:
        if not _is_picture(sign, kept[-1:]) or sign in kept_signs:
            kept += sign
        elif unicodedata.category(sign) == "So":
            kept += " "
    return kept


def _is_picture(sign: str, before: str) -> bool:
    if sign == _JOINER:  # between letters it is spelling, in Indic scripts for one
        return unicodedata.category(before or " ")[0] not in "LM"
    return (
        sign in _PICTURE_PARTS
        or ord(sign) in _SKIN_TONES
        or ord(sign) in _FLAG_TAGS
        or unicodedata.category(sign) == "So"
    )
