"""The check of the answers, checked: the right answer passes, everything else fails."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from actors.vendor import SpeechPcm
from providers import EspeakTTS
from providers.espeak import EspeakEngine, Ready
from tests.e2e.answer_check import ANSWERS, RATE_HZ, answer_of, at_16_khz, heard
from tests.providers.sounds import noise, tone
from transports.wav_format import WavRecorder

pytestmark = pytest.mark.slow

GREETING = "Front desk, good evening."
RIGHT = ANSWERS[7]


def said(text: str) -> tuple[bytes, int]:
    """Let the agent's own voice say it; returns s16le and its rate."""
    pcm: list[bytes] = []
    rates_hz: list[int] = []

    def emit(result: object) -> bool:
        match result:
            case Ready():
                rates_hz.append(result.sample_rate_hz)
            case SpeechPcm():
                pcm.append(result.pcm)
            case _:
                pass
        return True

    engine = EspeakEngine()
    engine.run(EspeakTTS(voice="en-gb").job(text), emit)
    engine.close()
    return b"".join(pcm), rates_hz[0]


def samples(pcm: bytes) -> NDArray[np.int16]:
    return np.frombuffer(pcm, dtype=np.int16)


def pause(seconds: float) -> NDArray[np.int16]:
    return np.zeros(int(seconds * RATE_HZ), dtype=np.int16)


def test_all_answers_are_equally_shaped_and_many() -> None:
    assert len(ANSWERS) >= 20
    shapes = {(*answer.split()[:2], *answer.split()[3:6], answer.split()[7]) for answer in ANSWERS}
    assert shapes == {("we", "have", "rooms", "free", "for", "nights")}


@pytest.mark.parametrize("answer", ANSWERS)
def test_each_answer_is_heard_as_itself(answer: str) -> None:
    assert heard(at_16_khz(*said(f"{answer}."))) == answer


def test_what_was_heard_before_does_not_matter() -> None:
    answer = at_16_khz(*said(RIGHT))
    for before in (noise(1.0, amplitude=3000), tone(1.0), said(GREETING)[0]):
        heard(samples(before))
        assert heard(answer) == RIGHT


def test_a_number_in_figures_sounds_the_same() -> None:
    assert heard(at_16_khz(*said("We have 4 rooms free for 3 nights."))) == ANSWERS[7]


@pytest.mark.parametrize(
    "text",
    [
        GREETING,
        "Sorry, I did not understand that.",
        "Breakfast is from seven to ten.",
        "We have four rooms.",
        "We have four rooms free for three",
        "For how many nights?",
    ],
)
def test_what_is_no_answer_is_not_heard_as_one(text: str) -> None:
    assert heard(at_16_khz(*said(text))) is None


@pytest.mark.parametrize(
    "pcm",
    [bytes(2 * RATE_HZ), b"", noise(2.0, amplitude=30), noise(2.0, amplitude=3000), tone(2.0)],
    ids=["silence", "nothing", "hiss", "noise", "tone"],
)
def test_what_is_no_speech_is_no_answer(pcm: bytes) -> None:
    assert heard(samples(pcm)) is None


def test_the_last_thing_said_counts() -> None:
    greeting, answer, other = (at_16_khz(*said(text)) for text in (GREETING, RIGHT, ANSWERS[0]))
    gap = pause(1.0)
    assert heard(np.concatenate([greeting, gap, other, gap, answer, gap])) == RIGHT
    assert heard(np.concatenate([answer, gap, greeting, gap])) is None
    assert heard(np.concatenate([answer, gap, other, gap])) == ANSWERS[0]


def test_an_answer_that_breaks_off_is_none() -> None:
    whole = at_16_khz(*said(RIGHT))
    assert heard(whole[: whole.size * 2 // 3]) is None


def test_it_reads_what_the_call_records(tmp_path: Path) -> None:
    pcm, rate_hz = said(RIGHT)
    with WavRecorder(tmp_path / "answer.wav", rate_hz) as recorder:
        recorder.play(pcm, at_s=1.0)
    assert answer_of(tmp_path / "answer.wav") == RIGHT
