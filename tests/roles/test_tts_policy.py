"""The rules behind a change of voices, without voices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.just_in_time import MARGIN_S, QUIET_S, RaceBudget, race_in_s
from actors.loudness import MOST, Level, gain, louder
from actors.tts_seam import Broken, BrokenSpeech, places, seam
from actors.voice import Voice
from actors.word_map import estimated, without_first
from providers.scripted_tts import tone

TEXTS = st.lists(st.sampled_from(["a", "bee", "sea", "delta", "echoes"]), min_size=1, max_size=15)
SECONDS = st.floats(0, 20)


def broken(text: list[str], made: int, *, timed: bool, mode: BrokenSpeech) -> Broken:
    return Broken(
        text=" ".join(text),
        start=1000,
        end=1000 + made,
        words=estimated(" ".join(text), start=1000, samples=300 * len(text)),
        timed=timed,
        resume=mode,
    )


@given(TEXTS, st.integers(0, 5000), st.integers(0, 5000))
def test_with_timings_what_is_kept_and_what_is_left_are_the_text(
    text: list[str], made: int, late: int
) -> None:
    case = broken(text, made, timed=True, mode="repeat")
    (place,) = places(case)
    assert case.start <= place <= case.end
    exact = seam(case, place)
    assert [word.word for word in exact.words] + exact.rest.split() == text
    later = seam(case, min(case.end, place + late))
    assert later.heard + len(later.rest.split()) in {len(text), len(text) + 1}


@given(TEXTS, st.integers(0, 5000), st.integers(0, 5000))
def test_without_timings_the_whole_text_is_said_again(text: list[str], made: int, cut: int) -> None:
    case = broken(text, made, timed=False, mode="repeat")
    assert places(case) == (case.start,)
    assert seam(case, min(case.end, case.start + cut)).rest.split() == text


@given(TEXTS, st.integers(1, 5000))
def test_a_guess_begins_two_words_before_the_one_that_was_reached(
    text: list[str], made: int
) -> None:
    case = broken(text, made, timed=False, mode="estimate")
    assert places(case) == (case.end,)
    left = seam(case, case.end)
    assert len(text) - left.heard <= len(left.rest.split()) <= len(text) - left.heard + 3


@given(TEXTS, st.integers(0, 20))
def test_words_that_were_heard_before_are_not_told_again(text: list[str], skip: int) -> None:
    words = estimated(" ".join(text), start=0, samples=1000)
    assert [word.word for word in without_first(words, skip)] == text[skip:]


@given(SECONDS, SECONDS, st.floats(0.05, 2))
def test_a_rival_is_asked_when_the_lead_would_just_cover_its_first_result(
    quiet_s: float, lead_s: float, first_s: float
) -> None:
    wait_s = race_in_s(quiet_s=quiet_s, lead_s=lead_s, draining=True, first_s=first_s)
    assert wait_s is not None
    assert quiet_s + wait_s >= QUIET_S - 1e-9
    if quiet_s + wait_s > QUIET_S + 1e-9 and wait_s > 0:
        assert lead_s - wait_s == pytest.approx(first_s + MARGIN_S)


@given(SECONDS, st.floats(0.05, 2))
def test_a_lead_that_nobody_uses_up_needs_no_rival(quiet_s: float, first_s: float) -> None:
    covered = first_s + MARGIN_S
    assert race_in_s(quiet_s=quiet_s, lead_s=covered, draining=False, first_s=first_s) is None


@given(st.lists(st.booleans(), max_size=200))
def test_no_more_than_one_job_in_ten_is_asked_twice(wishes: list[bool]) -> None:
    budget = RaceBudget()
    for wants_race in wishes:
        budget.jobs += 1
        budget.races += wants_race and budget.is_open
    assert budget.races <= 2 + len(wishes) / 10


@given(st.integers(300, 16_000), st.integers(300, 16_000))
def test_voices_are_brought_together_within_six_decibels(own: int, wanted: int) -> None:
    level, reference = Level(), Level()
    level.measure(tone(16_000, 200, 500, own), 16_000)
    reference.measure(tone(16_000, 200, 500, wanted), 16_000)
    factor = gain(level, reference)
    assert 1 / MOST <= factor <= MOST
    if 0.6 < wanted / own < 1.9:
        assert own * factor == pytest.approx(wanted, rel=0.07)


def test_pauses_do_not_make_a_voice_seem_soft_and_little_sound_says_nothing() -> None:
    level = Level()
    level.measure(tone(16_000, 80), 16_000)
    assert level.rms is None
    level.measure(bytes(64_000) + tone(16_000, 80), 16_000)
    assert level.rms == pytest.approx(8000 / 2**0.5, rel=0.01)


@given(st.integers(1, 32_767), st.floats(0.5, 2.0))
def test_what_is_turned_up_never_clips_and_has_no_jump(amplitude: int, factor: float) -> None:
    sound = np.frombuffer(louder(tone(16_000, 100, 500, amplitude), 1.0, factor, 320), "<i2")
    assert np.abs(sound.astype(int)).max() <= 32_767
    steps = np.abs(np.diff(sound.astype(int)))
    assert steps.max() <= 0.2 * max(1.0, factor) * amplitude + 30


def test_sound_that_needs_no_gain_is_not_touched() -> None:
    pcm = tone(16_000, 100)
    assert louder(pcm, 1.0, 1.0, 320) is pcm


def test_a_voice_is_judged_by_its_own_pace() -> None:
    voice = Voice()
    text = "one two three four five six"
    assert not voice.is_short(text, 1.0)
    for _ in range(9):
        voice.spoke(text, 4.0, timed=False)
    assert voice.is_short(text, 1.5)
    assert voice.expected_s(text) == pytest.approx(4.0, rel=0.1)
    assert not voice.is_short("one two three", 0.0)
    assert voice.longest_s("no") > 3.0
