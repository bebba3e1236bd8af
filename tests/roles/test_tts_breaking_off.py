"""A voice raises in mid-piece, at each of its chunks: what the caller hears of it."""

import math

import pytest

from providers.scripted import Fault
from tests.roles.listening import SECOND, TEXT, WORD_MS, WORDS, repeated, spoken, voice

CHUNKS = range(30)
"""The first piece has so many."""

pytestmark = pytest.mark.slow


async def test_the_ear_tells_the_words() -> None:
    assert (await spoken(voice())).words == list(WORDS)


async def test_tts_raise_at_every_chunk_with_timings() -> None:
    for at in CHUNKS:
        first = voice(fault=Fault(at=at), timings_lag_ms=150)
        heard = await spoken(first, voice("second"))
        assert heard.words == list(WORDS), f"broken at chunk {at}"
        assert heard.transcript == TEXT
        assert heard.gap_s == pytest.approx(0.0, abs=1e-6)
        assert len(heard.switches) == 1


async def test_a_voice_that_raises_at_every_chunk_of_a_later_piece_costs_no_word() -> None:
    """Made long before it is heard: without timings the piece is taken back to its start."""
    text = f"One two. {' '.join(WORDS[2:])}."
    for timings, seam, chunks in ((True, "joined", range(6, 54)), (False, "retracted", (6, 20))):
        for at in chunks:
            first = voice(fault=Fault(at=at), timings=timings)
            heard = await spoken(first, voice("second", timings=timings), text=text)
            assert heard.words == list(WORDS), f"broken at chunk {at}"
            assert [switch["seam"] for switch in heard.switches] == [seam]


async def test_tts_raise_at_every_chunk_with_timings_and_no_lead() -> None:
    for at in CHUNKS:
        first = voice(fault=Fault(at=at), timings_lag_ms=150, gap_s=0.1)
        heard = await spoken(first, voice("second"))
        assert repeated(heard.words) <= 2, f"broken at chunk {at}"
        assert heard.transcript == TEXT
        assert len(heard.switches) == 1


async def test_tts_raise_at_every_chunk_no_timings_repeat() -> None:
    for at in CHUNKS:
        first = voice(fault=Fault(at=at), timings=False, gap_s=0.08)
        heard = await spoken(first, voice("second", timings=False))
        again = repeated(heard.words)
        assert again <= math.ceil(at * 80 / WORD_MS), f"broken at chunk {at}"
        assert abs(heard.switches[0]["words_repeated"] - again) <= 1
        assert len(heard.switches) == 1


async def test_tts_raise_unplayed_piece() -> None:
    """It is taken back to its start; with timings only to its last whole word: more is left."""
    for timings, seam, rest in (
        (True, "joined", "last."),
        (False, "retracted", f"{SECOND.capitalize()}."),
    ):
        first, second = voice(fault=Fault(at=31), timings=timings), voice("second", timings=timings)
        heard = await spoken(first, second)
        assert heard.words == list(WORDS)
        assert heard.transcript == TEXT
        assert [switch["seam"] for switch in heard.switches] == [seam]
        assert [getattr(asked, "text", "") for asked in second.record.requests] == [rest]


async def test_a_guess_of_the_word_repeats_less_than_the_piece() -> None:
    for at in (12, 16, 20, 24):
        first = voice(fault=Fault(at=at), timings=False, gap_s=0.08)
        second = voice("second", timings=False)
        heard = await spoken(first, second, broken_speech="estimate")
        assert repeated(heard.words) <= 3, f"broken at chunk {at}"
