"""A recogniser that may not be hurried takes what is over as a whole, and streams the rest."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.audio import CALLER_FRAME_SAMPLES, CALLER_RATE_HZ
from actors.events import CallerFinal
from actors.frames import CallerAudio
from actors.stt.past import joined
from actors.vendor import SttAudio
from providers.attentive_stt import AttentiveSTT
from providers.scripted import Fault
from tests.roles.stt_rig import SttRig, stt_slot, timed

LONG = " ".join(f"w{number}" for number in range(30))
HANG = Fault(hang=True, times=99)


def recogniser(**fields: object) -> AttentiveSTT:
    return AttentiveSTT.model_validate({"words": timed(LONG), **fields})


def unhurried(**fields: object) -> AttentiveSTT:
    return recogniser(**{"max_rate": 1.25, "closes_above": 1.25, **fields})


async def final_after_s(rig: SttRig) -> float:
    """Let the caller speak for ten seconds; return after how long all of it is put into words."""
    await rig.says(10.0, then_s=0.0)
    marked_s = asyncio.get_running_loop().time()
    await rig.hears(500)
    finals = [told for told in rig.told if isinstance(told.message, CallerFinal)]
    assert rig.finals == [LONG]
    return finals[-1].at_s - marked_s


async def test_a_long_utterance_is_there_as_soon_as_its_vendor_has_the_whole_of_it() -> None:
    spare = unhurried(past_s=0.5)
    async with stt_slot(recogniser(mark_fault=HANG), spare) as rig:
        assert await final_after_s(rig) == pytest.approx(1.0 + 0.5, abs=0.03)
        assert spare.record.opened == 1
    assert len(spare.record.probes) == 1


async def test_without_that_it_is_caught_up_with_at_the_vendors_pace() -> None:
    async with stt_slot(recogniser(mark_fault=HANG), unhurried()) as rig:
        assert await final_after_s(rig) > 8.0


async def test_one_that_may_be_hurried_hears_it_as_a_stream() -> None:
    spare = recogniser(past_s=0.5)
    async with stt_slot(recogniser(mark_fault=HANG), spare) as rig:
        assert await final_after_s(rig) < 1.3
    assert spare.record.probes == []


@pytest.mark.parametrize("spans", [True, False])
async def test_what_comes_after_the_last_pause_is_streamed_and_no_word_is_lost_or_twice(
    spans: bool,  # noqa: FBT001 - a case of the test
) -> None:
    words = [*timed("one two three four five six", at_s=0.5), *timed("seven eight nine", at_s=3.6)]
    hung = recogniser(words=words, mark_fault=HANG, spans=spans)
    spare = unhurried(words=words, past_s=0.5, spans=spans)
    async with stt_slot(hung, spare) as rig:
        await rig.says(1.8, then_s=0.6)
        await rig.says(0.9, then_s=3.0)
        assert rig.finals == ["one two three four five six", "seven eight nine"]
        assert spare.record.opened == 1
    (whole,) = spare.record.probes
    assert isinstance(whole, SttAudio)
    assert len(whole.pcm) / 2 / CALLER_RATE_HZ < 3.0


async def test_a_vendor_that_fails_at_it_is_followed_by_the_next_one() -> None:
    failing = unhurried(past_s=0.5, past_fault=Fault(times=99))
    async with stt_slot(recogniser(mark_fault=HANG), failing, recogniser()) as rig:
        await final_after_s(rig)


@given(st.sets(st.integers(3, 9)))
def test_what_the_ring_has_lost_is_silence_of_equal_length(there: set[int]) -> None:
    size = CALLER_FRAME_SAMPLES
    frames = [CallerAudio(at * size, bytes([at] * 2 * size)) for at in sorted(there)]
    audio = joined(frames, 4 * size, 8 * size)
    parts = [audio.pcm[at : at + 2 * size] for at in range(0, len(audio.pcm), 2 * size)]
    assert (audio.at, len(parts)) == (4 * size, 4)
    assert [part[0] for part in parts] == [at if at in there else 0 for at in range(4, 8)]
