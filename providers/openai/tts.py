"""OpenAI's speech, and every server that speaks like it, as a voice: raw audio as it is made."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import openai
from pydantic import Field

from actors.audio import BYTES_PER_SAMPLE
from actors.ports import Services, TextToSpeech
from actors.vendor import FailureKind, ProviderError, SpeechPcm, SpeechRequest
from providers.http_client import Outside, outside, refuse_no_stream
from providers.openai.account import OpenAIAccount, given


class OpenAITTS(OpenAIAccount):
    """A voice of OpenAI's."""

    name: str = "openai-tts"
    model: str = Field(default="gpt-4o-mini-tts", min_length=1)
    voice: str = Field(default="marin", min_length=1)
    instructions: str | None = None
    """How to speak, such as "warm and unhurried"; the oldest models do not listen."""
    speed: float | None = Field(default=None, ge=0.25, le=4)
    sample_rate_hz: int = Field(default=24_000, ge=8_000, le=48_000)
    """What ``pcm`` means to the server."""

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[TextToSpeech]:
        """Make the client; the first request connects.

        Raises:
            ProviderError: there is no key (kind ``misconfigured``).
        """
        async with self.client(services) as client:
            yield _Voice(self, client, services)


class _Voice:
    """One call's client."""

    def __init__(self, config: OpenAITTS, client: openai.AsyncOpenAI, services: Services) -> None:
        self._config = config
        self._speech = client.audio.speech.with_streaming_response
        self._services = services

    @property
    def sample_rate_hz(self) -> int:
        return self._config.sample_rate_hz

    async def synthesize(self, request: SpeechRequest) -> AsyncGenerator[SpeechPcm]:
        config = self._config
        with config.failures():
            async with AsyncExitStack() as stack:
                asked = stack.enter_async_context(
                    self._speech.create(
                        model=config.model,
                        voice=request.voice or config.voice,
                        input=request.text,
                        response_format="pcm",
                        instructions=given(config.instructions),
                        speed=given(config.speed),
                        extra_body=dict(config.extra),
                    )
                )
                response = await outside(self._services, asked)
                refuse_no_stream(config.name, response.headers)
                samples = WholeSamples()
                async for received in Outside(self._services, response.iter_bytes()):
                    if pcm := samples.push(received):
                        yield SpeechPcm(pcm)
            if samples.rest:
                raise ProviderError(f"{config.name}: the audio broke off", kind=FailureKind.CLOSED)


class WholeSamples:
    """Cuts a stream of bytes into whole samples: the network cuts anywhere."""

    def __init__(self) -> None:
        self.rest = b""
        """The first half of a sample whose second half has not come."""

    def push(self, received: bytes) -> bytes:
        """Take the next bytes; return the samples that are whole."""
        received = self.rest + received
        whole = len(received) - len(received) % BYTES_PER_SAMPLE
        self.rest = received[whole:]
        return received[:whole]
