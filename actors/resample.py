"""Streaming sample-rate conversion (libsoxr) and downmixing of 16-bit PCM."""

import numpy as np
import soxr


class StreamResampler:
    """Converts one mono s16le stream from one rate to another without seams between pushes."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        """Set up the stream; equal rates pass through untouched."""
        self._stream = (
            None if from_hz == to_hz else soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16")
        )

    def push(self, pcm: bytes) -> bytes:
        """Convert the next part; what the filter still needs comes out later."""
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
    samples = np.frombuffer(pcm, dtype=np.int16).reshape(-1, channels)
    return samples.mean(axis=1).round().astype(np.int16).tobytes()
