"""A recogniser falls, at any frame and at any message: the understudy hears it all again."""

import asyncio
from collections.abc import Callable

import pytest

from actors.audio import CALLER_FRAME_SAMPLES
from actors.events import CallerFinal
from actors.frames import CallerAudio, SpeechEnd, SpeechStart
from actors.reports import Failure
from actors.slots.performer import Result
from actors.stt.performer import Heard
from actors.vendor import FailureKind, SttFinal
from providers.attentive_stt import AttentiveSTT
from providers.scripted import Fault
from tests.roles.stt_rig import SttRig, frames, stt_slot, timed

TEXT = "one two three four five"
WORDS = timed(TEXT)
SPEECH = set(range(25, 100))
"""The numbers of the 75 frames of speech."""
INPUTS = range(25, 110)
"""The inputs from the first of them to the mark at the end, in whose place a fault may come."""

MOST_TWICE = {TEXT: 0, "no no two two one": 1, "one two one two one": 2}
"""How many words at most come twice from a recogniser that tells not where they lie."""


def heard(vendor: AttentiveSTT) -> set[int]:
    """Return which of the frames of speech this recogniser was given."""
    return {at // CALLER_FRAME_SAMPLES for at in vendor.record.frames} & SPEECH


def recogniser(**fields: object) -> AttentiveSTT:
    return AttentiveSTT.model_validate({"words": WORDS, **fields})


@pytest.mark.parametrize("at", INPUTS)
async def test_stt_raise_at_every_frame_spans(at: int) -> None:
    fault = Fault(at=at, times=99)
    broken, spare = recogniser(words_per_final=2, fault=fault), recogniser(words_per_final=2)
    async with stt_slot(broken, spare) as rig:
        await rig.says(1.5)
        assert rig.words == TEXT.split()
        assert len(rig.switches) == 1
    assert heard(broken) | heard(spare) == SPEECH


@pytest.mark.parametrize("at", INPUTS)
async def test_every_frame_of_an_utterance_reaches_the_understudy(at: int) -> None:
    broken, spare = recogniser(fault=Fault(at=at, times=99)), recogniser()
    async with stt_slot(broken, spare) as rig:
        await rig.says(1.5)
        assert rig.finals == [TEXT]
    assert len(heard(spare)) == 75


@pytest.mark.parametrize("text", MOST_TWICE)
@pytest.mark.parametrize("at", INPUTS)
async def test_stt_raise_at_every_frame_no_spans(at: int, text: str) -> None:
    fields = {"spans": False, "words_per_final": 2, "words": timed(text)}
    broken = recogniser(fault=Fault(at=at, times=99), **fields)
    async with stt_slot(broken, recogniser(**fields)) as rig:
        await rig.says(1.5)
        words = rig.words
    missing = list(text.split())
    for word in words:
        if word in missing:
            missing.remove(word)
    assert missing == []
    assert len(words) - len(text.split()) <= MOST_TWICE[text]


@pytest.mark.parametrize("spans", [True, False])
async def test_stt_hang_after_mark(spans: bool) -> None:  # noqa: FBT001 - a case of the test
    hung = recogniser(mark_fault=Fault(hang=True, times=99), spans=spans)
    async with stt_slot(hung, recogniser(spans=spans)) as rig:
        await rig.says(1.5, then_s=0.0)
        marked_s = asyncio.get_running_loop().time()
        await rig.hears(frames(2.0))
        assert rig.finals == [TEXT]
        assert rig.switches[0].kind == FailureKind.LATE.value
        final_s = next(t.at_s for t in rig.told if isinstance(t.message, CallerFinal))
    assert 1.0 <= final_s - marked_s < 1.2
    assert rig.behind
    assert rig.hold.behind_to == 0  # and it has said that it caught up


async def test_stt_late_final_of_old_attempt() -> None:
    hung = recogniser(mark_fault=Fault(hang=True, times=99))
    async with stt_slot(hung, recogniser()) as rig:
        await rig.hears(1)
        old = rig.hold.listening
        assert old is not None
        await rig.says(1.5, then_s=1.5)
        rig.role.tell(Result(old.number, Heard(99, SttFinal("one two three"))))
        await rig.hears(1)
        assert rig.finals == [TEXT]
        assert rig.hold.stale == 1


async def test_stt_realtime_only_vendor() -> None:
    """Silence is skipped, the pace is kept, and how far behind it is is told."""
    words = [*timed("one two three", at_s=0.5), *timed("four five six", at_s=4.0)]
    fields = {"words": words, "max_rate": 1.25, "closes_above": 1.25}
    hung = recogniser(mark_fault=Fault(hang=True, times=99), words=words)
    spare = recogniser(**fields)
    async with stt_slot(hung, spare) as rig:
        await rig.says(0.9, then_s=2.02)
        await rig.says(0.9, then_s=3.0)
        assert rig.finals == ["one two three", "four five six"]
        assert rig.switches[0].backlog_ms == pytest.approx(2560, abs=60)
        assert spare.record.opened == 1
        attempt = rig.hold.listening
        assert attempt is not None
        assert attempt.skipped > 0
        assert attempt.next_at == rig.hold.heard_to
        assert any(held.expect_by_ns - held.through_ns > 2e9 for held in rig.behind)


async def test_a_recogniser_that_may_not_be_hurried_closes_on_who_hurries_it() -> None:
    """The fake can fail: without the pace in its capabilities it is given all at once."""
    hung = recogniser(mark_fault=Fault(hang=True, times=99))
    hurried = recogniser(closes_above=1.25)
    async with stt_slot(hung, hurried) as rig:
        await rig.says(1.5, then_s=2.0)
    failures = [report.event for report in rig.reports if isinstance(report.event, Failure)]
    assert FailureKind.CLOSED.value in {failure.kind for failure in failures}


@pytest.mark.parametrize("after", range(0, 40, 3))
async def test_stt_mark_between_queued_frames(after: int) -> None:
    """A mark acts after exactly the frames that came before it, in a replay as well."""
    words = timed(TEXT, at_s=0.5, word_s=0.1)
    broken = recogniser(fault=Fault(at=60 + after, times=9), words=words)
    async with stt_slot(broken, recogniser(words=words, delay_s=0.0)) as rig:
        await rig.hears(25)
        begin = rig.place
        await rig.hears(4)
        rig.role.tell(SpeechStart(begin))
        await rig.hears(6)
        rig.role.tell(SpeechEnd(rig.place, 1))  # two words are over, the third is not
        rig.role.tell(SpeechStart(rig.place))
        await rig.hears(25)
        rig.role.tell(SpeechEnd(rig.place, 2))
        await rig.hears(60)
        assert rig.finals == ["one two", "three four five"]


async def test_audio_that_comes_in_a_burst_is_heard_in_order() -> None:
    vendor = recogniser()
    async with stt_slot(vendor) as rig:
        await rig.hears(1)
        for _ in range(150):
            frame = CallerAudio(rig.place, bytes(640))
            rig.place += CALLER_FRAME_SAMPLES
            rig.call.ring.append(frame)
            rig.role.tell(frame)
        await rig.hears(1)
    assert vendor.record.frames == [n * CALLER_FRAME_SAMPLES for n in range(152)]


async def test_a_gap_in_the_stream_is_filled_from_the_ring() -> None:
    vendor = recogniser()
    async with stt_slot(vendor) as rig:
        await rig.hears(10)
        for _ in range(5):  # frames that were dropped on the way
            rig.call.ring.append(CallerAudio(rig.place, bytes(640)))
            rig.place += CALLER_FRAME_SAMPLES
        await rig.hears(10)
    assert vendor.record.frames == [n * CALLER_FRAME_SAMPLES for n in range(25)]


def gone(rig: SttRig) -> list[str]:
    failures = [report.event for report in rig.reports if isinstance(report.event, Failure)]
    return [failure.message for failure in failures if failure.where == "stt"]


@pytest.mark.parametrize("max_rate", [None, 1.25])
async def test_speech_that_nobody_heard_before_the_ring_forgot_it_is_told(
    max_rate: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.slots.stage_manager.random.random", lambda: 1.0)  # back after 5.5 s
    late = recogniser(opening=Fault(times=4), max_rate=max_rate)
    async with stt_slot(late, ring_s=2.0) as rig:
        await rig.says(1.5, then_s=8.0)
        assert gone(rig) == ["1.7 s of the caller's audio were gone before anybody heard them"]
        assert rig.finals == []


@pytest.mark.parametrize(("max_rate", "lost_s"), [(None, 1.5), (1.25, 1.2)])
async def test_of_ongoing_speech_all_that_the_ring_still_has_is_heard(
    max_rate: float | None, lost_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may not be hurried is spared the silence before it, which is no loss."""
    monkeypatch.setattr("actors.slots.stage_manager.random.random", lambda: 1.0)  # back after 3.5 s
    late = recogniser(opening=Fault(times=3), words=timed(TEXT, word_s=1.0), max_rate=max_rate)
    async with stt_slot(late, ring_s=2.0) as rig:
        await rig.says(5.0, then_s=3.0)
        assert rig.finals == ["two three four five"]  # from 1.5 s on
        assert gone(rig) == [
            f"{lost_s} s of the caller's audio were gone before anybody heard them"
        ]


async def test_duplicated_and_reordered_results_are_told_once() -> None:
    vendor = recogniser(stutters=True, words_per_final=2)
    async with stt_slot(vendor) as rig:
        await rig.says(1.5)
        assert rig.words == TEXT.split()
        assert rig.interims[-1] == "five"


async def test_one_recogniser_alone_starts_again_and_hears_it_all() -> None:
    vendor = recogniser(fault=Fault(at=60))
    async with stt_slot(vendor) as rig:
        await rig.says(1.5, then_s=2.0)
        assert rig.finals == [TEXT]
        assert rig.switches == []


async def test_silence_in_ongoing_speech_is_noticed_after_two_seconds() -> None:
    deaf = recogniser(fault=Fault(at=25, hang=True, times=9), words=timed(TEXT, word_s=0.6))
    async with stt_slot(deaf, recogniser(words=timed(TEXT, word_s=0.6))) as rig:
        await rig.hears(25)
        begun_s = asyncio.get_running_loop().time()
        await rig.speech(3.0)
        await rig.hears(25)
        assert rig.finals == [TEXT]
        assert rig.switches[0].kind == "late"
        first = next(t.at_s for t in rig.told if getattr(t.message, "text", "") == "one")
    assert 2.0 < first - begun_s < 2.2


async def test_speech_on_which_everybody_hangs_is_given_up_and_the_next_is_heard() -> None:
    words = [*timed("lost words", at_s=0.5, word_s=0.5), *timed("all is well", at_s=13.7)]
    hangs = Fault(hang=True, times=3)
    vendor = recogniser(words=words, mark_fault=hangs)
    async with stt_slot(vendor) as rig:
        await rig.says(1.0, then_s=12.0)
        assert vendor.record.opened == 4
        await rig.says(0.9)
        assert rig.finals == ["all is well"]


@pytest.mark.parametrize("at", range(25, 112, 3))
@pytest.mark.parametrize("spans", [True, False])
async def test_a_role_that_is_killed_at_any_message_loses_and_repeats_no_word(
    at: int,
    spans: bool,  # noqa: FBT001 - a case of the test
) -> None:
    async with stt_slot(recogniser(spans=spans, words_per_final=2)) as rig:
        await until_killed(rig, at, rig.role.kill)
        assert rig.role.incarnation == 2
        assert rig.words == TEXT.split()


@pytest.mark.parametrize("at", range(25, 112, 3))
async def test_a_performer_that_is_killed_at_any_message_loses_and_repeats_no_word(
    at: int,
) -> None:
    async with stt_slot(*(recogniser(words_per_final=2) for _ in range(2))) as rig:
        await until_killed(rig, at, lambda: next(iter(rig.hold.live.values())).kill())
        assert rig.words == TEXT.split()


async def until_killed(rig: SttRig, at: int, kill: Callable[[], None]) -> None:
    """Kill somebody when so many frames have come, and let the rest come."""
    killer = asyncio.get_running_loop().call_later(0.02 * at + 0.001, kill)
    await rig.says(1.5, then_s=2.0)
    killer.cancel()
