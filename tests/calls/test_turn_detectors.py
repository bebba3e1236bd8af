"""Turn detectors behind their port: by text, by sound, with states or probabilities."""

import pytest

from actors.vendor import TurnState, TurnText
from providers.scripted_ears import ScriptedTurnDetector
from tests.calls.rig import agent, call


def asked(detector: ScriptedTurnDetector) -> list[TurnText]:
    return [request for request in detector.record.requests if isinstance(request, TurnText)]


async def test_a_detector_that_listens_is_given_the_latest_audio() -> None:
    detector = ScriptedTurnDetector(audio_s=0.5)
    async with call(agent(turn_detector=detector)) as rig:
        await rig.asks()
    assert [len(turn.audio) for turn in asked(detector)] == [16_000]
    assert any(asked(detector)[0].audio)


async def test_a_detector_that_reads_is_given_none() -> None:
    detector = ScriptedTurnDetector()
    async with call(agent(turn_detector=detector)) as rig:
        await rig.asks()
    assert [turn.audio for turn in asked(detector)] == [b""]


@pytest.mark.parametrize(
    ("score", "wait_ms"),
    [
        (0.97, 300),
        (0.9, 500),
        (0.5, 800),
        (0.1, 1500),
        (TurnState.COMPLETE, 300),
        (TurnState.INCOMPLETE, 1500),
        (TurnState.BACKCHANNEL, 500),
        (TurnState.WAIT, 5000),
    ],
)
async def test_the_wait_follows_the_score(score: float | TurnState, wait_ms: int) -> None:
    detector = ScriptedTurnDetector(scores=[score])
    async with call(agent(turn_detector=detector)) as rig:
        await rig.asks()
        latency = rig.fields("turn_latency")[0]
    assert latency["commit"] == pytest.approx(max(wait_ms, latency["final"] + 100), abs=25)
