"""The scenario that concerns samples which are added up or made louder: the sane outcome of it."""

from collections.abc import Callable

import numpy as np
import pytest

from actors.loudness import MOST, louder
from actors.resample import StreamResampler, to_mono

RATE_HZ = 48_000
HALF = RATE_HZ // 200
"""Samples of half a period: a square wave of 100 Hz."""
FULL = np.tile(np.repeat(np.array([32_767, -32_768], "<i2"), HALF), 20)
"""As loud as sound can be: whatever adds to it, or swings beyond it, has no room."""


def two_voices(pcm: bytes) -> bytes:
    return to_mono(np.repeat(np.frombuffer(pcm, "<i2"), 2).tobytes(), 2)


def resampled(to_hz: int) -> Callable[[bytes], bytes]:
    def there(pcm: bytes) -> bytes:
        stream = StreamResampler(RATE_HZ, to_hz)
        return stream.push(pcm) + stream.flush()

    return there


def turned_up(pcm: bytes) -> bytes:
    return louder(pcm, 1.0, MOST, 0)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(two_voices, id="two channels mixed into one"),
        pytest.param(resampled(16_000), id="to the rate of the ears"),
        pytest.param(resampled(24_000), id="to the rate of the track"),
        pytest.param(turned_up, id="a voice brought to the level of another"),
    ],
)
def test_scenario_08_sound_at_full_scale_saturates_and_does_not_wrap(
    change: Callable[[bytes], bytes],
) -> None:
    made = np.frombuffer(change(FULL.tobytes()), "<i2").astype(np.int32)
    half = HALF * len(made) // len(FULL)
    for number, period in enumerate(made.reshape(-1, half)[1:-1], start=1):
        steady = period[half // 4 : -half // 4] * (-1 if number % 2 else 1)
        assert steady.min() > 29_000
