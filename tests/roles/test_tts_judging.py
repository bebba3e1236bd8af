"""A voice says that it is done, or never does: how its audio is judged."""

import pytest

from actors.vendor import FailureKind, ProviderError, SpeechRequest
from actors.voice import Voice
from providers.scripted import Fault
from tests.roles.listening import FIRST, RATE_HZ, TEXT, WORD_MS, WORDS, repeated, spoken, voice

pytestmark = pytest.mark.slow


async def test_tts_zero_audio() -> None:
    heard = await spoken(voice(share=0.0), voice("second"))
    assert heard.words == list(WORDS)
    assert heard.switches[0]["kind"] == "empty"
    assert heard.switches[0]["seam"] == "clean"


async def test_a_piece_without_anything_to_say_is_never_sent() -> None:
    first = voice()
    heard = await spoken(first, text=f"{FIRST}. … ... {TEXT}")
    assert heard.failures == ()
    asked = [
        request.text for request in first.record.requests if isinstance(request, SpeechRequest)
    ]
    assert all(any(map(str.isalnum, text)) for text in asked)


@pytest.mark.parametrize("timings", [True, False])
async def test_tts_short_audio_success(*, timings: bool) -> None:
    first = voice(share=0.4, timings=timings, timings_lag_ms=0)
    heard = await spoken(first, voice("second", timings=timings))
    assert heard.switches[0]["kind"] == "short"
    assert repeated(heard.words) == 0
    assert heard.transcript == TEXT


async def test_a_last_word_that_breaks_off_near_its_end_is_said_again_unheard() -> None:
    """Ten words of 300 ms in the first piece: the sound ends 120 ms before the last one does."""
    first = voice(share=0.96, timings_lag_ms=0)
    heard = await spoken(first, voice("second"))
    assert heard.switches[0]["kind"] == "short"
    assert heard.words == list(WORDS)


async def test_two_voices_may_break_off_in_the_same_piece_and_no_word_is_lost() -> None:
    broken = [voice(name, share=0.75, timings_lag_ms=0) for name in ("first", "second")]
    heard = await spoken(*broken, voice("third"))
    assert [switch["kind"] for switch in heard.switches] == ["short", "short"]
    assert heard.words == list(WORDS)


async def test_timings_that_reach_a_little_beyond_the_sound_are_no_fault() -> None:
    first = voice(share=0.99, timings_lag_ms=0)
    heard = await spoken(first, voice("second"))
    assert heard.switches == ()
    assert heard.words == list(WORDS)


async def test_words_that_the_timings_place_behind_the_sound_are_said_by_the_next_voice() -> None:
    first = voice(share=0.8, timings_lag_ms=0)
    heard = await spoken(first, voice("second"))
    assert heard.switches[0]["kind"] == "short"
    assert heard.words == list(WORDS)
    assert heard.transcript == TEXT


async def test_two_voices_that_need_as_little_time_are_both_right() -> None:
    fast = [voice(name, share=0.4, timings=False) for name in ("first", "second")]
    heard = await spoken(*fast, text=f"{FIRST}.")
    assert [failure["kind"] for failure in heard.failures] == ["short"]
    assert len(heard.words) == 4


async def test_tts_runaway_audio() -> None:
    first = voice(share=50.0, timings=False)
    heard = await spoken(first, voice("second"))
    assert heard.switches[0]["kind"] == "runaway"
    said_s = len(heard.pcm) / RATE_HZ - 11 * WORD_MS / 1000
    assert said_s == pytest.approx(Voice().longest_s(f"{FIRST}."), abs=0.02)
    assert heard.words[-11:] == list(WORDS[10:])


async def test_a_voice_with_timings_that_runs_on_is_cut_where_its_words_end() -> None:
    heard = await spoken(voice(share=50.0), voice("second"))
    assert heard.switches[0]["kind"] == "runaway"
    assert heard.words == list(WORDS)


async def test_a_voice_that_is_refused_everywhere_fails_the_reply_aloud() -> None:
    error = ProviderError("not these words", kind=FailureKind.REJECTED)
    voices = [voice(name, fault=Fault(error=error, times=99)) for name in ("first", "second")]
    heard = await spoken(*voices, until="agent_speech_finished")
    assert heard.words == []
    assert heard.failures[-1]["where"] == "tts"
