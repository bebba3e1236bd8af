"""Where a reply is gone on with by another model: what that one repeats is left out. Pure.

A model that is asked to go on in the middle of a reply may begin with its last words, its last
sentence or all of it. The head of the new text is held back as long as it equals, word for word,
the reply from some place on. Once it has caught up it is dropped; where it begins to differ, only
whole sentences are dropped and the rest passes: rather repeated than lost. A run of one or two
words is chance. Nothing is compared by likeness.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from actors.slots.handover import SeamKind
from actors.text.ends import TOKEN, End, end_of
from actors.text.words import half_words

LEAST_HALVES: Final = 6
"""Three words, in halves (`half_words`): what is shorter is equal by chance."""
_SENTENCE_MARKS: Final = re.compile(r"[.!?…。！？।؟][\"'”’»)\]}」』）】*_]*\s*\Z")
_LEADING_DOTS: Final = re.compile(r"\s*(?:\.{2,}|…)?\s*")
_PREFACE_MARKS: Final = re.compile(r"(?:[:—–-]|…|\.{3})\s*\Z")
_PREFACES: Final = tuple(
    tuple(text.split())
    for text in (
        "continuing",
        "continued",
        "to continue",
        "continuing from there",
        "continuing where i left off",
        "picking up where i left off",
        "as i was saying",
        "here is the rest",
        "heres the rest",
    )
)
"""Said before going on; left out only where a colon, a dash or dots follow."""


@dataclass(frozen=True, slots=True)
class _Word:
    key: str
    """Its letters and digits, in small letters."""
    end: int
    """Where it ends in its text, with the signs that stand after it."""
    ends_sentence: bool
    raw: str


class JoinFilter:
    """Reads the new text as it streams; gives out what goes on from the old one.

    Until `seam` is set it gives nothing: it is held back no longer than the old text is long.
    """

    def __init__(self, before: str, *, is_literal: bool = False) -> None:
        """Go on from ``before``, the reply so far.

        Args:
            before: What was handed over.
            is_literal: The vendor itself went on in the text: no more evidence is needed.
        """
        self._said = list(_words(before, is_end=True))
        self._is_open = bool(self._said) and not self._said[-1].ends_sentence
        self._is_literal = is_literal
        self._alive = [at for at in range(len(self._said)) if self._is_long(at, len(self._said))]
        self._begins = {0} | {at + 1 for at, word in enumerate(self._said) if word.ends_sentence}
        self._head = ""
        self._heard: list[_Word] = []
        self._matched = 0
        self._dropped = 0
        self._run = 0
        self._prefaces = list(_PREFACES)
        self._preface: int = 0
        self.seam: SeamKind | None = None
        """How the two texts join, once it is known."""

    @property
    def words_repeated(self) -> int:
        """How many words that were said already it has let pass."""
        return max(0, self._run - self._dropped)

    def push(self, text: str) -> str:
        """Take the next text; return what may be spoken of what was taken so far."""
        if self.seam is not None:
            return text
        self._head += text
        self._read(is_end=False)
        return "" if self.seam is None else self._rest()

    def finish(self) -> str:
        """Return what was held back: the text is at its end."""
        if self.seam is not None:
            return ""
        self._read(is_end=True)
        if self.seam is None:
            self._decide()
        return self._rest()

    # ------------------------------------------------------------ reading word by word

    def _read(self, *, is_end: bool) -> None:
        self._heard = list(_words(self._head, is_end=is_end))
        while self.seam is None and self._preface + self._matched < len(self._heard):
            if self._prefaces:
                self._read_preface()
            if not self._prefaces:
                self._match()

    def _read_preface(self) -> None:
        """Compare the next word with what may be said before going on."""
        at = self._matched
        word = self._heard[at]
        self._prefaces = [p for p in self._prefaces if at < len(p) and p[at] == word.key]
        is_whole = any(len(preface) == at + 1 for preface in self._prefaces)
        if is_whole and _PREFACE_MARKS.search(word.raw):
            self._prefaces, self._preface, self._matched = [], at + 1, 0
        elif self._prefaces:
            self._matched = at + 1
        else:
            self._matched = 0

    def _match(self) -> None:
        """Compare the next word with the reply from every place that is still possible."""
        at = self._preface + self._matched
        if at >= len(self._heard):
            return
        key, alive = self._heard[at].key, list[int]()
        for start in self._alive:
            place = start + self._matched
            if self._said[place].key != key:
                self._differs(start)
            elif place + 1 == len(self._said):
                self._dropped = max(self._dropped, self._matched + 1)
            else:
                alive.append(start)
        self._alive, self._matched = alive, self._matched + 1
        if not alive:
            self._decide()

    def _differs(self, start: int) -> None:
        """Keep of a repetition that began at ``start`` the sentences that are whole on both sides.

        The word that is read next is not of it any more.
        """
        if start not in self._begins:
            return
        if self._is_long(start, start + self._matched):
            self._run = max(self._run, self._matched)
        for words in range(self._matched, self._dropped, -1):
            heard = self._heard[self._preface + words - 1]
            is_sentence = self._said[start + words - 1].ends_sentence and heard.ends_sentence
            if is_sentence and self._is_long(start, start + words):
                self._dropped = words
                return

    def _is_long(self, start: int, end: int) -> bool:
        halves = 0
        for word in self._said[start:end]:
            halves += half_words(word.key)
            if halves >= LEAST_HALVES:
                return True
        return False

    # ------------------------------------------------------------ the verdict

    def _decide(self) -> None:
        for start in self._alive:  # the text ended while it was still equal
            self._differs(start)
        if self._dropped:
            self.seam = SeamKind.DEDUPED
        elif self._is_literal or (self._is_open and self._goes_on()):
            self.seam = SeamKind.JOINED
        else:
            self.seam = SeamKind.UNCHECKED

    def _goes_on(self) -> bool:
        """Whether the first letter is one that stands within a sentence."""
        first = next(filter(str.isalnum, self._head), "")
        return first.isdigit() or first.islower()

    def _rest(self) -> str:
        gone = self._preface + self._dropped
        start = self._heard[gone - 1].end if gone else 0
        rest, self._head = self._head[start:], ""
        return rest[_LEADING_DOTS.match(rest).end() :]  # pyright: ignore[reportOptionalMemberAccess] - it matches always


def _words(text: str, *, is_end: bool) -> Iterator[_Word]:
    """Yield the words that are whole, each with the bare signs that follow it.

    Those are known once the next word is: so it does not matter how the text is cut.
    """
    last: _Word | None = None
    scanned = 0
    while token := TOKEN.match(text, scanned):
        if not (is_end or token.end() < len(text) or token[0].endswith("\n")):
            break
        scanned = token.end()
        key = "".join(filter(str.isalnum, token[0].casefold()))
        if key:
            if last is not None:
                yield last
            last = _Word(key, scanned, _ends_sentence(token, is_end=is_end), token[0])
        elif last is not None:
            ends = last.ends_sentence or _ends_sentence(token, is_end=is_end)
            last = _Word(last.key, scanned, ends, last.raw + token[0])
    if last is not None and is_end:
        yield last


def _ends_sentence(token: re.Match[str], *, is_end: bool) -> bool:
    end = end_of(token, is_first_word=False, is_end=is_end)
    return end is End.SENTENCE or (
        end is End.UNDECIDED and _SENTENCE_MARKS.search(token[0]) is not None
    )
