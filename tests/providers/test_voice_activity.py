"""SileroVAD and EnergyVAD: speech is told from silence."""

import pytest
from pydantic import ValidationError

from actors.ports import VoiceActivityDetector
from actors.speech_gate import GateConfig
from providers import EnergyVAD, SileroVAD
from providers.energy_vad import loudness_db, next_floor_db
from tests.providers.fake_services import FakeServices
from tests.providers.sounds import noise, pieces, silence, spoken, tone


def share_of_speech(detector: VoiceActivityDetector, pcm: bytes) -> float:
    windows = pieces(pcm, detector.window_samples)
    return sum(detector.probability(window) >= 0.5 for window in windows) / len(windows)


@pytest.mark.system("flite")
@pytest.mark.parametrize("provider", [SileroVAD(), EnergyVAD()], ids=["silero", "energy"])
async def test_a_sentence_is_mostly_speech(provider: SileroVAD | EnergyVAD) -> None:
    async with provider.open(FakeServices()) as detector:
        assert share_of_speech(detector, silence(0.5)) == 0
        assert share_of_speech(detector, spoken("what time is breakfast")) > 0.6
        assert share_of_speech(detector, silence(1.0)) < 0.25


async def test_silero_takes_neither_tone_nor_noise_for_speech() -> None:
    async with SileroVAD().open(FakeServices()) as detector:
        assert share_of_speech(detector, tone(1.0)) < 0.1
        assert share_of_speech(detector, noise(1.0, amplitude=3000)) < 0.1


async def test_energy_gets_used_to_steady_noise() -> None:
    async with EnergyVAD().open(FakeServices()) as detector:
        share_of_speech(detector, noise(10.0, amplitude=150))
        assert share_of_speech(detector, noise(1.0, amplitude=150)) == 0
        assert share_of_speech(detector, tone(0.5)) > 0.9


async def test_two_callers_do_not_share_a_noise_floor() -> None:
    provider = EnergyVAD()
    async with provider.open(FakeServices()) as first, provider.open(FakeServices()) as second:
        share_of_speech(first, noise(20.0, amplitude=600))
        assert first.probability(noise(0.02, amplitude=600)) < 0.5
        assert second.probability(noise(0.02, amplitude=600)) > 0.5


def test_digital_silence_has_a_loudness() -> None:
    assert loudness_db(silence(0.02)) == -90
    assert loudness_db(tone(0.02, amplitude=32767)) == pytest.approx(-3, abs=0.2)


def test_the_floor_falls_faster_than_it_rises() -> None:
    assert next_floor_db(-50, -60) == -53
    assert next_floor_db(-60, -30) == pytest.approx(-59.96)
    assert next_floor_db(-60, -59.99) == -59.99


def test_silence_may_not_be_declared_longer_than_the_answer_allows() -> None:
    with pytest.raises(ValidationError, match="less than or equal to 200"):
        SileroVAD(min_silence_ms=500)


@pytest.mark.parametrize("declare", [SileroVAD, EnergyVAD])
async def test_the_detector_brings_the_declared_gate(
    declare: type[SileroVAD] | type[EnergyVAD],
) -> None:
    async with declare(activation_threshold=0.7, min_speech_ms=90).open(FakeServices()) as detector:
        assert detector.gate == GateConfig(activation_threshold=0.7, min_speech_ms=90)


def test_the_gate_may_not_close_above_where_it_opens() -> None:
    with pytest.raises(ValidationError, match="must not be above"):
        SileroVAD(activation_threshold=0.3, deactivation_threshold=0.4)
