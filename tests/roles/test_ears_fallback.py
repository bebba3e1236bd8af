"""Voice activity, denoiser and turn detector fail: the call hears on."""

import asyncio

import pytest

from actors.denoise import DenoisePerformer
from actors.frames import CallerAudio
from actors.turn import TurnPerformer
from providers.scripted import Fault
from providers.scripted_ears import ScriptedDenoiser, ScriptedTurnDetector, ScriptedVAD
from tests.calls.rig import agent, call

BROKEN = Fault(error=RuntimeError("broken"), times=10**6)


@pytest.mark.parametrize("at", range(1, 62, 6))
async def test_a_detector_that_falls_at_any_frame_splits_and_loses_no_turn(at: int) -> None:
    falls = ScriptedVAD(name="first", fault=Fault(at=at))
    async with call(agent(vad=[falls, ScriptedVAD(name="second")])) as rig:
        assert await rig.asks() == "We have three rooms free."
        assert [turn["text"] for turn in rig.fields("turn_committed")] == ["two nights please"]
        states = [event["state"] for event in rig.fields("user_state_changed")]
    assert states.count("speaking") == 1


async def test_when_every_detector_fails_loudness_tells_speech_from_silence() -> None:
    async with call(agent(vad=ScriptedVAD(fault=BROKEN))) as rig:
        await asyncio.sleep(0.5)
        assert await rig.asks() == "We have three rooms free."
        assert rig.fields("provider_switched")[0]["to"] == "energy"


async def test_a_denoiser_that_hangs_lets_raw_frames_pass_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def deaf(_self: DenoisePerformer, _message: CallerAudio) -> None:
        pass

    monkeypatch.setattr(DenoisePerformer, "on_receive", deaf)
    async with call(agent(denoise=ScriptedDenoiser())) as rig:
        assert await rig.asks() == "We have three rooms free."
        assert rig.fields("error")[0]["kind"] == "late"


async def test_a_turn_detector_that_hangs_is_replaced_and_holds_up_no_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def deaf(_self: TurnPerformer, _message: object) -> None:
        pass

    monkeypatch.setattr(TurnPerformer, "on_receive", deaf)
    async with call(agent(turn_detector=ScriptedTurnDetector())) as rig:
        await rig.says()
        silent_s = asyncio.get_running_loop().time()
        await rig.until("turn_committed")
        assert asyncio.get_running_loop().time() - silent_s < 1.0
        await asyncio.sleep(3.0)
        assert rig.fields("error")[0]["kind"] == "late"


async def test_a_question_goes_to_the_next_detector_when_one_falls() -> None:
    falls = ScriptedTurnDetector(name="first", fault=Fault(times=9))
    spare = ScriptedTurnDetector(name="second")
    async with call(agent(turn_detector=[falls, spare])) as rig:
        await rig.asks()
        assert rig.named("turn_judged")
