"""Rules of the demo brain: a sentence with slots, and what to do when somebody says about that.

Matching is tolerant in one way only: words may be missing or too many. The words of a pattern must
come in order, most of them must be there, and a slot must find a value of its kind. Pure.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from string import Formatter
from typing import Final, NamedTuple

from providers.number_words import SOUND_ALIKES, parse_number, say_number

SHORTEST_PLURAL: Final = 3
ENOUGH: Final = 0.7
"""So much of a pattern's words must be heard."""
LONGEST_NUMBER: Final = 6
NOISE: Final = frozenset(
    ("a", "an", "the", "please", "um", "uh", "er", "well", "so", "oh", "hey", "just", "there")
)
"""Words that carry no meaning for a rule."""
LIGHT: Final = frozenset(
    (
        *("what", "how", "when", "where", "who", "which", "many", "much", "is", "are", "am", "be"),
        *("do", "does", "did", "can", "could", "would", "will", "have", "has", "i", "you", "we"),
        *("me", "my", "your", "it", "to", "for", "of", "on", "in", "at", "and", "or", "with"),
    )
)
"""Words that nearly every sentence has: ``what time is dinner`` is not about breakfast."""
HEAVY_WEIGHT: Final = 3
EXAMPLE_NUMBERS: Final = range(1, 13)

KINDS: Final = ("number", "text")
KINDS_TOLD: Final = f"{' or '.join(KINDS)}, or a choice such as monday|tuesday"
WITH_KIND: Final = re.compile(rf"\{{(\w+):(?:{'|'.join(KINDS)}|[^{{}}]*\|[^{{}}]*)\}}")
"""A slot in an answer as it is written in a pattern: it means the same."""

Value = int | str
Slots = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a pattern: ``{nights:number}``, ``{name:text}`` or ``{day:monday|tuesday}``."""

    name: str
    kind: str

    def __post_init__(self) -> None:
        """Refuse a kind that there is not.

        Raises:
            ValueError: it is neither ``number`` nor ``text`` nor a choice.
        """
        if self.kind not in KINDS and "|" not in self.kind:
            raise ValueError(f"{{{self.name}:{self.kind}}}: a slot's kind is {KINDS_TOLD}")

    def read(self, words: Sequence[str]) -> Value | None:
        """Return the value that these words are, if they are one."""
        if not words:
            return None
        if self.kind == "number":
            alike = SOUND_ALIKES.get(words[0]) if len(words) == 1 else None
            return parse_number(words) if alike is None else alike
        text = " ".join(words)
        return text if self.kind == "text" or text in self.kind.split("|") else None

    def examples(self) -> list[str]:
        """Return values that a caller may say; none for free text."""
        if self.kind == "number":
            return [say_number(value) for value in EXAMPLE_NUMBERS]
        return [] if self.kind == "text" else self.kind.split("|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How well a pattern fits, and what its slots hold."""

    heard: int
    """How much of the pattern was heard, by the weight of its words."""
    share: float
    """Which part of the whole that is."""
    slots: Slots


@dataclass(frozen=True, slots=True)
class Rule:
    """What callers may say, in one or more wordings, and what follows.

    With ``call`` the agent's tool of that name is called with the slots as its arguments, and its
    output is ``{result}`` in ``say``. A slot named in ``ask`` may be left out by the caller; then
    the question is asked. ``Rule("rooms for {n:number} nights", call="rooms", say="{result}")``.

    Raises:
        ValueError: ``say`` uses a slot that some wording lacks and ``ask`` does not ask for, or
            writes it in another way than ``{name}``, or a slot is of no kind.
    """

    wordings: str | Sequence[str]
    say: str
    call: str | None = None
    ask: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        """Check that the answer can be given."""
        used = self._slots_of_answer()
        for wording in self.patterns():
            known = {part.name for part in parse_pattern(wording) if isinstance(part, Slot)}
            if missing := used - known - set(self.ask):
                raise ValueError(f"{wording!r} has no slot for {sorted(missing)} in {self.say!r}")

    def _slots_of_answer(self) -> set[str]:
        used: set[str] = set()
        for _, field_name, form, _ in Formatter().parse(WITH_KIND.sub(r"{\1}", self.say)):
            name = re.split(r"[.\[]", field_name or "")[0]
            if field_name is None or (self.call and name == "result"):
                continue
            if form or not name:
                written = f"{{{name}:{form}}}" if form else "{}"
                raise ValueError(f"a slot is written {{name}}, not {written}, in {self.say!r}")
            used.add(name)
        return used

    def answer(self, /, **values: object) -> str:
        """Return what to say, with the slots' values and the tool's ``result`` in their places."""
        return WITH_KIND.sub(r"{\1}", self.say).format(**values)

    def patterns(self) -> tuple[str, ...]:
        """Return all wordings."""
        return (self.wordings,) if isinstance(self.wordings, str) else tuple(self.wordings)

    def slot(self, name: str) -> Slot | None:
        """Return the slot of that name."""
        parts = itertools.chain.from_iterable(map(parse_pattern, self.patterns()))
        return next((part for part in parts if isinstance(part, Slot) and part.name == name), None)

    def match(self, text: str) -> Match | None:
        """Return how the best wording fits, if any does."""
        words = content_words(text)
        matches = [
            match_pattern(pattern, words, frozenset(self.ask)) for pattern in self.patterns()
        ]
        return max(filter(None, matches), key=rank, default=None)

    def phrases(self) -> Iterator[str]:
        """Yield sentences that this rule understands, for a recogniser to expect."""
        for pattern in self.patterns():
            parts = parse_pattern(pattern)
            choices = [part.examples() if isinstance(part, Slot) else [part] for part in parts]
            yield from (after_one(" ".join(words)) for words in itertools.product(*choices))
        for name in self.ask:
            slot = self.slot(name)
            yield from slot.examples() if slot is not None else ()


def rank(match: Match) -> tuple[int, int, float]:
    """Order matches: the fuller one, then the one with more heard, then the closer one."""
    return len(match.slots), match.heard, match.share


def singular(word: str) -> str:
    """Return the word that counts as the same for a rule: ``night`` for ``nights``."""
    return word.removesuffix("s") if len(word) > SHORTEST_PLURAL else word


def after_one(phrase: str) -> str:
    """Correct the example ``one nights``."""
    return re.sub(r"\bone (\w+)s\b", r"one \1", phrase)


@cache
def parse_pattern(pattern: str) -> tuple[str | Slot, ...]:
    """Read a pattern into words and slots.

    Raises:
        ValueError: it has no word, or a slot without a kind or of none that there is.
    """
    parts: list[str | Slot] = []
    for name, kind, braces, word in re.findall(r"\{(\w+):([^}]+)\}|(\{[^}]*\}?)|([\w']+)", pattern):
        if braces:
            raise ValueError(
                f"a slot is written {{name:kind}}, not {braces!r}, in the pattern {pattern!r}; "
                f"a kind is {KINDS_TOLD}"
            )
        parts.append(Slot(name, kind) if name else word.lower())
    if not any(isinstance(part, str) for part in parts):
        raise ValueError(f"no word in the pattern {pattern!r}")
    return tuple(parts)


def content_words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, without those that carry no meaning."""
    words = re.findall(r"[\w']+", text.lower().replace("’", "'"))
    return tuple(word for word in words if word not in NOISE)


def match_pattern(pattern: str, words: tuple[str, ...], optional: frozenset[str]) -> Match | None:
    """Fit a pattern to the words of a sentence; None if too little of it is there."""
    parts = tuple(part for part in parse_pattern(pattern) if part not in NOISE)
    best = _Alignment(parts, words, optional).best(0, 0)
    if best is None:
        return None
    slots = dict(best.slots)
    needed = sum(weight(part) for part in _without_unfilled(parts, slots))
    share = min(1.0, best.heard / needed) if needed else 0.0
    return Match(heard=best.heard, share=share, slots=slots) if share >= ENOUGH else None


def weight(part: str | Slot) -> int:
    """Return how much it matters that this part is heard."""
    if isinstance(part, Slot):
        return 0
    return 1 if part in LIGHT else HEAVY_WEIGHT


def _without_unfilled(parts: tuple[str | Slot, ...], slots: Slots) -> Iterator[str | Slot]:
    """Leave out slots that stayed empty, with a word on each side: ``for {nights} nights``."""
    empty = {
        at for at, part in enumerate(parts) if isinstance(part, Slot) and part.name not in slots
    }
    for at, part in enumerate(parts):
        if not {at - 1, at, at + 1} & empty:
            yield part


class _Way(NamedTuple):
    """One way to lay a pattern over a sentence; the greater, the better."""

    heard: int = 0
    filled: int = 0
    covered: int = 0
    slots: tuple[tuple[str, Value], ...] = ()

    def rank(self) -> tuple[int, int, int]:
        return self[:3]


class _Alignment:
    """All ways to lay a pattern over a sentence, from any place in both."""

    def __init__(
        self, parts: tuple[str | Slot, ...], words: tuple[str, ...], optional: frozenset[str]
    ) -> None:
        self._parts = parts
        self._words = words
        self._optional = optional
        self._known: dict[tuple[int, int], _Way | None] = {}

    def best(self, part: int, word: int) -> _Way | None:
        """Return the best way from here to the end; None if a slot would stay empty."""
        if (part, word) not in self._known:
            self._known[part, word] = self._compute(part, word)
        return self._known[part, word]

    def _compute(self, at: int, word: int) -> _Way | None:
        if at == len(self._parts):
            return _Way()
        part = self._parts[at]
        ways = [self.best(at, word + 1)] if word < len(self._words) else []
        if isinstance(part, Slot):
            ways += self._fill(part, at, word)
            if part.name in self._optional:
                ways.append(self.best(at + 1, word))
        else:
            ways.append(self.best(at + 1, word))
            if word < len(self._words) and singular(self._words[word]) == singular(part):
                ways += self._hear(part, at, word)
        return max(filter(None, ways), key=_Way.rank, default=None)

    def _hear(self, part: str, at: int, word: int) -> Iterator[_Way]:
        rest = self.best(at + 1, word + 1)
        if rest is not None:
            yield rest._replace(heard=rest.heard + weight(part), covered=rest.covered + 1)

    def _fill(self, slot: Slot, at: int, word: int) -> Iterator[_Way]:
        longest = LONGEST_NUMBER if slot.kind == "number" else len(self._words)
        for end in range(min(len(self._words), word + longest), word, -1):
            value = slot.read(self._words[word:end])
            rest = self.best(at + 1, end) if value is not None else None
            if value is not None and rest is not None:
                yield _Way(
                    heard=rest.heard,
                    filled=rest.filled + 1,
                    covered=rest.covered + end - word,
                    slots=((slot.name, value), *rest.slots),
                )
