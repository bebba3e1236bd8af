"""The fade: the last sound of a reply that was cut falls to silence instead of breaking off.

Pure. A raised cosine has no corner at either end, so neither its beginning nor its end is a click.
"""

import numpy as np

from actors.audio import BYTES_PER_SAMPLE


def fade_out(pcm: bytes, samples: int) -> bytes:
    """Return s16le audio of the same length that falls to zero within its first ``samples``."""
    sound = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    length = min(samples, len(pcm) // BYTES_PER_SAMPLE)
    gains = np.zeros(len(sound))
    if length:
        gains[:length] = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, length + 1) / length)
    return np.rint(sound * gains).astype("<i2").tobytes()
