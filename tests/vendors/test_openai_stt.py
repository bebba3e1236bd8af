"""Utterances sent over real HTTP as files, and the texts that come back."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Sequence
from email.parser import BytesParser
from typing import Any

import pytest
from openai.types.audio import Transcription
from pydantic import SecretStr

from actors.audio import CALLER_FRAME_SAMPLES, CALLER_RATE_HZ
from actors.stt_capabilities import SttCapabilities
from actors.vendor import (
    FailureKind,
    ProviderError,
    SttAudio,
    SttEvent,
    SttFinal,
    SttFlush,
    SttFlushed,
    SttInput,
    SttSpeechStart,
)
from providers.caller_utterance import UtteranceCutter
from providers.openai.stt import OpenAISTT
from tests.providers.fake_services import FakeServices
from tests.vendors.http_server import SETTLE_S, Answer, Exchange, late, refuses, vendor_server
from tests.vendors.sdk_types import made

SECOND = CALLER_RATE_HZ


def hears(text: str) -> Answer:
    async def answer(exchange: Exchange) -> None:
        await exchange.answer(200, made(Transcription, {"text": text}).encode())

    return answer


def fields(exchange: Exchange) -> dict[str, bytes]:
    """Read a multipart form."""
    head = f"content-type: {exchange.headers['content-type']}\r\n\r\n".encode()
    form = BytesParser().parsebytes(head + exchange.body)
    parts: dict[str, bytes] = {}
    for part in form.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            parts[name] = data
    return parts


def seconds_of(file: bytes) -> float:
    with wave.open(io.BytesIO(file)) as reader:
        shape = (reader.getframerate(), reader.getnchannels(), reader.getsampwidth())
        assert shape == (CALLER_RATE_HZ, 1, 2)
        return reader.getnframes() / CALLER_RATE_HZ


def audio(start_s: float, end_s: float, level: int = 1) -> list[SttInput]:
    pcm = level.to_bytes(2, "little") * CALLER_FRAME_SAMPLES
    frames = range(round(start_s * SECOND), round(end_s * SECOND), CALLER_FRAME_SAMPLES)
    return [SttAudio(at, pcm) for at in frames]


def spoken(start_s: float, end_s: float, mark: int) -> list[SttInput]:
    """Return speech that the VAD noticed 0.1 s late."""
    noticed_s = start_s + 0.1
    begin = SttSpeechStart(round(noticed_s * SECOND))
    end = SttFlush(mark, round(end_s * SECOND))
    return [*audio(start_s, noticed_s), begin, *audio(noticed_s, end_s), end]


async def feed(items: Sequence[SttInput]) -> AsyncIterator[SttInput]:
    for item in items:
        yield item


async def heard(
    items: Sequence[SttInput], *script: Answer, **options: Any
) -> tuple[list[SttEvent], list[dict[str, bytes]]]:
    async with vendor_server(*script) as server:
        url = f"{server.url}/v1"
        stt = OpenAISTT(base_url=url, api_key=SecretStr("sk-1"), **options)
        async with stt.open(FakeServices()) as ears:
            assert ears.capabilities == SttCapabilities(interims=False, batch=True)
            events = [event async for event in ears.transcribe(feed(items))]
    assert all(exchange.path == "/v1/audio/transcriptions" for exchange in server.exchanges)
    return events, [fields(exchange) for exchange in server.exchanges]


async def test_each_utterance_goes_out_when_it_is_over_with_a_little_from_before() -> None:
    items = [*audio(0, 5), *spoken(5, 6, 1), *audio(6, 9), *spoken(9, 11, 2)]
    events, forms = await heard(items, hears(" Two nights. "), hears("Thank you."))

    assert events == [
        SttFinal("Two nights."),
        SttFlushed(1),
        SttFinal("Thank you."),
        SttFlushed(2),
    ]
    assert [seconds_of(form["file"]) for form in forms] == pytest.approx([1.2, 2.2], abs=0.001)
    assert forms[0]["model"] == b"gpt-transcribe"
    assert forms[0]["response_format"] == b"json"
    assert "language" not in forms[0]


async def test_the_options_reach_the_vendor() -> None:
    options = {"language": "de", "prompt": "Zimmer, Frühstück.", "model": "whisper-1"}
    _, forms = await heard(spoken(0, 1, 1), hears("Ja."), **options)
    told = {name: value.decode() for name, value in forms[0].items() if name != "file"}
    assert told == options | {"response_format": "json"}


async def test_simulated_time_waits_for_the_vendor() -> None:
    items = spoken(0, 1, 1)
    async with asyncio.timeout(SETTLE_S + 0.001):
        events, _ = await heard(items, late(hears("Yes.")))
    assert events == [SttFinal("Yes."), SttFlushed(1)]


async def test_silence_costs_nothing_and_an_empty_text_is_no_final() -> None:
    events, forms = await heard([*audio(0, 3), SttFlush(1, 3 * SECOND)], hears("never"))
    assert (events, forms) == ([SttFlushed(1)], [])
    events, _ = await heard(spoken(0, 1, 1), hears(""))
    assert events == [SttFlushed(1)]


async def test_a_click_is_made_long_enough_for_the_vendor() -> None:
    items = [SttSpeechStart(0), *audio(0, 0.02), SttFlush(1, 320)]
    _, forms = await heard(items, hears("Hm."))
    assert seconds_of(forms[0]["file"]) == 0.2


async def test_a_monologue_is_sent_in_parts_and_loses_nothing() -> None:
    events, forms = await heard(spoken(0, 12, 1), hears("one"), hears("two"), longest_s=5)
    assert events == [SttFinal("one"), SttFinal("two"), SttFinal("two"), SttFlushed(1)]
    assert [seconds_of(form["file"]) for form in forms] == pytest.approx([5, 5, 2])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refuses(401, {"message": "no"}), FailureKind.MISCONFIGURED),
        (refuses(400, {"message": "no speech"}), FailureKind.REJECTED),
        (refuses(503, {"message": "oh"}), FailureKind.ERROR),
    ],
)
async def test_trouble_is_told_in_the_words_of_the_port(answer: Answer, kind: FailureKind) -> None:
    with pytest.raises(ProviderError) as caught:
        await heard(spoken(0, 1, 1), answer)
    assert caught.value.kind is kind


async def test_an_answer_that_is_no_transcription_breaks_the_protocol() -> None:
    async def page(exchange: Exchange) -> None:
        await exchange.answer(200, b"<html>", content_type="text/html")

    async def other(exchange: Exchange) -> None:
        await exchange.answer(200, {"words": []})

    for answer in (page, other):
        with pytest.raises(ProviderError) as caught:
            await heard(spoken(0, 1, 1), answer)
        assert caught.value.kind is FailureKind.PROTOCOL


def test_while_nobody_speaks_no_more_than_the_lead_is_kept() -> None:
    cutter = UtteranceCutter(lead_s=0.3, longest_s=60)
    for frame in audio(0, 100):
        assert isinstance(frame, SttAudio)
        assert cutter.hear(frame) == b""
    cutter.begin(100 * SECOND)
    assert len(cutter.end()) == 0.3 * SECOND * 2
    assert cutter.end() == b""
