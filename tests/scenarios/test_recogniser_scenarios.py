"""Scenarios in which the recogniser's vendor fails in mid-call, as the caller notices them.

Numbers are those of the project's list of scenarios.
"""

import asyncio

import pytest

from actors.phrases import Phrases
from actors.stt.hold import SttHold
from actors.vendor import FailureKind, ProviderError
from providers.attentive_stt import AttentiveSTT
from providers.scripted import Fault
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from tests.calls.rig import agent, call
from tests.roles.stt_rig import timed

SAID = "book a table for two"
CLOSED = ProviderError("the socket closed", kind=FailureKind.CLOSED)


@pytest.mark.parametrize("at", range(5, 62, 8))
async def test_scenario_35_a_socket_that_dies_in_mid_utterance_loses_no_word(at: int) -> None:
    ears = [
        AttentiveSTT(name="first", words=timed(SAID, at_s=0.0), fault=Fault(at=at, error=CLOSED)),
        AttentiveSTT(name="second", words=timed(SAID, at_s=0.0)),
    ]
    async with call(agent(stt=ears)) as rig:
        await rig.asks(seconds=1.5)
        assert [turn["text"] for turn in rig.fields("turn_committed")] == [SAID]
        switched = rig.fields("provider_switched")
    assert [event["kind"] for event in switched] == ["closed"]


async def test_silent_half_open_websocket() -> None:
    """A vendor that says nothing more though its socket lives is left within the turn."""
    hung = AttentiveSTT(name="first", words=timed(SAID, at_s=0.0), fault=Fault(at=30, hang=True))
    spare = AttentiveSTT(name="second", words=timed(SAID, at_s=0.0))
    async with call(agent(stt=[hung, spare])) as rig:
        await rig.asks(seconds=1.5)
        turn = rig.fields("turn_committed")[0]
        assert (turn["text"], turn["reason"]) == (SAID, "wait")
        assert rig.fields("provider_switched")[0]["kind"] == "late"


@pytest.mark.slow
async def test_scenario_16_failures_that_lie_far_apart_ban_nobody() -> None:
    """It falls three times in one call, does its work between, and is preferred to the end."""
    ears = [
        ScriptedSTT(name=name, utterances=[text], afterwards="last")
        for name, text in (("first", "one"), ("second", "two"))
    ]
    llm = ScriptedLLM(replies=["All right."], afterwards="last")
    async with call(agent(stt=ears, llm=llm), longest_s=900.0) as rig:
        hold = rig.job.call.addresses.stt.hold
        assert isinstance(hold, SttHold)
        for answers in (1, 3, 5):
            asyncio.get_running_loop().call_later(0.5, hold.live["first"].kill)
            await rig.asks(answers=answers)
            await asyncio.sleep(100.0)
            await rig.asks(answers=answers + 1)
            await asyncio.sleep(10.0)
        turns = [turn["text"] for turn in rig.fields("turn_committed")]
        switched = [event["to"] for event in rig.fields("provider_switched")]
    assert turns == ["two", "one"] * 3
    assert switched == ["second", "first"] * 3


async def test_an_outage_of_every_recogniser_is_said() -> None:
    """With nothing heard at all the agent says so, once the wait is over."""
    error = ProviderError("no line", kind=FailureKind.ERROR)
    broken = AttentiveSTT(words=timed(SAID, at_s=0.0), fault=Fault(at=10, error=error, times=10**6))
    async with call(agent(stt=broken)) as rig:
        assert await rig.asks() == Phrases().deaf
        assert rig.fields("turn_discarded")[0]["reason"] == "stt_lost"
