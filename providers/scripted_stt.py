"""A recogniser that hears what its script says, one entry per utterance."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from pydantic import Field

from actors.audio import CALLER_RATE_HZ
from actors.ports import Services, SpeechToText
from actors.stt_capabilities import SttCapabilities
from actors.vendor import (
    SttAudio,
    SttConsumed,
    SttEvent,
    SttFinal,
    SttFlush,
    SttFlushed,
    SttInput,
    SttInterim,
    SttPreflight,
    SttSpeechStart,
    SttTurnEnded,
)
from providers.energy_vad import loudness_db
from providers.scripted import Afterwards, Hang, ScriptedProvider, fresh, hang, next_entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An utterance in detail; a plain text stands for one whose interims grow word by word."""

    text: str
    interims: Sequence[str | SttPreflight] | None = None
    delay_s: float | None = None
    """The time from the flush to the Final, if not the declared one."""
    confidence: float | None = None
    ends_turn: bool = False
    """Whether `SttTurnEnded` follows the Final."""


Utterance: TypeAlias = str | Heard | Hang | Exception
LOUD_DB = -45.0
"""Louder than this (below full scale) is speech for one that endpoints by itself."""


class ScriptedSTT(ScriptedProvider):
    """Hears one entry of its script per reported speech, whatever the audio is.

    Interims come by the clock of the audio. An exception is raised where the Final would come, and
    a `Hang` never gives it.
    """

    name: str = "scripted-stt"
    utterances: Sequence[Utterance] = ()
    delay_s: float = Field(default=0.1, ge=0)
    """The time from the flush to the Final."""
    interim_every_s: float = Field(default=0.2, gt=0)
    interims: bool = True
    """Whether interims are given at all."""
    owns_end_of_turn: bool = False
    endpointing: Literal["marks", "own"] = "marks"
    """Who tells speech from silence: a VAD by its marks, or it by itself, as without a VAD."""
    silence_s: float = Field(default=0.3, gt=0)
    """The silence that ends an utterance for one that endpoints by itself."""
    afterwards: Afterwards = "silence"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[SpeechToText]:
        """Go on where the script stands."""
        async with self.opened():
            yield _ScriptedEars(self)


class _ScriptedEars:
    def __init__(self, config: ScriptedSTT) -> None:
        self._config = config
        self._utterance: Utterance | None = None
        self._interims: list[str | SttPreflight] = []
        self._next_interim_at = 0
        self._spoken_to: int | None = None

    @property
    def capabilities(self) -> SttCapabilities:
        config = self._config
        return SttCapabilities(config.interims, config.owns_end_of_turn)

    async def transcribe(self, audio: AsyncIterable[SttInput]) -> AsyncGenerator[SttEvent]:
        stream = self._config.stream()
        async for item in audio:
            async for event in self._answers(item):
                await stream.before_result()
                yield event

    async def _answers(self, item: SttInput) -> AsyncGenerator[SttEvent]:
        match item:
            case SttAudio(at, pcm):
                if self._config.endpointing == "own":
                    self._listen(at, pcm)
                for interim in self._interims_until(at):
                    yield interim
                if self._is_over(at):
                    self._spoken_to = None
                    for event in await self._finish():
                        yield event
                yield SttConsumed(at + len(pcm) // 2)
            case SttSpeechStart(at):
                if self._config.endpointing == "marks":
                    self._begin(at)
            case SttFlush(mark):
                self._config.record.requests.append(item)
                self._spoken_to = None
                for event in await self._finish():
                    yield event
                yield SttFlushed(mark)
            case _:
                assert_never(item)

    def _listen(self, at: int, pcm: bytes) -> None:
        if loudness_db(pcm) > LOUD_DB:
            if self._spoken_to is None:
                self._begin(at)
            self._spoken_to = at + len(pcm) // 2

    def _is_over(self, at: int) -> bool:
        silence = self._config.silence_s * CALLER_RATE_HZ
        return self._spoken_to is not None and at - self._spoken_to >= silence

    def _begin(self, at: int) -> None:
        config = self._config
        self._utterance = next_entry(config.utterances, config.record, config.afterwards)
        self._interims = list(growing(self._utterance)) if config.interims else []
        self._next_interim_at = at + int(config.interim_every_s * CALLER_RATE_HZ)

    def _interims_until(self, at: int) -> Iterator[SttInterim | SttPreflight]:
        while self._interims and at >= self._next_interim_at:
            self._next_interim_at += int(self._config.interim_every_s * CALLER_RATE_HZ)
            interim = self._interims.pop(0)
            yield SttInterim(interim) if isinstance(interim, str) else interim

    async def _finish(self) -> Sequence[SttFinal | SttTurnEnded]:
        utterance, self._utterance, self._interims = self._utterance, None, []
        match utterance:
            case None:
                return ()
            case str():
                utterance = Heard(text=utterance)
            case Heard():
                pass
            case Hang():
                await hang()
                return ()
            case Exception():
                raise fresh(utterance)
            case _:
                assert_never(utterance)
        delay_s = self._config.delay_s if utterance.delay_s is None else utterance.delay_s
        await asyncio.sleep(delay_s)
        final = (SttFinal(utterance.text, utterance.confidence),) if utterance.text else ()
        return (*final, SttTurnEnded()) if utterance.ends_turn else final


def growing(utterance: Utterance | None) -> Iterator[str | SttPreflight]:
    """Return the interims of an utterance: its own, or its text growing word by word."""
    if isinstance(utterance, Heard) and utterance.interims is not None:
        yield from utterance.interims
    elif isinstance(utterance, str | Heard):
        words = (utterance if isinstance(utterance, str) else utterance.text).split()
        yield from (" ".join(words[:count]) for count in range(1, len(words) + 1))
