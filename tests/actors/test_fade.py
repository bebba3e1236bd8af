"""A fade has no corner: no step in it is higher than the sound's own steps and the ramp's."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from actors.track.fade import fade_out

FRAME = 320
sounds = st.lists(st.integers(-32768, 32767), min_size=FRAME, max_size=FRAME)


def samples(pcm: bytes) -> NDArray[np.int32]:
    return np.frombuffer(pcm, dtype="<i2").astype(np.int32)


def pcm(values: list[int]) -> bytes:
    return np.array(values, dtype="<i2").tobytes()


@given(sounds, st.integers(1, 2 * FRAME))
def test_no_step_is_higher_than_the_sounds_own_and_the_ramps_together(
    values: list[int], length: int
) -> None:
    before, after = samples(pcm(values)), samples(fade_out(pcm(values), length))
    own = np.abs(np.diff(before)).max()
    ramp = np.abs(before).max() * math.pi / 2 / min(length, FRAME)
    assert np.abs(np.diff(after)).max() <= own + ramp + 1
    assert abs(after[0] - before[0]) <= ramp + 1


@given(sounds, st.integers(1, FRAME))
def test_it_ends_in_silence_and_never_grows(values: list[int], length: int) -> None:
    before, after = samples(pcm(values)), samples(fade_out(pcm(values), length))
    assert not after[length - 1 :].any()
    assert (np.abs(after) <= np.abs(before)).all()


def test_a_tone_of_a_telephone_falls_without_a_click() -> None:
    tone = [round(8000 * math.sin(math.tau * 500 * n / 16_000)) for n in range(2 * FRAME)]
    sound = np.concatenate(
        [samples(pcm(tone[:FRAME])), samples(fade_out(pcm(tone[FRAME:]), FRAME)), np.zeros(FRAME)]
    )
    own = np.abs(np.diff(samples(pcm(tone)))).max()
    assert np.abs(np.diff(sound)).max() <= own + 1


def test_without_a_length_or_a_sound_there_is_nothing_left() -> None:
    assert fade_out(pcm([1000] * FRAME), 0) == bytes(2 * FRAME)
    assert fade_out(b"", FRAME) == b""
