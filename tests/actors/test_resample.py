"""Resampling does not mind where a vendor cuts its audio into parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.resample import StreamResampler
from providers.scripted_tts import tone

SOUND = tone(24_000, 100)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=60), st.sampled_from([24_000, 16_000]))
def test_parts_of_any_length_make_the_same_sound_as_one(sizes: list[int], to_hz: int) -> None:
    whole = StreamResampler(24_000, to_hz)
    expected = whole.push(SOUND) + whole.flush()
    parts = StreamResampler(24_000, to_hz)
    made, at = b"", 0
    for size in sizes:
        made += parts.push(SOUND[at : at + size])
        at += size
    made += parts.push(SOUND[at:]) + parts.flush()
    assert len(made) == len(expected)
    apart = np.frombuffer(made, "<i2").astype(int) - np.frombuffer(expected, "<i2").astype(int)
    assert np.abs(apart).max() <= 2  # soxr dithers


@pytest.mark.parametrize("to_hz", [24_000, 16_000])
def test_half_a_sample_at_the_very_end_is_no_sound(to_hz: int) -> None:
    stream, again = StreamResampler(24_000, to_hz), StreamResampler(24_000, to_hz)
    with_half, without = stream.push(b"\1\2\3"), again.push(b"\1\2")
    assert len(with_half + stream.flush()) == len(without + again.flush())
