"""When the recogniser process begins and ends utterances: driven by its input alone.

While nobody speaks it keeps the last second of audio. At a speech start it decodes from a little
before it, at a flush it gives the Final. Where no voice activity detector ever reports anything,
it finds the ends of utterances by itself.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final, Protocol

from providers.pocketsphinx.wire import Endpointing, Frame, Kind

RATE_HZ: Final = 16_000
PRE_ROLL: Final = RATE_HZ * 4 // 10
"""So much before the reported start is decoded too: soft beginnings are reported late."""
MEMORY: Final = RATE_HZ
"""So much is kept while nobody speaks: the pre-roll and the detector's delay."""
INTERIM_EVERY: Final = RATE_HZ // 5


class Recogniser(Protocol):
    """Decodes one utterance at a time."""

    def start(self) -> None:
        """Begin an utterance."""
        ...

    def feed(self, pcm: bytes) -> None:
        """Go on with it."""
        ...

    def text(self) -> str:
        """Return what it sounds like so far."""
        ...

    def finish(self) -> str:
        """End it and return its text."""
        ...


class Endpointer(Protocol):
    """Finds speech by itself; `pocketsphinx.Endpointer` is one."""

    @property
    def frame_bytes(self) -> int:
        """How much it wants at once."""
        ...

    @property
    def in_speech(self) -> bool:
        """Whether someone speaks."""
        ...

    def process(self, frame: bytes) -> bytes | None:
        """Return the speech that became known, the beginning in retrospect."""
        ...


class Listener:
    """One caller's utterances."""

    def __init__(
        self, recogniser: Recogniser, endpointer: Endpointer, endpointing: Endpointing
    ) -> None:
        """Listen from silence."""
        self._recogniser = recogniser
        self._endpointer = endpointer
        self._endpointing = endpointing
        self._memory: deque[tuple[int, bytes]] = deque()
        self._unjudged = b""
        self._speaking = False
        self._since_interim = 0
        self._interim = ""

    def hear(self, at: int, pcm: bytes) -> Iterator[Frame]:
        """Take the next audio."""
        end = at + len(pcm) // 2
        if self._endpointing != "vad":
            self._remember(at, pcm, end)
            yield from self._judge(pcm)
        elif self._speaking:
            yield from self._decode(pcm)
        else:
            self._remember(at, pcm, end)
        yield Frame(Kind.CONSUMED, end)

    def start(self, at: int) -> Iterator[Frame]:
        """Begin an utterance at a sample that a detector reported."""
        if self._endpointing == "own":
            return
        if self._endpointing == "auto":  # there is a detector: it knows better
            self._endpointing = "vad"
            self._abandon()
        if not self._speaking:
            self._begin()
            for begins, pcm in self._memory:
                if begins >= at - PRE_ROLL:
                    yield from self._decode(pcm)
            self._memory.clear()

    def flush(self, mark: int) -> Iterator[Frame]:
        """End the utterance and say that all before the mark has been given."""
        yield from self._finish()
        yield Frame(Kind.FLUSHED, mark)

    def end(self, stream: int) -> Iterator[Frame]:
        """End the utterance: no more audio comes."""
        yield from self._finish()
        yield Frame(Kind.ENDED, stream)

    def _remember(self, at: int, pcm: bytes, end: int) -> None:
        self._memory.append((at, pcm))
        while self._memory[0][0] < end - MEMORY:
            self._memory.popleft()

    def _judge(self, pcm: bytes) -> Iterator[Frame]:
        size = self._endpointer.frame_bytes
        self._unjudged += pcm
        while len(self._unjudged) >= size:
            speech = self._endpointer.process(self._unjudged[:size])
            self._unjudged = self._unjudged[size:]
            if speech and not self._speaking:
                self._begin()
            if speech:
                yield from self._decode(speech)
            if self._speaking and not self._endpointer.in_speech:
                yield from self._finish()

    def _begin(self) -> None:
        self._recogniser.start()
        self._speaking = True
        self._since_interim = 0
        self._interim = ""

    def _decode(self, pcm: bytes) -> Iterator[Frame]:
        self._recogniser.feed(pcm)
        self._since_interim += len(pcm) // 2
        if self._since_interim >= INTERIM_EVERY:
            self._since_interim = 0
            text = self._recogniser.text()
            if text and text != self._interim:
                self._interim = text
                yield Frame(Kind.INTERIM, 0, text.encode())

    def _finish(self) -> Iterator[Frame]:
        """Give the Final; what was decoded is forgotten, so that no word is heard twice."""
        self._memory.clear()
        if self._speaking:
            self._speaking = False
            text = self._recogniser.finish()
            if text:
                yield Frame(Kind.FINAL, 0, text.encode())

    def _abandon(self) -> None:
        if self._speaking:
            self._speaking = False
            self._recogniser.finish()
