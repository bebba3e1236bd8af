"""Streaming sample-rate conversion (libsoxr) and downmixing of 16-bit PCM."""

import importlib
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


class _Stream(Protocol):
    def resample_chunk(self, x: Samples, last: bool = False) -> Samples: ...  # noqa: FBT001, FBT002 - soxr's own


class _Soxr(Protocol):
    """The part of soxr, which has no types, that is used here."""

    def ResampleStream(  # noqa: N802 - soxr's own name
        self, in_rate: float, out_rate: float, num_channels: int, *, dtype: str
    ) -> _Stream: ...


_soxr = cast("_Soxr", importlib.import_module("soxr"))


class StreamResampler:
    """Converts one mono s16le stream from one rate to another without seams between pushes."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        """Set up the stream; equal rates pass through untouched."""
        self._stream: _Stream | None = None
        self._half_sample = b""
        if from_hz != to_hz:
            self._stream = _soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16")

    def push(self, pcm: bytes) -> bytes:
        """Convert the next part; what the filter still needs comes out later.

        A part may end in the midst of a sample: the next one brings the rest.
        """
        if self._half_sample or len(pcm) % 2:
            pcm = self._half_sample + pcm
            whole = len(pcm) - len(pcm) % 2
            pcm, self._half_sample = pcm[:whole], pcm[whole:]
        if self._stream is None:
            return pcm
        return self._stream.resample_chunk(np.frombuffer(pcm, dtype=np.int16)).tobytes()

    def flush(self) -> bytes:
        """Return what is left in the filter; the stream is over."""
        if self._stream is None:
            return b""
        return self._stream.resample_chunk(np.zeros(0, dtype=np.int16), last=True).tobytes()


def to_mono(pcm: bytes, channels: int) -> bytes:
    """Average interleaved s16le channels into one."""
    samples: Samples = np.frombuffer(pcm, dtype=np.int16)
    return samples.reshape(-1, channels).mean(axis=1).round().astype(np.int16).tobytes()
