"""Noise suppression as in WebRTC (Linux: the wheels of webrtc-noise-gain are for it only)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, Literal, Protocol, cast

from actors.audio import BYTES_PER_SAMPLE, CALLER_RATE_HZ
from actors.ports import Denoiser, Services
from providers.config import Needs, ProviderConfig
from providers.libraries import load_library

CHUNK_BYTES: Final = CALLER_RATE_HZ // 100 * BYTES_PER_SAMPLE
"""10 ms: the library takes nothing else."""
NO_GAIN: Final = 0


class _Chunk(Protocol):
    audio: bytes


class _Processor(Protocol):
    def Process10ms(self, audio: bytes) -> _Chunk: ...  # noqa: N802 - the library's own name


class _Library(Protocol):
    def AudioProcessor(self, auto_gain: int, noise_suppression: int) -> _Processor: ...  # noqa: N802


class WebRtcDenoiser(ProviderConfig):
    """Takes steady noise out of the line; on a clean line recognisers do slightly worse with it."""

    name: str = "webrtc"
    level: Literal[1, 2, 3, 4] = 2
    """2 takes 11 dB of noise out of pauses, 4 takes 18 dB and more of the voice."""

    def needs(self) -> Needs:
        """Need the library."""
        return Needs(libraries=("webrtc_noise_gain",))

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Denoiser]:
        """Set up the filter.

        Raises:
            MissingLibraryError: webrtc-noise-gain is not installed.
        """
        library = cast("_Library", load_library("webrtc_noise_gain", needed_by="WebRtcDenoiser"))
        yield _WebRtcFilter(library.AudioProcessor(NO_GAIN, self.level))


class _WebRtcFilter:
    """One caller's filter: it remembers what the noise sounds like."""

    def __init__(self, processor: _Processor) -> None:
        self._processor = processor

    def denoise(self, pcm: bytes) -> bytes:
        chunks = range(0, len(pcm), CHUNK_BYTES)
        return b"".join(
            self._processor.Process10ms(pcm[at : at + CHUNK_BYTES]).audio for at in chunks
        )
