"""EspeakTTS: the offline voice, one engine for all rooms."""

import asyncio
from array import array
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from itertools import pairwise
from typing import cast

import pytest

from actors.ports import TextToSpeech
from actors.vendor import (
    FailureKind,
    ProviderError,
    SpeechChunk,
    SpeechPcm,
    SpeechRequest,
    SpeechTimings,
)
from providers import EspeakTTS
from providers.espeak import EspeakEngine, EspeakJob
from tests.providers.fake_services import FakeServices

LONG = "This is a rather long sentence about nothing at all, said to be interrupted. " * 30


async def speech(voice: TextToSpeech, text: str) -> bytes:
    chunks = voice.synthesize(SpeechRequest(text))
    return b"".join([chunk.pcm async for chunk in chunks if isinstance(chunk, SpeechPcm)])


async def test_it_speaks() -> None:
    with FakeServices() as services:
        async with EspeakTTS().open(services) as voice:
            pcm = await speech(voice, "Breakfast is from seven to ten.")
            assert voice.sample_rate_hz == 22050
    assert 1.0 < len(pcm) / 2 / 22050 < 4.0
    assert max(array("h", pcm)) > 3000


async def test_word_timings_cover_the_piece_in_order() -> None:
    text = "Grüß Gott, we have 3 rooms."
    with FakeServices() as services:
        async with EspeakTTS().open(services) as voice:
            chunks = [chunk async for chunk in voice.synthesize(SpeechRequest(text))]
    words = [word for chunk in chunks if isinstance(chunk, SpeechTimings) for word in chunk.words]
    samples = sum(len(chunk.pcm) // 2 for chunk in chunks if isinstance(chunk, SpeechPcm))
    assert [word.word for word in words] == ["Grüß", "Gott", "we", "have", "3", "rooms"]
    assert all(a.end == b.start for a, b in pairwise(words))
    assert words[0].start == 0
    assert words[-1].end == samples


async def test_the_engine_stops_at_once_when_nobody_wants_more() -> None:
    emitted: list[object] = []

    engine = EspeakEngine()

    def emit(result: object) -> bool:
        emitted.append(result)
        return len(emitted) < 4

    job = EspeakJob(text=LONG, voice="en-gb", rate_wpm=165, pitch=50, volume=100)
    await asyncio.to_thread(engine.run, job, emit)
    await asyncio.to_thread(engine.close)
    assert len(emitted) == 4


async def test_after_an_interruption_the_next_piece_is_whole() -> None:
    with FakeServices() as services:
        async with EspeakTTS().open(services) as voice:
            whole = await speech(voice, "Good evening.")
            long = cast("AsyncGenerator[SpeechChunk]", voice.synthesize(SpeechRequest(LONG)))
            async with aclosing(long) as chunks:
                await anext(chunks)
            assert len(await speech(voice, "Good evening.")) == pytest.approx(len(whole), rel=0.02)


async def test_rooms_with_different_voices_share_one_engine() -> None:
    low, high = EspeakTTS(voice="en-us", pitch=10), EspeakTTS(voice="de", pitch=90)
    with FakeServices() as services:
        async with low.open(services) as one, high.open(services) as two:
            alone = [await speech(one, "one two three"), await speech(two, "one two three")]
            both = await asyncio.gather(speech(one, "one two three"), speech(two, "one two three"))
        assert len(services.engines) == 1
    # Its breath is random: a text never comes out in equal bytes.
    assert [len(pcm) for pcm in both] == pytest.approx([len(pcm) for pcm in alone], rel=0.02)
    assert len(alone[0]) != pytest.approx(len(alone[1]), rel=0.05)


async def test_a_faster_voice_is_shorter() -> None:
    with FakeServices() as services:
        async with (
            EspeakTTS(rate_wpm=120).open(services) as slow,
            EspeakTTS(rate_wpm=300).open(services) as fast,
        ):
            assert len(await speech(fast, "one two three")) < len(
                await speech(slow, "one two three")
            )


async def test_an_unknown_voice_is_named_with_some_that_exist() -> None:
    with FakeServices() as services:
        with pytest.raises(ProviderError, match=r"no voice 'dalek'.*en-gb") as caught:
            async with EspeakTTS(voice="dalek").open(services):
                pass
        assert caught.value.kind is FailureKind.MISCONFIGURED
        async with EspeakTTS().open(services) as voice:
            assert await speech(voice, "The engine goes on.")


async def test_a_text_without_a_word_is_nearly_silent_but_ends() -> None:
    with FakeServices() as services:
        async with EspeakTTS().open(services) as voice:
            assert await speech(voice, "") == b""
            assert len(await speech(voice, "...")) < 22050


def test_the_engines_of_two_workers_do_not_take_each_others_sound() -> None:
    job = EspeakJob(text="Two nights.", voice="en-gb", rate_wpm=165, pitch=50, volume=100)
    one, other, heard = EspeakEngine(), EspeakEngine(), dict[str, int]()

    def count(name: str) -> Callable[[object], bool]:
        def emit(result: object) -> bool:
            heard[name] = heard.get(name, 0) + isinstance(result, SpeechPcm)
            return True

        return emit

    one.run(job, count("one"))
    other.run(job, count("other"))
    one.run(job, count("one again"))
    assert heard["one"] == heard["other"] == heard["one again"] > 3
