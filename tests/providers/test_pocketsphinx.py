"""PocketsphinxSTT with its real process: hears flite, and leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import cast

import pytest

from actors.ports import SpeechToText
from actors.vendor import (
    FailureKind,
    ProviderError,
    SttAudio,
    SttConsumed,
    SttEvent,
    SttFinal,
    SttFlush,
    SttFlushed,
    SttInput,
    SttInterim,
    SttSpeechStart,
)
from providers import PocketsphinxSTT
from tests.providers.fake_services import FakeServices
from tests.providers.sounds import pieces, silence, spoken

PHRASES = (
    "what time is breakfast",
    "when is breakfast",
    "how many rooms are free for two nights",
    "how many rooms are free for three nights",
    "i would like to book a room please",
    "thank you",
)
QUICK_TO_START = PocketsphinxSTT(phrases=PHRASES, closed_vocabulary=True)
FRAME = 320
FRAME_S = 0.02


async def call(*sayings: bytes, detector: bool = True) -> AsyncIterator[SttInput]:
    """Speak in real time; the detector reports a start 100 ms and an end 200 ms late."""
    at = 0
    for mark, saying in enumerate(sayings):
        begins = at + 16 * FRAME
        for piece in pieces(silence(16 * FRAME_S) + saying + silence(0.5), FRAME):
            yield SttAudio(at, piece)
            at += FRAME
            if detector and at == begins + 5 * FRAME:
                yield SttSpeechStart(begins)
            await asyncio.sleep(FRAME_S)
        if detector:
            yield SttFlush(mark, at)


def without_pace(events: Sequence[SttEvent]) -> list[SttEvent]:
    return [event for event in events if not isinstance(event, SttConsumed | SttInterim)]


async def transcribe(stt: SpeechToText, audio: AsyncIterator[SttInput]) -> list[SttEvent]:
    return [event async for event in stt.transcribe(audio)]


@pytest.mark.slow
@pytest.mark.system("flite")
@pytest.mark.parametrize("voice", ["slt", "rms", "awb"])
async def test_it_understands_the_declared_phrases(voice: str) -> None:
    said = [spoken(text, voice) for text in PHRASES[::3]]
    async with PocketsphinxSTT(phrases=PHRASES).open(FakeServices()) as stt:
        events = await transcribe(stt, call(*said))
    expected: list[SttEvent] = []
    for mark, text in enumerate(PHRASES[::3]):
        expected += [SttFinal(text), SttFlushed(mark)]
    assert without_pace(events) == expected
    assert sum(isinstance(event, SttInterim) for event in events) > 6


@pytest.mark.slow
@pytest.mark.system("flite")
async def test_what_is_no_phrase_is_still_understood() -> None:
    async with PocketsphinxSTT(phrases=PHRASES).open(FakeServices()) as stt:
        events = await transcribe(stt, call(spoken("what is the weather today")))
    assert without_pace(events)[0] == SttFinal("what is the weather today")


@pytest.mark.slow
@pytest.mark.system("flite")
async def test_a_grammar_hears_its_own_sentences() -> None:
    grammar = "#JSGF V1.0; grammar g; public <g> = when is (breakfast | dinner);"
    async with PocketsphinxSTT(grammar=grammar).open(FakeServices()) as stt:
        events = await transcribe(stt, call(spoken("when is dinner")))
    assert without_pace(events)[0] == SttFinal("when is dinner")


@pytest.mark.slow
@pytest.mark.system("flite")
async def test_without_a_detector_it_ends_utterances_itself() -> None:
    said = [spoken("what time is breakfast"), spoken("thank you")]
    async with QUICK_TO_START.open(FakeServices()) as stt:
        events = await transcribe(stt, call(*said, detector=False))
    assert without_pace(events) == [SttFinal("what time is breakfast"), SttFinal("thank you")]


@pytest.mark.slow
async def test_silence_has_no_text() -> None:
    async with QUICK_TO_START.open(FakeServices()) as stt:
        events = await transcribe(stt, call(silence(1.0)))
    assert without_pace(events) == [SttFlushed(0)]


@pytest.mark.slow
@pytest.mark.system("flite")
async def test_on_simulated_time_every_text_comes_at_the_same_moment_each_time() -> None:
    async def timed() -> list[tuple[float, SttEvent]]:
        loop = asyncio.get_running_loop()
        async with QUICK_TO_START.open(FakeServices()) as stt:
            began = loop.time()
            audio = call(spoken("when is breakfast"))
            return [(round(loop.time() - began, 6), event) async for event in stt.transcribe(audio)]

    assert await timed() == await timed()


@pytest.mark.slow
@pytest.mark.system("flite")
async def test_after_an_abandoned_stream_the_next_one_starts_afresh() -> None:
    services = FakeServices()
    async with QUICK_TO_START.open(services) as stt:
        first = cast("AsyncGenerator[SttEvent]", stt.transcribe(call(spoken("thank you"))))
        async with aclosing(first):
            await anext(first)
        events = await transcribe(stt, call(spoken("when is breakfast")))
    assert without_pace(events) == [SttFinal("when is breakfast"), SttFlushed(0)]
    assert services.open_work == 0


@pytest.mark.slow
async def test_an_error_in_the_audio_ends_the_transcription_with_it() -> None:
    async def broken() -> AsyncIterator[SttInput]:
        yield SttAudio(0, silence(0.02))
        raise OSError("the line broke")

    async with QUICK_TO_START.open(FakeServices()) as stt:
        with pytest.raises(OSError, match="the line broke"):
            await transcribe(stt, broken())


@pytest.mark.slow
async def test_a_process_that_is_killed_is_reported_as_a_crash() -> None:
    services = FakeServices()
    async with QUICK_TO_START.open(services) as stt:
        (child,) = children()
        events = stt.transcribe(call(silence(60)))
        await anext(events)
        os.kill(child, signal.SIGKILL)
        with pytest.raises(ProviderError, match="ended with code -9") as caught:
            _ = [event async for event in events]
    assert caught.value.kind is FailureKind.CRASH
    assert services.open_work == 0


@pytest.mark.slow
async def test_a_process_that_does_not_react_does_not_keep_its_room_from_closing() -> None:
    async with QUICK_TO_START.open(FakeServices()):
        (child,) = children()
        os.kill(child, signal.SIGSTOP)
    assert not children()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


@pytest.mark.slow
async def test_leaving_gives_back_every_file_descriptor() -> None:
    before = descriptors()
    async with QUICK_TO_START.open(FakeServices()) as stt:
        assert descriptors() > before
        await transcribe(stt, call(silence(0.1)))
    assert descriptors() == before


@pytest.mark.slow
def test_the_process_ends_with_its_parent() -> None:
    code = """
import asyncio, os, signal
from tests.providers.fake_services import FakeServices
from tests.providers.test_pocketsphinx import QUICK_TO_START, children
async def main():
    async with QUICK_TO_START.open(FakeServices()):
        print(*children(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    parent = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    child = int(parent.stdout)
    deadline_s = time.monotonic() + 30
    while is_running(child) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert not is_running(child)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("declared", "complaint"),
    [
        (PocketsphinxSTT(phrases=["a room for mr zzyzx", "qwxt"]), "phrases: qwxt, zzyzx "),
        (PocketsphinxSTT(grammar="this is no grammar"), "not valid JSGF"),
    ],
    ids=["phrases", "grammar"],
)
async def test_an_unusable_vocabulary_is_told_in_one_line(
    declared: PocketsphinxSTT, complaint: str
) -> None:
    services = FakeServices()
    with pytest.raises(ProviderError, match=complaint) as caught:
        async with declared.open(services):
            pass
    assert caught.value.kind is FailureKind.MISCONFIGURED
    assert "\n" not in str(caught.value)
    assert services.open_work == 0
    assert not children()


def children() -> list[int]:
    found = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return [int(pid) for file in found for pid in file.read_text().split()]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def is_running(pid: int) -> bool:
    """Tell whether a process lives; one that nobody has reaped yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
