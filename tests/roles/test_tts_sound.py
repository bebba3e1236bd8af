"""How a change of voices sounds: pitch, length, loudness, and the seam itself."""

import numpy as np
import pytest

from providers.scripted import Fault
from tests.roles.listening import RATE_HZ, WORD_MS, WORDS, repeated, spoken, voice

pytestmark = pytest.mark.slow
QUIET = 32_768 * 10 ** (-50 / 20)


async def test_tts_rate_change_24k_to_8k_vendor() -> None:
    first = voice(sample_rate_hz=24_000, fault=Fault(at=14))
    heard = await spoken(first, voice("second", sample_rate_hz=8_000))
    assert heard.words == list(WORDS)
    silences = runs_of_silence(heard.pcm)
    assert [round(ms) for ms, _, _ in silences] == [80]
    _, before, after = silences[0]
    assert abs(before) < QUIET
    assert abs(after) < QUIET
    assert len(heard.pcm) / RATE_HZ == pytest.approx(len(WORDS) * WORD_MS / 1000 + 0.08, abs=0.03)


def runs_of_silence(pcm: np.ndarray) -> list[tuple[float, int, int]]:
    """Return the length of each silence of 20 ms and more, and the samples around it."""
    is_quiet = np.concatenate([[False], np.abs(pcm) < 3, [False]])
    begins, ends = (np.flatnonzero(np.diff(is_quiet.astype(int)) == step) for step in (1, -1))
    return [
        ((end - begin) * 1000 / RATE_HZ, int(pcm[begin - 1]), int(pcm[end]))
        for begin, end in zip(begins, ends, strict=True)
        if end - begin >= RATE_HZ // 50 and begin > 0 and end < len(pcm)
    ]


async def test_a_softer_understudy_is_brought_near_the_first_voice() -> None:
    first = voice(fault=Fault(at=20), gap_s=0.05)
    heard = await spoken(first, voice("second", amplitude=5000))
    sound = heard.pcm[: len(heard.pcm) // 1600 * 1600].astype(float)
    levels = np.sqrt(np.square(sound).reshape(-1, 1600).mean(axis=1))
    assert levels[:18] == pytest.approx(8000 / 2**0.5, rel=0.05)
    assert levels[-30:-1] == pytest.approx(8000 / 2**0.5, rel=0.1)


async def test_a_voice_that_names_the_wrong_rate_is_found_out_by_its_length() -> None:
    first = voice(sample_rate_hz=48_000, real_rate_hz=16_000, timings=False)
    heard = await spoken(first, voice("second"))
    assert heard.switches[0]["kind"] == "short"
    assert repeated(heard.words[-len(WORDS) :]) == 0
