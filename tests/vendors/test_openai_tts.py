"""Speech over real HTTP, as it is made."""

import asyncio
import struct
from typing import Any

import pytest
from openai.types.audio.speech_create_params import SpeechCreateParams
from pydantic import SecretStr

from actors.ports import TextToSpeech
from actors.vendor import FailureKind, ProviderError, SpeechChunk, SpeechPcm, SpeechRequest
from providers.openai.tts import OpenAITTS, WholeSamples
from supervision.virtual_time import external_work
from tests.providers.fake_services import FakeServices
from tests.vendors.http_server import (
    Answer,
    VendorServer,
    cuts,
    hangs,
    late,
    refuses,
    sends_a_page,
    streams,
    vendor_server,
)
from tests.vendors.sdk_types import check_request

SAMPLES = struct.pack("<6h", 1, -2, 300, -400, 5, 6)
PCM = "audio/pcm"


def voice(server: VendorServer, **options: Any) -> OpenAITTS:
    return OpenAITTS(base_url=f"{server.url}/v1", api_key=SecretStr("sk-1"), **options)


async def spoken(tts: TextToSpeech, request: SpeechRequest) -> list[bytes]:
    pieces: list[bytes] = []
    async for chunk in tts.synthesize(request):
        assert isinstance(chunk, SpeechPcm)
        pieces.append(chunk.pcm)
    return pieces


async def failure(answer: Answer) -> ProviderError:
    async with vendor_server(answer) as server, voice(server).open(FakeServices()) as tts:
        with pytest.raises(ProviderError) as caught:
            await spoken(tts, SpeechRequest("Hello."))
    return caught.value


async def test_audio_comes_in_whole_samples_wherever_the_network_cuts() -> None:
    parts = [SAMPLES[:3], SAMPLES[3:4], SAMPLES[4:5], SAMPLES[5:]]
    async with vendor_server(streams(parts, PCM)) as server:
        async with voice(server, instructions="Warm.", speed=1.2).open(FakeServices()) as tts:
            assert tts.sample_rate_hz == 24_000
            pieces = await spoken(tts, SpeechRequest("Hello."))
            await spoken(tts, SpeechRequest("Hello.", voice="coral"))
        first, second = server.bodies
    assert b"".join(pieces) == SAMPLES
    assert all(len(piece) % 2 == 0 for piece in pieces)
    check_request(SpeechCreateParams, first)
    assert first == {
        "model": "gpt-4o-mini-tts",
        "voice": "marin",
        "input": "Hello.",
        "response_format": "pcm",
        "instructions": "Warm.",
        "speed": 1.2,
    }
    assert second["voice"] == "coral"
    assert server.exchanges[0].path == "/v1/audio/speech"


async def test_simulated_time_waits_for_the_vendor() -> None:
    async with (
        vendor_server(late(streams([SAMPLES], PCM))) as server,
        voice(server).open(FakeServices()) as tts,
        asyncio.timeout(0.001),
    ):
        assert await spoken(tts, SpeechRequest("Hello.")) == [SAMPLES]


async def test_audio_is_heard_while_more_is_made_and_stops_at_once_when_it_is_cut() -> None:
    pieces: list[SpeechChunk] = []
    heard = asyncio.Event()

    async def listen(tts: TextToSpeech) -> None:
        async for chunk in tts.synthesize(SpeechRequest("Hello.")):
            pieces.append(chunk)
            heard.set()

    async with (
        vendor_server(hangs([SAMPLES], PCM)) as server,
        voice(server).open(FakeServices()) as tts,
    ):
        listening = asyncio.get_running_loop().create_task(listen(tts))
        await heard.wait()
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        with external_work():
            await server.answered.wait()  # the client has left
    assert pieces == [SpeechPcm(SAMPLES)]


TROUBLE = {
    "a wrong key": (refuses(401, {"message": "no"}), FailureKind.MISCONFIGURED),
    "a limit": (refuses(429, {"message": "slow"}, retry_after="2"), FailureKind.RATE_LIMITED),
    "a fault": (refuses(500, {"message": "oh"}), FailureKind.ERROR),
    "a cut": (cuts([SAMPLES], PCM), FailureKind.CLOSED),
    "half a sample": (streams([SAMPLES[:5]], PCM), FailureKind.CLOSED),
    "a page": (sends_a_page, FailureKind.PROTOCOL),
    "JSON": (streams([b"{}"], "application/json; charset=utf-8"), FailureKind.PROTOCOL),
}


@pytest.mark.parametrize(("answer", "kind"), TROUBLE.values(), ids=TROUBLE)
async def test_trouble_is_told_in_the_words_of_the_port(answer: Answer, kind: FailureKind) -> None:
    error = await failure(answer)
    assert error.kind is kind
    assert (error.retry_after_s == 2.0) == (kind is FailureKind.RATE_LIMITED)


def test_half_a_sample_waits_for_its_other_half() -> None:
    samples = WholeSamples()
    assert samples.push(b"abc") == b"ab"
    assert samples.push(b"") == b""
    assert samples.push(b"d") == b"cd"
    assert samples.rest == b""
