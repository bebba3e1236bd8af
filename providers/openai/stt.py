"""OpenAI's transcriptions, and every server that speaks like them, as a recogniser.

It takes a file at a time, so each utterance goes out when the VAD says that it is over, and there
are no interims. What the caller says meanwhile waits its turn.
"""

import io
import wave
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager
from typing import Final, assert_never

import openai
from pydantic import Field

from actors.audio import BYTES_PER_SAMPLE, CALLER_RATE_HZ
from actors.ports import Services, SpeechToText
from actors.stt_capabilities import SttCapabilities
from actors.vendor import (
    SttAudio,
    SttEvent,
    SttFinal,
    SttFlush,
    SttFlushed,
    SttInput,
    SttSpeechStart,
)
from providers.caller_utterance import UtteranceCutter
from providers.http_client import outside
from providers.openai.account import OpenAIAccount, given

SHORTEST_BYTES: Final = CALLER_RATE_HZ // 5 * BYTES_PER_SAMPLE
"""The vendor refuses what is shorter than 0.1 s; 0.2 s is safe."""


class OpenAISTT(OpenAIAccount):
    """A recogniser of OpenAI's; it needs a VAD before it."""

    name: str = "openai-stt"
    model: str = Field(default="gpt-transcribe", min_length=1)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")
    """Such as ``en``; None: found out from each utterance."""
    prompt: str | None = None
    """Names and words to expect, in a sentence of their kind."""
    lead_s: float = Field(default=0.3, ge=0, le=2)
    """How much from before the speech was noticed is sent with it."""
    longest_s: float = Field(default=60.0, ge=5, le=600)
    """A longer utterance is sent in parts."""

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[SpeechToText]:
        """Make the client; the first utterance connects.

        Raises:
            ProviderError: there is no key (kind ``misconfigured``).
        """
        async with self.client(services) as client:
            yield _Ears(self, client, services)


class _Ears:
    """One call's client."""

    def __init__(self, config: OpenAISTT, client: openai.AsyncOpenAI, services: Services) -> None:
        self._config = config
        self._transcriptions = client.audio.transcriptions
        self._services = services

    @property
    def capabilities(self) -> SttCapabilities:
        return SttCapabilities(interims=False, batch=True)

    async def transcribe(self, audio: AsyncIterable[SttInput]) -> AsyncGenerator[SttEvent]:
        cutter = UtteranceCutter(lead_s=self._config.lead_s, longest_s=self._config.longest_s)
        async for item in audio:
            match item:
                case SttAudio():
                    pcm = cutter.hear(item)
                case SttSpeechStart(at):
                    cutter.begin(at)
                    pcm = b""
                case SttFlush():
                    pcm = cutter.end()
                case _:
                    assert_never(item)
            if pcm and (text := await self._text(pcm)):
                yield SttFinal(text)
            if isinstance(item, SttFlush):
                yield SttFlushed(item.mark)

    async def _text(self, pcm: bytes) -> str:
        config = self._config
        with config.failures():
            asked = self._transcriptions.create(
                file=("utterance.wav", wav(pcm), "audio/wav"),
                model=config.model,
                response_format="json",
                language=given(config.language),
                prompt=given(config.prompt),
                extra_body=dict(config.extra),
            )
            return (await outside(self._services, asked)).text.strip()


def wav(pcm: bytes) -> bytes:
    """Return the caller's audio as a file; what the vendor would find too short ends in silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(BYTES_PER_SAMPLE)
        writer.setframerate(CALLER_RATE_HZ)
        writer.writeframes(pcm.ljust(SHORTEST_BYTES, b"\0"))
    return file.getvalue()
