"""Scenarios of vendors that fail in mid-speech, and of spares, by their names."""

import asyncio
from typing import Any

import pytest

from providers.scripted import Fault
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS
from tests.calls.rig import agent, call
from tests.reliability.cells import outcome
from tests.reliability.parts import FAULTS, Cell


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("vendor", ["llm performer", "tts performer"])
async def test_scenario_15_a_vendor_that_dies_in_mid_sentence_repeats_and_loses_no_word(
    vendor: str, fault: str
) -> None:
    found = await outcome(Cell(vendor, "speaking", fault))
    assert found.struck
    assert (found.agent_lost, found.agent_repeated) == ((), 0)


PAIRS: dict[str, list[Any]] = {
    "llm": [
        ScriptedLLM(name=name, replies=["All right."], fault=fault)
        for name, fault in (("first", Fault(at=0)), ("spare", None))
    ],
    "tts": [
        ScriptedTTS(name=name, sample_rate_hz=16_000, fault=fault)
        for name, fault in (("first", Fault(at=1)), ("spare", None))
    ],
    "stt": [
        ScriptedSTT(name=name, utterances=["hello"], afterwards="last", fault=fault)
        for name, fault in (("first", Fault(at=20)), ("spare", None))
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("slot", PAIRS)
async def test_spare_provider_not_used_or_not_left(slot: str) -> None:
    """The spare takes over in the turn in which the first one fails, and gives way again."""
    async with call(agent(**{slot: PAIRS[slot]})) as rig:
        await rig.asks()
        assert [event["to"] for event in rig.fields("provider_switched")] == ["spare"]
        await asyncio.sleep(65.0)
        await rig.asks(answers=2)
        switched = rig.fields("provider_switched")
    assert [(event["to"], event["slot"]) for event in switched] == [
        ("spare", slot),
        ("first", slot),
    ]
