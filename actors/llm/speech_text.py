"""One reply's text on its way from tokens to pieces: made speakable, joined on, split. Pure."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from actors.llm.join_filter import JoinFilter
from actors.llm.resume import up_to_last_sentence
from actors.text import SentenceSplitter, TextFilter


@dataclass(slots=True)
class SpeechText:
    """What was handed over so far, and what is on its way there."""

    new_filter: Callable[[], TextFilter]
    spoken: list[str] = field(default_factory=list[str])
    """The pieces that were handed over, by their number."""
    round_begins: int = 0
    """The first piece of the present round of the model."""
    asides: set[int] = field(default_factory=set[int])
    """Pieces that are not the model's own."""
    join: JoinFilter | None = None
    """Where this round goes on with what another model has begun."""
    ready: deque[str] = field(default_factory=deque[str])
    """Pieces that are complete and about to be handed over."""
    _filter: TextFilter | None = None
    _splitter: SentenceSplitter = field(default_factory=SentenceSplitter)

    @property
    def pieces(self) -> int:
        """How many pieces were handed over."""
        return len(self.spoken)

    @property
    def due_ns(self) -> int | None:
        """When a waiting clause must be released, if one waits."""
        return self._splitter.due_ns

    @property
    def text(self) -> str:
        """What was handed over so far."""
        return "".join(self.spoken).rstrip()

    @property
    def said_in_round(self) -> str:
        """What was handed over of the model's own words in this round."""
        numbers = range(self.round_begins, self.pieces)
        return "".join(self.spoken[n] for n in numbers if n not in self.asides)

    def set_apart(self) -> None:
        """Keep what comes next from running into what was handed over."""
        if self.spoken and not self.spoken[-1][-1:].isspace():
            self.spoken[-1] += " "

    def put_in(self, text: str, at_ns: int) -> None:
        """Make ready a text that is not the model's own, once nothing else is."""
        aside = SpeechText(self.new_filter)
        pieces = [*aside.push(text, at_ns), *aside.finish(at_ns)]
        self.asides.update(range(self.pieces, self.pieces + len(pieces)))
        self.ready.extend(pieces)

    def next_round(self) -> None:
        """Begin a round of the model."""
        self.set_apart()
        self.round_begins = self.pieces
        self.join = None

    def go_on(self, *, is_literal: bool) -> None:
        """Expect a text that goes on from this round's, perhaps with a repetition first."""
        self.set_apart()
        self.join = JoinFilter(self.said_in_round, is_literal=is_literal)

    def take_back(self, piece: int) -> None:
        """Forget the pieces from this number on: they were taken back."""
        del self.spoken[piece:]
        self.asides = {number for number in self.asides if number < piece}

    def push(self, delta: str, at_ns: int) -> list[str]:
        """Take the next tokens; return the pieces that are ready."""
        if self._filter is None:
            self._filter = self.new_filter()
        return self._split(self._filter.push(delta), at_ns)

    def tick(self, at_ns: int) -> list[str]:
        """Return what has waited long enough."""
        return self._splitter.tick(at_ns)

    def finish(self, at_ns: int) -> list[str]:
        """Return all that was held back; the next token begins anew."""
        ready: list[str] = []
        if self._filter is not None:
            ready += self._split(self._filter.flush(), at_ns)
        if self.join is not None:
            ready += self._splitter.push(self.join.finish(), at_ns)
        ready += self._splitter.finish()
        self._filter, self._splitter = None, SentenceSplitter()
        return ready

    def finish_cut_off(self, at_ns: int) -> list[str]:
        """Return what was held back as far as it is whole sentences, unless there is no other."""
        ready = self.finish(at_ns)
        whole = up_to_last_sentence(ready)
        return whole if whole or self.spoken else ready

    def forget(self) -> None:
        """Drop what was not handed over yet."""
        self.ready.clear()
        self._filter = self.join = None
        self._splitter = SentenceSplitter()

    def _split(self, text: str, at_ns: int) -> list[str]:
        joined = text if self.join is None else self.join.push(text)
        return self._splitter.push(joined, at_ns)
