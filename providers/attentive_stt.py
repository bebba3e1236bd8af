"""A scripted recogniser that hears the words whose audio it is given, and no others.

The words lie on the caller's clock and are the same for all that hear one call. So what comes out
shows which audio a recogniser was given, after whatever trouble: what it missed it cannot say.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import Field

from actors.audio import BYTES_PER_SAMPLE, CALLER_RATE_HZ, samples_to_s
from actors.ports import Services, SpeechToText
from actors.stt_capabilities import SttCapabilities
from actors.vendor import (
    FailureKind,
    ProviderError,
    SttAudio,
    SttEvent,
    SttFinal,
    SttFlush,
    SttFlushed,
    SttInput,
    SttInterim,
    SttSpan,
    WordTiming,
)
from providers.scripted import Fault, ScriptedProvider, Stream

BURST_S = 0.3
"""So much may come at once to one that minds its pace."""


class AttentiveSTT(ScriptedProvider):
    """Its ``fault`` happens before the input of that number, be it a frame or a mark."""

    name: str = "attentive-stt"
    words: Sequence[WordTiming] = ()
    """What the caller says, in samples of the caller's clock."""
    spans: bool = True
    interims: bool = True
    max_rate: float | None = None
    batch: bool = False
    delay_s: float = Field(default=0.1, ge=0)
    """The time from a mark to its Final."""
    lag_s: float = Field(default=0.2, ge=0)
    """How much audio it wants after a word before it is sure of it, where no mark tells."""
    words_per_final: int | None = Field(default=None, ge=1)
    """After so many words it gives a Final in mid-speech; None: only at a mark."""
    closes_above: float | None = None
    """It closes the stream when audio comes so many times faster than real time."""
    past_s: float | None = Field(default=None, ge=0)
    """How long it takes for speech that is over, taken as a whole; None: it does not take it."""
    past_fault: Fault | None = None
    """Trouble in that."""
    mark_fault: Fault | None = None
    """Trouble where the answer to the mark of that number (from 0) would come."""
    stutters: bool = False
    """Every Final comes twice, and its Interim once more behind it."""

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[SpeechToText]:
        """Be ready."""
        async with self.opened():
            yield _Ears(self)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word that was heard, in samples of the stream."""

    text: str
    start: int
    end: int


class _Ears:
    def __init__(self, config: AttentiveSTT) -> None:
        self._config = config

    @property
    def capabilities(self) -> SttCapabilities:
        config = self._config
        return SttCapabilities(
            config.interims,
            spans=config.spans,
            max_rate=config.max_rate,
            batch=config.batch,
            past=config.past_s is not None,
        )

    async def transcribe_past(self, speech: SttAudio) -> str:
        config, end = self._config, speech.at + len(speech.pcm) // BYTES_PER_SAMPLE
        config.record.probes.append(speech)
        await Stream(config.past_fault, config.record).before_result()
        await asyncio.sleep(config.past_s or 0.0)
        inside = (word for word in config.words if speech.at <= word.start and word.end <= end)
        return " ".join(word.word for word in inside)

    async def transcribe(self, audio: AsyncIterable[SttInput]) -> AsyncGenerator[SttEvent]:
        inputs = self._config.stream()
        marks = Stream(self._config.mark_fault, self._config.record)
        hearing = _Hearing(self._config)
        async for item in audio:
            await inputs.before_result()
            match item:
                case SttAudio():
                    self._config.record.frames.append(item.at)
                    for event in hearing.hear(item):
                        yield event
                case SttFlush(mark):
                    self._config.record.requests.append(item)
                    await marks.before_result()
                    await asyncio.sleep(self._config.delay_s)
                    for event in hearing.finals(len(hearing.segment)):
                        yield event
                    yield SttFlushed(mark)
                case _:
                    pass


class _Hearing:
    """What one stream has heard so far."""

    def __init__(self, config: AttentiveSTT) -> None:
        self.segment: list[_Word] = []
        """The words that are not final."""
        self._config = config
        self._coming = list(config.words)
        self._given = 0
        self._run: tuple[int, int] | None = None
        """The audio heard without a gap, on the caller's clock."""
        self._level_s = 0.0
        self._last_s = 0.0

    def hear(self, audio: SttAudio) -> Iterator[SttEvent]:
        """Take the next audio; yield what becomes known by it."""
        samples = len(audio.pcm) // 2
        self._mind_the_pace(samples_to_s(samples, CALLER_RATE_HZ))
        begin = audio.at if self._run is None or self._run[1] != audio.at else self._run[0]
        self._run = (begin, audio.at + samples)
        self._given += samples
        if self._take_words(begin, audio.at + samples) and self._config.interims:
            yield SttInterim(self._text(self.segment), self._span(self.segment))
        count = self._config.words_per_final
        if count is not None and len(self.segment) >= count:
            lag = self._config.lag_s * CALLER_RATE_HZ
            if self._given - self.segment[count - 1].end >= lag:
                yield from self.finals(count)

    def finals(self, count: int) -> Iterator[SttEvent]:
        """Yield the Final of so many words, if there are any."""
        said, self.segment = self.segment[:count], self.segment[count:]
        if not said:
            return
        final = SttFinal(self._text(said), None, self._span(said))
        yield final
        if self._config.stutters:
            yield final
            yield SttInterim(final.text, final.span)

    def _take_words(self, begin: int, end: int) -> bool:
        """Take the words that are over; say whether one was heard whole."""
        is_new = False
        while self._coming and self._coming[0].end <= end:
            word = self._coming.pop(0)
            if begin <= word.start:
                offset = self._given - end
                heard = _Word(word.word, word.start + offset, word.end + offset)
                self.segment.append(heard)
                is_new = True
        return is_new

    def _text(self, words: Sequence[_Word]) -> str:
        return " ".join(word.text for word in words)

    def _span(self, words: Sequence[_Word]) -> SttSpan | None:
        return SttSpan(words[0].start, words[-1].end) if self._config.spans else None

    def _mind_the_pace(self, audio_s: float) -> None:
        limit = self._config.closes_above
        if limit is None:
            return
        now_s = asyncio.get_running_loop().time()
        self._level_s = max(0.0, self._level_s - (now_s - self._last_s) * limit) + audio_s
        self._last_s = now_s
        if self._level_s > BURST_S:
            raise ProviderError("too fast", kind=FailureKind.CLOSED)
