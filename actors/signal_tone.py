"""What a caller hears where a phrase is due and no voice can speak it. Pure.

The special information tone of the telephone (ITU-T E.180): three rising tones, which in every
language say that something is wrong with the call. Why no spoken clip: decision 0018.
"""

from functools import cache
from typing import Final

import numpy as np

PITCHES_HZ: Final = (950, 1400, 1800)
TONE_S: Final = 0.33
RAMP_S: Final = 0.01
AMPLITUDE: Final = 32768 * 10 ** (-18 / 20)


@cache
def signal_tone(sample_rate_hz: int) -> bytes:
    """Return the three tones as s16le mono."""
    at = np.arange(round(TONE_S * sample_rate_hz)) / sample_rate_hz
    envelope = np.clip(np.minimum(at, TONE_S - at) / RAMP_S, 0.0, 1.0)
    tones = [np.sin(2 * np.pi * pitch_hz * at) * envelope for pitch_hz in PITCHES_HZ]
    return (AMPLITUDE * np.concatenate(tones)).astype("<i2").tobytes()
