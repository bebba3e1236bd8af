"""What `provider_switched` tells of a hand-over is what happened, and what the caller heard."""

from itertools import pairwise
from typing import Any

import pytest

from providers.attentive_stt import AttentiveSTT
from providers.scripted import Fault
from tests.calls.rig import FRAME_S, Rig, agent, call
from tests.roles.listening import TEXT, heard_by, repeated, voice
from tests.roles.llm_calls import ANSWER, failing, only_switch, understudy
from tests.roles.stt_rig import timed

SAID = "book a table for two"
WHO = {"from": "first", "to": "second"}
NOTHING_LOST = {"gap_ms": 0, "words_repeated": 0, "backlog_ms": 0}


def told(rig: Rig) -> dict[str, Any]:
    """Return the fields of the only hand-over, but for when and where it was."""
    whole = only_switch(rig)
    return {key: whole[key] for key in whole.keys() - {"at_ns", "room", "event"}}


def silence_ms(rig: Rig) -> float:
    """Return how long the caller heard nothing between the first and the last frame."""
    times = [frame.at_s for frame in rig.caller.heard]
    return 1000 * sum(max(0.0, later - at - FRAME_S) for at, later in pairwise(times))


async def test_of_a_model_that_hangs_in_mid_reply() -> None:
    first = failing(Fault(at=14, hang=True), gap_s=0.15)
    async with call(agent(llm=[first, understudy(first_s=1.0)])) as rig:
        assert await rig.asks() == ANSWER
        gap_ms = round(silence_ms(rig))
    reason = "no result within the deadline"
    assert gap_ms > 0
    assert told(rig) == NOTHING_LOST | WHO | {
        "slot": "llm",
        "kind": "stall",
        "reason": reason,
        "seam": "joined",
        "epoch": 1,
        "attempt": 2,
        "gap_ms": gap_ms,
    }


async def test_of_a_voice_that_breaks_off_in_the_second_output() -> None:
    voices = [voice(fault=Fault(at=12), timings=False, gap_s=0.1), voice("second", first_s=0.5)]
    async with call(agent(tts=voices)) as rig:
        await rig.job.session.say("One two.")
        silent_ms = silence_ms(rig)
        before = len(rig.caller.heard)
        await rig.job.session.say(TEXT)
        del rig.caller.heard[:before]
        again, gap_ms = repeated(heard_by(rig).words), silence_ms(rig)
    switch = told(rig)
    assert silent_ms == pytest.approx(0.0, abs=1e-6)
    assert switch.pop("gap_ms") == pytest.approx(gap_ms, abs=25)
    assert gap_ms > 100
    assert switch.pop("words_repeated") == pytest.approx(again, abs=1)
    assert switch == WHO | {
        "slot": "tts",
        "kind": "error",
        "reason": "a scripted fault",
        "seam": "joined",
        "epoch": 2,
        "attempt": 3,
        "backlog_ms": 0,
    }


async def test_of_a_recogniser_that_falls_in_mid_speech() -> None:
    """It is behind by all that the one before had not put into words."""
    ears = [
        AttentiveSTT(name="first", words=timed(SAID, at_s=0.0), fault=Fault(at=30)),
        AttentiveSTT(name="second", words=timed(SAID, at_s=0.0)),
    ]
    async with call(agent(stt=ears)) as rig:
        await rig.asks(seconds=1.5)
    assert told(rig) == NOTHING_LOST | WHO | {
        "slot": "stt",
        "kind": "error",
        "reason": "a scripted fault",
        "seam": "joined",
        "epoch": 0,
        "attempt": 2,
        "backlog_ms": 600,  # 30 frames
    }
