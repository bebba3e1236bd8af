"""Text as a language model writes it becomes text as a voice can say it, while it streams.

The filter reads characters and decides word by word; only an amount is held back for one more word
(``$5`` may go on with ``million``). So what comes out does not depend on how the text was cut into
deltas.
"""

import re
from typing import Protocol

from actors.text.language import ENGLISH, Language
from actors.text.marks import is_fence, is_line_mark, is_unfinished, without_marks
from actors.text.say import is_amount, joins_amount, say_word
from actors.text.words import is_unspaced

_NUMERAL = re.compile(r"(\d{1,3})[.)]")
_LONGEST_WORD = 512
"""In characters: a run longer than this is no word, and is not waited for."""


class TextFilter(Protocol):
    """What stands between a language model and the sentence splitter; a new one for each reply."""

    def push(self, delta: str) -> str:
        """Take the next text and return what is ready to be spoken."""
        ...

    def flush(self) -> str:
        """Return what was held back: the text is at its end."""
        ...


class SpeakableFilter:
    """Takes out what is not said and spells out what is only written; spaces come out single."""

    def __init__(self, language: Language = ENGLISH) -> None:
        self._language = language
        self._kept_signs = language.signs.keys() | language.prefixes.keys() | language.money.keys()
        self._out: list[str] = []
        self._word = ""
        self._held = ""  # an amount and the space after it
        self._gap = "\n"  # the white space that was written last; empty after a word
        self._cell_gap = ""  # in a row of a table: what to write before the next word
        self._is_line_start = True
        self._is_row = False
        self._is_fence = False

    def push(self, delta: str) -> str:
        """Take the next text and return what is ready to be spoken."""
        for sign in delta:
            self._take(sign)
        return self._taken()

    def flush(self) -> str:
        """Return what was held back: the text is at its end."""
        self._end_word(after="")
        self._release()
        return self._taken()

    def _taken(self) -> str:
        text = "".join(self._out)
        self._out.clear()
        return text

    def _take(self, sign: str) -> None:
        if sign == "\n":
            self._end_word(after=sign)
            self._end_line()
        elif self._is_fence:
            return
        elif sign.isspace():
            self._take_space()
        elif sign == "|" and (self._is_row or (self._is_line_start and not self._word)):
            self._end_cell()
        else:
            self._word += sign
            if sign == "—" or is_unspaced(sign) or len(self._word) >= _LONGEST_WORD:
                self._end_word(after="")

    def _take_space(self) -> None:
        if is_unfinished(self._word + " "):
            self._word += " "
            return
        self._end_word(after=" ")
        if self._held or self._gap or self._is_fence:
            return
        if self._is_row:
            self._cell_gap = self._cell_gap or " "
        else:
            self._write_gap(" ")

    def _end_line(self) -> None:
        self._release()
        self._is_row = self._is_fence = False
        self._cell_gap = ""
        self._is_line_start = True
        if self._gap != "\n":
            self._write_gap("\n")

    def _end_cell(self) -> None:
        self._end_word(after="|")
        self._release()
        self._is_row = True
        if not self._gap:
            self._cell_gap = ", "

    def _end_word(self, *, after: str) -> None:
        raw, self._word = self._word, ""
        if not raw or (self._is_line_start and self._is_mark(raw, after)):
            return
        if raw == "*" and self._held:
            raw = "×"
        word = without_marks(raw, kept_signs=self._kept_signs)
        if word:
            self._is_line_start = False
            self._put(word, after)

    def _is_mark(self, raw: str, after: str) -> bool:
        """Take a word that only says what kind of line this is."""
        numeral = _NUMERAL.fullmatch(raw)
        if numeral and after == " ":
            self._is_line_start = False
            self._write(f"{numeral[1]},")
            return True
        self._is_fence = is_fence(raw)
        return self._is_fence or is_line_mark(raw)

    def _put(self, word: str, after: str) -> None:
        if self._held and joins_amount(word, self._language):
            word = f"{self._held} {word}"
            self._held = ""
        elif self._held:
            self._release()
            self._write_gap(" ")
        if after == " " and is_amount(word):
            self._held = word
        else:
            self._write(say_word(word, self._language))

    def _release(self) -> None:
        if self._held:
            self._write(say_word(self._held, self._language))
            self._held = ""

    def _write(self, text: str) -> None:
        self._out.append(self._cell_gap + text)
        self._cell_gap = self._gap = ""

    def _write_gap(self, gap: str) -> None:
        self._out.append(gap)
        self._gap = gap
