"""From the 48 kHz of Opus to the 16 kHz of a caller's audio, 1 ms late.

A resampler for any pair of rates holds back some 25 ms, which a caller waits for in each turn. One
sample of three needs a short low-pass only; and 20 ms stay 20 ms, so that nothing waits to fill up
a frame.
"""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from actors.audio import CALLER_RATE_HZ
from transports.webrtc.opus import RATE_HZ

FACTOR: Final = RATE_HZ // CALLER_RATE_HZ
TAPS: Final = 95
_CUTOFF_HZ: Final = 7_300
"""Half of what is there at 7.3 kHz passes; above 8.3 kHz less than a thousandth does."""


def _low_pass() -> NDArray[np.float32]:
    """Return a sinc under a Hamming window; a steady signal passes unchanged."""
    at = np.arange(TAPS) - (TAPS - 1) / 2
    filter_ = np.sinc(2 * _CUTOFF_HZ / RATE_HZ * at) * np.hamming(TAPS)
    return (filter_ / filter_.sum()).astype(np.float32)


_FILTER: Final = _low_pass()


class Decimator:
    """One mono s16le stream, without seams between its parts."""

    def __init__(self) -> None:
        """Begin after silence."""
        self._before = np.zeros(TAPS - 1, np.float32)

    def push(self, pcm: bytes) -> bytes:
        """Convert the next part (s16le mono at 48 kHz); whatever does not make three waits."""
        samples = np.concatenate([self._before, np.frombuffer(pcm, np.int16)], dtype=np.float32)
        count = (samples.size - (TAPS - 1)) // FACTOR
        self._before = samples[count * FACTOR :]
        if not count:
            return b""
        windows = sliding_window_view(samples, TAPS)[: count * FACTOR : FACTOR]
        sound = np.clip(np.rint(windows @ _FILTER), -32768, 32767)
        return sound.astype(np.int16).tobytes()
