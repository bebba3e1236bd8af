"""A hot understudy hears everything: it takes over at once, and hears nothing again."""

import asyncio

import pytest

from actors.audio import CALLER_FRAME_SAMPLES
from actors.events import CallerFinal
from actors.stt.hot_role import HotSttRole
from providers.attentive_stt import AttentiveSTT
from providers.scripted import Fault
from tests.calls.rig import agent, call
from tests.roles.stt_rig import SttRig, stt_slot, timed

TEXT = "one two three four five"
WORDS = timed(TEXT)
INPUTS = range(25, 110, 3)


def recogniser(**fields: object) -> AttentiveSTT:
    return AttentiveSTT.model_validate({"words": WORDS, "words_per_final": 2, **fields})


async def settled(rig: SttRig) -> None:
    """Let the understudy come up."""
    await rig.hears(5)
    assert rig.hold.shadow is not None


@pytest.mark.parametrize("at", INPUTS)
async def test_a_recogniser_that_raises_at_any_frame_costs_no_word_and_no_replay(at: int) -> None:
    broken, spare = recogniser(fault=Fault(at=at, times=99)), recogniser()
    async with stt_slot(broken, spare, role=HotSttRole) as rig:
        await settled(rig)
        await rig.says(1.4)
        assert rig.words == TEXT.split()
        assert [(event.to, event.backlog_ms) for event in rig.switches] == [("attentive-stt#1", 0)]
    given = [at // CALLER_FRAME_SAMPLES for at in spare.record.frames]
    assert given == list(range(rig.place // CALLER_FRAME_SAMPLES))


async def test_what_the_shadow_had_understood_is_there_as_soon_as_the_first_one_is_given_up() -> (
    None
):
    hung = recogniser(mark_fault=Fault(hang=True, times=99))
    async with stt_slot(hung, recogniser(), role=HotSttRole) as rig:
        await settled(rig)
        await rig.says(1.4, then_s=0.0)
        marked_s = asyncio.get_running_loop().time()
        await rig.hears(100)
        finals = [told for told in rig.told if isinstance(told.message, CallerFinal)]
        assert finals[-1].at_s == pytest.approx(marked_s + 1.0, abs=0.03)
        assert rig.words == TEXT.split()


@pytest.mark.parametrize("at", range(27, 112, 7))
async def test_neither_a_role_nor_a_shadow_that_is_killed_costs_or_repeats_a_word(at: int) -> None:
    for victim in ("role", "shadow"):
        async with stt_slot(recogniser(), recogniser(), role=HotSttRole) as rig:
            await settled(rig)
            shadow = rig.hold.shadow
            assert shadow is not None
            kill = rig.role.kill if victim == "role" else shadow.stage.kill
            killer = asyncio.get_running_loop().call_later(0.02 * (at - 5) + 0.001, kill)
            await rig.says(1.4, then_s=2.0)
            killer.cancel()
            assert rig.words == TEXT.split()
            assert rig.switches == []


@pytest.mark.parametrize("spans", [(True, False), (False, True)])
async def test_without_spans_the_next_one_hears_the_speech_again(spans: tuple[bool, bool]) -> None:
    first, second = (recogniser(spans=has) for has in spans)
    first = first.model_copy(update={"fault": Fault(at=60, times=99)})
    async with stt_slot(first, second, role=HotSttRole) as rig:
        await rig.hears(5)
        assert rig.hold.shadow is None
        await rig.says(1.4)
        assert rig.words == TEXT.split()


async def test_a_whole_call_with_hot_ears_is_a_call_like_any_other() -> None:
    async with call(agent(hot_stt=True)) as rig:
        assert await rig.asks() == "We have three rooms free."


async def test_only_the_agent_that_wants_it_pays_twice() -> None:
    first, second = recogniser(), recogniser()
    async with stt_slot(first, second) as rig:
        await rig.says(1.4)
    assert second.record.frames == []


async def test_hot_ears_are_changed_in_mid_call_and_no_word_is_lost_or_heard_twice() -> None:
    words = [*timed("two nights", at_s=0.2), *timed("thank you", at_s=12.0)]
    old = [AttentiveSTT(name=name, words=words) for name in ("old", "spare")]
    new = [AttentiveSTT(name=name, words=words) for name in ("new", "other")]
    async with call(agent(stt=old, hot_stt=True)) as rig:
        await rig.asks()
        await rig.job.session.change_component(stt=new)
        await asyncio.sleep(11.8 - asyncio.get_running_loop().time())
        await rig.asks(answers=2)
        assert [turn["text"] for turn in rig.fields("turn_committed")] == [
            "two nights",
            "thank you",
        ]
        assert [switch["to"] for switch in rig.fields("provider_switched")] == ["new"]
        await asyncio.sleep(1.0)
    assert all(ears.record.opened == 1 for ears in (*old, *new))
    heard = [set(ears.record.frames) for ears in new]
    assert heard[0] & heard[1]
