"""A voice falls silent: when that matters, and who goes on."""

import asyncio

import pytest

from actors.events import Pause, Resume
from providers.scripted import Fault
from providers.scripted_tts import Hiccup
from tests.calls.rig import agent, call
from tests.roles.listening import TEXT, WORDS, heard_by, repeated, spoken, voice

pytestmark = pytest.mark.slow
AHEAD_S = 0.05
"""Twice as fast as it is heard."""


async def test_tts_stall_just_in_time() -> None:
    first = voice(fault=Fault(at=20, hang=True), gap_s=AHEAD_S)
    heard = await spoken(first, voice("second", first_s=0.3))
    assert heard.words == list(WORDS)
    assert heard.gap_s == pytest.approx(0.0, abs=1e-6)
    assert heard.switches[0]["kind"] == "stall"
    assert heard.switches[0]["gap_ms"] == 0


async def test_a_voice_slower_than_it_is_heard_loses_to_its_understudy() -> None:
    heard = await spoken(voice(gap_s=0.3), voice("second", first_s=0.3))
    assert repeated(heard.words) <= 1
    assert heard.gap_s < 0.8
    assert heard.switches[0]["gap_ms"] == pytest.approx(heard.gap_s * 1000, abs=25)


async def test_tts_hiccup_resumes_first() -> None:
    first = voice(hiccup=Hiccup(at=6, seconds=0.4), gap_s=AHEAD_S)
    second = voice("second", first_s=0.5)
    heard = await spoken(first, second)
    assert heard.words == list(WORDS)
    assert heard.switches == ()
    assert heard.failures == ()
    assert len(second.record.requests) == 1, "it was asked, and came second"
    assert second.record.opened == 1


async def test_tts_pause_four_seconds() -> None:
    first = voice(hiccup=Hiccup(at=20, seconds=4.0), gap_s=AHEAD_S)
    async with call(agent(tts=[first, voice("second")])) as rig:
        rig.job.session.say(TEXT)
        await rig.until("agent_speech_started")
        await asyncio.sleep(0.9)
        rig.job.call.addresses.audio_track.tell(Pause(1))
        await asyncio.sleep(4.0)
        rig.job.call.addresses.audio_track.tell(Resume(1))
        await rig.until("agent_transcript")
        heard = heard_by(rig)
    assert heard.words == list(WORDS)
    assert heard.switches == ()
    assert heard.failures == ()


async def test_a_voice_that_never_begins_is_replaced_after_its_deadline() -> None:
    heard = await spoken(voice(first_s=1000.0), voice("second"))
    assert heard.words == list(WORDS)
    assert (heard.switches[0]["kind"], heard.switches[0]["gap_ms"]) == ("late", 0)


async def test_a_voice_without_understudies_is_asked_again() -> None:
    heard = await spoken(voice(fault=Fault(at=20, hang=True)))
    assert repeated(heard.words) == 0
