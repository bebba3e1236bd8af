"""Vendors that answer, but late: after three turns a quicker one has the stage, between turns."""

import asyncio
from typing import Any

import pytest

from actors.promptness import Promptness
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS
from tests.calls.rig import Rig, agent, call

pytestmark = pytest.mark.slow

SLOW, QUICK = "From the slow one.", "From the quick one."


def ears() -> ScriptedSTT:
    return ScriptedSTT(utterances=["hello there"] * 20)


def models(*, slow_s: float = 2.2, quick_s: float = 0.2, **fields: Any) -> Any:
    slow = ScriptedLLM(name="slow", replies=[SLOW] * 30, first_s=slow_s)
    quick = ScriptedLLM(name="quick", replies=[QUICK] * 30, first_s=quick_s)
    return agent(llm=[slow, quick], stt=ears(), **fields)


async def turns(rig: Rig, *, first: int = 1, last: int) -> list[str]:
    """Let the caller ask every 20 s."""
    heard = list[str]()
    for turn in range(first, last + 1):
        heard.append(await rig.asks(answers=turn))
        await asyncio.sleep(20.0)
    return heard


async def test_after_three_slow_turns_a_quicker_model_has_the_stage_for_the_rest_of_the_call() -> (
    None
):
    async with call(models(), longest_s=600.0) as rig:
        assert await turns(rig, last=12) == [SLOW] * 3 + [QUICK] * 9
        switched = rig.fields("provider_switched")
        assert not rig.named("error")
    assert [(event["from"], event["to"], event["kind"]) for event in switched] == [
        ("slow", "quick", "slow")
    ]
    assert switched[0]["reason"] == "first results after 2.2, 2.2, 2.2 s; in a trial 2.2 s to 0.2 s"


async def test_a_slow_model_stays_where_the_understudy_is_hardly_quicker() -> None:
    made = models(slow_s=2.2, quick_s=1.8)
    async with call(made, longest_s=600.0) as rig:
        assert await turns(rig, last=7) == [SLOW] * 7
    slow, quick = made.llm
    assert len(slow.record.probes) == len(quick.record.probes) == 2  # once in three turns


@pytest.mark.parametrize(
    "fields",
    [
        {"promptness": Promptness(llm_s=None)},
        {"promptness": Promptness(llm_s=2.3)},
        {"llm": [ScriptedLLM(replies=[SLOW] * 30, first_s=2.2, thinks=True), ScriptedLLM()]},
    ],
    ids=["no limit", "a longer limit", "a model that thinks"],
)
async def test_nobody_is_tried_within_the_limit(fields: dict[str, Any]) -> None:
    made: Any = agent(**({"llm": models().llm, "stt": ears()} | fields))
    async with call(made, longest_s=600.0) as rig:
        assert await turns(rig, last=5) == [SLOW] * 5
    assert not made.llm[0].record.probes


async def test_a_trial_that_a_question_comes_into_is_made_another_time() -> None:
    made = models()
    async with call(made, longest_s=600.0) as rig:
        await turns(rig, last=2)
        await rig.asks(answers=3)
        await asyncio.sleep(1.0)  # the trial takes 2.2 s
        assert await rig.asks(answers=4) == SLOW
        await asyncio.sleep(20.0)
        assert await turns(rig, first=5, last=5) == [QUICK]
        assert not rig.named("error")
    assert len(made.llm[0].record.probes) == 2


async def test_who_gave_way_is_there_when_the_quicker_one_falls() -> None:
    made = models()
    fallen = ScriptedLLM(name="quick", replies=[QUICK, ConnectionError("gone")], first_s=0.2)
    made.llm = [made.llm[0], fallen]
    async with call(made, longest_s=600.0) as rig:
        assert await turns(rig, last=5) == [SLOW] * 3 + [QUICK, SLOW]
        assert [event["kind"] for event in rig.fields("provider_switched")] == ["slow", "error"]


async def test_a_slow_voice_gives_way_to_a_quicker_one_between_turns() -> None:
    slow = ScriptedTTS(name="slow", sample_rate_hz=16_000, first_s=1.0)
    quick = ScriptedTTS(name="quick", sample_rate_hz=16_000, first_s=0.2)
    made = agent(tts=[slow, quick], stt=ears(), llm=ScriptedLLM(replies=[SLOW] * 30))
    async with call(made, longest_s=600.0) as rig:
        assert await turns(rig, last=5) == [SLOW] * 5
        switched = rig.fields("provider_switched")
        assert not rig.named("error")
    assert [(event["slot"], event["to"], event["kind"]) for event in switched] == [
        ("tts", "quick", "slow")
    ]
    assert (len(slow.record.requests), len(quick.record.requests)) == (3, 2)
