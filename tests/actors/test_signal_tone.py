"""The tone that stands in for a phrase: its pitches, its length, no clicks."""

import numpy as np
import pytest

from actors.signal_tone import PITCHES_HZ, signal_tone


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 24_000, 48_000])
def test_three_rising_tones_a_third_of_a_second_each_begin_and_end_in_silence(rate_hz: int) -> None:
    samples = np.frombuffer(signal_tone(rate_hz), "<i2").astype(float)
    parts = np.split(samples, 3)
    assert len(samples) == 3 * round(0.33 * rate_hz)
    for part, pitch_hz in zip(parts, PITCHES_HZ, strict=True):
        assert abs(np.argmax(np.abs(np.fft.rfft(part))) * rate_hz / len(part) - pitch_hz) < 4
        assert max(abs(part[0]), abs(part[-1])) < 200
    assert 3000 < np.max(np.abs(samples)) < 5000
