"""A stream of text becomes pieces to be spoken, the first one as early as it can be.

The first piece ends at the first clause, so that the voice starts while the model still writes;
later ones end at sentences. Where a piece ends follows from the text alone, never from how it was
cut into deltas; only ``tick`` cuts earlier, when the model falls silent. Nothing is lost: the
pieces put together are the text.
"""

import re

from actors.text.ends import TOKEN, End, end_of
from actors.text.words import count_words, half_words, is_speakable, words_of


class SentenceSplitter:
    """Cuts one reply into pieces; time comes in with each call."""

    def __init__(
        self,
        *,
        max_words: int = 18,
        first_clause_words: int = 4,
        clause_wait_ns: int = 300_000_000,
        word_wait_ns: int = 1_000_000_000,
    ) -> None:
        """Set the bounds.

        No piece is longer than ``max_words`` (12 suits a voice without word timings). A clause has
        to have ``first_clause_words`` to be worth a piece. When the model is silent for
        ``clause_wait_ns``, a finished clause is spoken; after ``word_wait_ns``, all whole words.

        Raises:
            ValueError: A bound in words is below one.
        """
        if min(max_words, first_clause_words) < 1:
            raise ValueError("max_words and first_clause_words are at least 1")
        self._max_words = max_words
        self._clause_words = first_clause_words
        self._clause_wait_ns = clause_wait_ns
        self._word_wait_ns = word_wait_ns
        self._text = ""  # not yet released
        self._scanned = 0  # the text before it is decided: no piece ends there
        self._halves = 0  # half words before it
        self._clause = 0  # where the last clause ended that is worth a piece
        self._pause = 0  # where the last clause ended, however short
        self._is_first = True
        self._pushed_at_ns = 0
        self._has_waited = False  # the wait for the clause is over

    @property
    def due_ns(self) -> int | None:
        """When to call ``tick``, unless text comes first; None while nothing waits."""
        if not self._has_waited:
            waits = is_speakable(self._text)
            return self._pushed_at_ns + self._clause_wait_ns if waits else None
        waits = is_speakable(self._text[: self._whole_words()])
        return self._pushed_at_ns + self._word_wait_ns if waits else None

    def push(self, text: str, at_ns: int) -> list[str]:
        """Take text and return the pieces that are complete."""
        if text:
            self._text += text
            self._pushed_at_ns = at_ns
            self._has_waited = False
        return self._complete(is_end=False)

    def tick(self, at_ns: int) -> list[str]:
        """Return what has waited long enough for the rest of its sentence."""
        due_ns = self.due_ns
        if due_ns is None or at_ns < due_ns:
            return []
        self._has_waited = True
        pieces = self._released(self._pause_end())
        if not pieces and at_ns >= self._pushed_at_ns + self._word_wait_ns:
            pieces = self._released(self._whole_words())
        return pieces

    def finish(self) -> list[str]:
        """Return the rest; what has nothing to say (a dash, a quote) is left out."""
        pieces = self._complete(is_end=True) + self._released(len(self._text))
        self._text = ""
        return pieces

    def _complete(self, *, is_end: bool) -> list[str]:
        pieces: list[str] = []
        while token := self._next_token(is_end=is_end):
            cut = self._cut(token, is_end=is_end)
            if cut is None:
                break
            pieces += self._released(cut)
        return pieces

    def _next_token(self, *, is_end: bool) -> re.Match[str] | None:
        """Return the next token once nothing can be added to it."""
        token = TOKEN.match(self._text, self._scanned)
        if token is None:
            return None
        is_whole = is_end or token.end() < len(self._text) or token[0].endswith("\n")
        return token if is_whole else None

    def _cut(self, token: re.Match[str], *, is_end: bool) -> int | None:
        """Return where the piece ends, 0 if it goes on, None if the next character decides."""
        halves = self._halves + half_words(token[0])
        if self._halves and words_of(halves) > self._max_words:
            return self._clause or self._with_space(token.start())
        end = end_of(token, is_first_word=not self._halves, is_end=is_end)
        if end is End.UNDECIDED:
            return None
        self._scanned, self._halves = token.end(), halves
        place = self._with_space(token.end())
        if end is End.SENTENCE:
            return place
        if end is End.CLAUSE:
            return self._cut_clause(place)
        return 0

    def _cut_clause(self, place: int) -> int:
        self._pause = place
        if words_of(self._halves) < self._clause_words:
            return 0
        self._clause = place
        return place if self._is_first else 0

    def _with_space(self, place: int) -> int:
        """Leave one space with the piece before it; what follows a newline may not be there yet."""
        is_space = self._text[place : place + 1].isspace() and self._text[place - 1 : place] != "\n"
        return place + is_space

    def _pause_end(self) -> int:
        """Return where a listener expects a pause, taking the text so far for all there is."""
        token = TOKEN.match(self._text, self._scanned)
        if token is None or self._text[token.end() :].strip() or self._may_be_number(token):
            return self._pause
        end = end_of(token, is_first_word=not self._halves, is_end=True)
        if end is End.NOTHING or count_words(self._text) > self._max_words:
            return self._pause
        return len(self._text)

    def _may_be_number(self, token: re.Match[str]) -> bool:
        """Tell whether ``3.`` may go on with ``14``."""
        return token.end() == len(self._text) and token[0][-2:-1].isdigit()

    def _whole_words(self) -> int:
        """Return the end of the last word that is surely whole."""
        space = re.search(r"\s\S*\Z", self._text)
        return max(self._scanned, space.start() + 1 if space else 0)

    def _released(self, cut: int) -> list[str]:
        piece = self._text[:cut]
        if not is_speakable(piece):
            return []
        self._text = self._text[cut:]
        self._scanned = self._halves = self._clause = self._pause = 0
        self._is_first = False
        return [piece]


def pieces(text: str, *, max_words: int = 18) -> list[str]:
    """Cut a whole text."""
    splitter = SentenceSplitter(max_words=max_words)
    return splitter.push(text, at_ns=0) + splitter.finish()
