"""Who is on stage in a whole call: rests, proofs, returns, and what rooms tell each other."""

import asyncio
import time
from typing import Any

import pytest

from actors.reports import TurnCommitted
from actors.vendor import ChatProgress, FailureKind, ProviderError
from providers.scripted import Fault, Pause
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS, tone
from runtime.worker import Worker
from supervision.tree import render
from supervision.virtual_time import MOST_ROUNDS, VirtualTimeLoop
from supervision.watchdog import LoopBlocked, LoopWatchdog
from tests.calls.rig import Rig, agent, call
from transports.loopback import LoopbackCaller, LoopbackTransport

CLOSED = ProviderError("the connection closed", kind=FailureKind.CLOSED)
FIRST_PART = "We have three rooms free tonight, as far as I can see. "
AFTER_ALL = ["Here we are", " after all."]


async def test_a_connection_that_closes_before_it_gave_anything_is_opened_once_more() -> None:
    first = ScriptedLLM(name="first", replies=["Here again."], fault=Fault(at=0, error=CLOSED))
    spare = ScriptedLLM(name="second", replies=["From the understudy."])
    async with call(agent(llm=[first, spare])) as rig:
        assert await rig.asks() == "Here again."
        assert not rig.named("provider_switched")
    assert first.record.opened == 2


async def test_one_that_keeps_closing_is_replaced() -> None:
    fault = Fault(at=0, error=CLOSED, times=9)
    first = ScriptedLLM(name="first", replies=["Never said."], fault=fault)
    spare = ScriptedLLM(name="second", replies=["From the understudy."])
    async with call(agent(llm=[first, spare])) as rig:
        assert await rig.asks() == "From the understudy."
        assert rig.fields("provider_switched")[0]["kind"] == "closed"


async def test_a_canary_that_fails_keeps_a_performer_off_the_stage() -> None:
    first = ScriptedTTS(name="first", sample_rate_hz=16_000, fault=Fault(at=0, times=99))
    spare = ScriptedTTS(name="second", sample_rate_hz=16_000)
    async with call(agent(tts=[first, spare])) as rig:
        assert await rig.asks() == "We have three rooms free."
        await asyncio.sleep(90.0)
        assert [event["to"] for event in rig.fields("provider_switched")] == ["second"]
    assert len(first.record.probes) >= 3


async def test_primary_recovers_mid_turn() -> None:
    """It proves itself once, and returns when nobody speaks and it has been well for long."""
    shaky = ScriptedLLM(name="first", replies=["Back."], fault=Fault(at=0))
    spare = ScriptedLLM(name="second", replies=["A long answer. " * 90])
    async with call(agent(llm=[shaky, spare]), longest_s=300.0) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await asyncio.sleep(75.0)  # more than a minute after the change, and it still speaks
        assert rig.job.session.agent_state == "speaking"
        assert [event["to"] for event in rig.fields("provider_switched")] == ["second"]
        await rig.until("agent_transcript", within_s=60.0)
        await asyncio.sleep(40.0)
        assert await rig.asks(answers=2) == "Back."
        switched = rig.fields("provider_switched")
    assert [(event["to"], event["kind"]) for event in switched] == [
        ("second", "error"),
        ("first", "return"),
    ]
    assert (len(shaky.record.requests), len(shaky.record.probes)) == (2, 1)


async def test_a_room_asks_the_understudy_first_while_its_vendor_fails_elsewhere() -> None:
    broken = ScriptedLLM(name="first", replies=["Never."], fault=Fault(at=0, times=99))
    spare = ScriptedLLM(name="second", replies=["From the understudy."])
    ears = ScriptedSTT(utterances=["hello there"] * 5)
    async with Worker(agent(llm=[broken, spare], stt=ears)) as worker:
        failures: list[int] = []
        for number in range(5):
            caller = LoopbackCaller()
            rig = Rig(worker, caller)
            await worker.subscribe(rig.ear.take)
            rig.job = await worker.open_room(f"r{number}", LoopbackTransport(caller))
            assert await rig.asks() == "From the understudy."
            failures.append(len(rig.named("error")))
            await rig.job.close("enough")
    assert failures[0] > 0
    assert failures[3:] == [0, 0]


async def test_one_room_at_a_time_asks_a_vendor_whether_it_is_well_again() -> None:
    shaky = ScriptedLLM(name="first", replies=["Back."], first_s=1.0, fault=Fault(at=0, times=2))
    spare = ScriptedLLM(name="second", replies=["From the understudy."])
    ears = ScriptedSTT(utterances=["hello there"] * 2)
    async with Worker(agent(llm=[shaky, spare], stt=ears)) as worker:
        callers = [LoopbackCaller() for _ in range(2)]
        for number, caller in enumerate(callers):
            await worker.open_room(f"r{number}", LoopbackTransport(caller))
            caller.speak(tone(16_000, 1000))
        asked_s: list[float] = []
        for _ in range(2000):
            await asyncio.sleep(0.01)
            if len(shaky.record.probes) > len(asked_s):
                asked_s.append(asyncio.get_running_loop().time())
    assert len(shaky.record.probes) == len(asked_s) == 2, "each room has a performer of its own"
    assert asked_s[1] - asked_s[0] >= 1.0


@pytest.mark.slow
@pytest.mark.real_time
async def test_loop_blocked_1s() -> None:
    """Deadlines that come late as the loop was blocked condemn nobody; the blocker is named."""
    slow = ScriptedLLM(name="first", replies=["After all."], first_s=2.2)
    spare = ScriptedLLM(name="second", replies=["From the understudy."])
    found: list[LoopBlocked] = []
    async with call(agent(llm=[slow, spare])) as rig:

        async def hold_up(_event: TurnCommitted) -> None:
            await asyncio.sleep(1.8)
            time.sleep(1.2)  # noqa: ASYNC251 - the blocked loop is the fault under test

        rig.job.session.on(TurnCommitted)(hold_up)
        with LoopWatchdog(limit_s=0.5, on_block=found.append):
            assert await rig.asks() == "After all."
        assert not rig.named("provider_switched")
        assert not rig.named("error")
    assert "hold_up" in [block.actor.partition("-")[0] for block in found]


def block_the_loop(seconds: float) -> None:
    """Let the clock's next jump go so much too far: all that falls into that time comes late."""
    loop, late_ns = asyncio.get_running_loop(), iter([round(seconds * 1e9)])
    assert isinstance(loop, VirtualTimeLoop)
    loop.strain(lambda: next(late_ns, 0), MOST_ROUNDS)


@pytest.mark.parametrize(
    ("blocked_after_s", "reply"),
    [
        (1.8, [Pause(2.4), *AFTER_ALL]),  # the first result is due after 2.5 s
        (3.2, [ChatProgress(), Pause(1.9), ChatProgress(), Pause(1.9), *AFTER_ALL]),
        (2.5, [FIRST_PART, Pause(2.7), *AFTER_ALL]),
    ],
    ids=["no sign of work", "a sign of work", "in mid-reply"],
)
async def test_deadlines_that_come_late_because_the_loop_was_blocked_condemn_nobody(
    blocked_after_s: float, reply: list[Any]
) -> None:
    spare = ScriptedLLM(name="second", replies=["From the understudy."])
    async with call(agent(llm=[ScriptedLLM(name="first", replies=[reply]), spare])) as rig:
        await rig.says()
        await rig.until("turn_committed")
        await asyncio.sleep(blocked_after_s)
        block_the_loop(1.2)
        assert (await rig.until("agent_transcript"))["text"].endswith("Here we are after all.")
        assert not rig.named("provider_switched")


async def test_a_canary_that_a_question_takes_the_place_of_condemns_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor is there an outage while it answers, though it has not proved itself."""
    monkeypatch.setattr("actors.slots.stage_manager.random.random", lambda: 0.0)  # no rests
    words = "One two three four five six seven eight nine ten."
    only = ScriptedLLM(replies=[words], first_s=2.0, gap_s=0.5, opening=Fault(times=1))
    async with call(agent(llm=only)) as rig:
        assert await rig.asks() == words
        assert len(rig.named("error")) == 1
        assert not rig.named("outage_began")
    assert (len(only.record.probes), len(only.record.requests)) == (1, 1)


async def test_the_live_tree_shows_who_is_on_stage_and_who_has_to_prove_itself() -> None:
    broken = ScriptedLLM(name="first", replies=["Never."], fault=Fault(at=0, times=99))
    spare = ScriptedLLM(name="second", replies=["From the understudy."])
    async with call(agent(llm=[broken, spare])) as rig:
        await rig.asks()
        text = render(await rig.worker.snapshot())
    line = next(line for line in text.splitlines() if "LlmRole" in line)
    assert line.endswith("first: ready, half-open  second: on stage")
