"""The track alone, between a voice that has spoken already and a line that writes down frames."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.call import Call, CallAddresses
from actors.events import Begin, Cut, Pause, Played, PlayPhase, Resume
from actors.frames import AgentAudio, FallSilent, PlayFrame, SpeechOver
from actors.take_back import CutBack, WasCutBack
from actors.track.audio_track import AudioTrack
from actors.track.fade import fade_out
from providers.scripted_tts import tone
from supervision.actor import Actor
from supervision.launch import start
from tests.actors.parts import on_stage
from tests.providers.fake_services import FakeServices

FRAME_BYTES = 640
FRAME_S = 0.02
SPEECH = tone(16_000, 1000)


@dataclass(slots=True)
class Line:
    """What left the track, and when."""

    track: Any
    frames: list[tuple[float, bytes]] = field(default_factory=list[tuple[float, bytes]])
    reports: list[Played] = field(default_factory=list[Played])
    answers: list[WasCutBack] = field(default_factory=list[WasCutBack])

    @property
    def heard(self) -> bytes:
        return b"".join(pcm for _, pcm in self.frames)

    @property
    def times(self) -> list[float]:
        return [at_s for at_s, _ in self.frames]

    def speak(self, epoch: int, pcm: bytes) -> None:
        self.track.tell(AgentAudio(epoch, 0, pcm))
        self.track.tell(SpeechOver(epoch, len(pcm) // 2))


class Ear(Actor):
    """Notes what it is told."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def on_receive(self, message: object) -> None:
        if isinstance(message, PlayFrame):
            self._line.frames.append((self.clock.now_s(), message.pcm))
        elif isinstance(message, FallSilent):
            self._line.frames += [(self.clock.now_s(), message.fade)] if message.fade else []
        elif isinstance(message, Played):
            self._line.reports.append(message)
        elif isinstance(message, WasCutBack):
            self._line.answers.append(message)


@asynccontextmanager
async def track(*, fade_s: float = FRAME_S) -> AsyncGenerator[Line, None]:
    addresses = CallAddresses.reserve()
    call = Call(
        room="r1",
        addresses=addresses,
        services=FakeServices(),
        publish=lambda _: None,
        track_rate_hz=16_000,
        on_stage=on_stage(),
    )
    line = Line(addresses.audio_track)
    for address in (addresses.transport, addresses.session, addresses.tts):
        await start(lambda: Ear(line), address=address)
    await start(lambda: AudioTrack(call, fade_s=fade_s), address=addresses.audio_track)
    yield line
    for address in (addresses.audio_track, addresses.tts, addresses.session, addresses.transport):
        await address.stop(timeout_s=5)


async def test_what_is_paused_goes_on_at_the_very_sample() -> None:
    async with track() as line:
        line.track.tell(Begin(1))
        line.speak(1, SPEECH)
        await asyncio.sleep(0.305)
        line.track.tell(Pause(1))
        await asyncio.sleep(2.0)
        before = line.heard
        line.track.tell(Resume(1))
        await asyncio.sleep(1.0)
    assert len(before) == 16 * FRAME_BYTES
    assert line.heard == SPEECH


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8))
async def test_pauses_however_short_lose_and_repeat_no_sample_and_never_hurry(
    pauses: list[tuple[int, int]],
) -> None:
    async with track() as line:
        line.track.tell(Begin(1))
        line.speak(1, SPEECH)
        for play_ms, pause_ms in pauses:
            await asyncio.sleep(play_ms / 1000)
            line.track.tell(Pause(1))
            await asyncio.sleep(pause_ms / 1000)
            line.track.tell(Resume(1))
        await asyncio.sleep(2.0)
    assert line.heard == SPEECH
    assert all(later - earlier > FRAME_S - 1e-6 for earlier, later in pairwise(line.times))
    assert line.reports[-1].phase is PlayPhase.FINISHED


@pytest.mark.parametrize("at_ms", [1, 10, 19, 21, 330, 777, 975])
async def test_a_cut_puts_out_one_frame_that_falls_to_silence_and_then_nothing(at_ms: int) -> None:
    async with track() as line:
        line.track.tell(Begin(1))
        line.speak(1, SPEECH)
        await asyncio.sleep(at_ms / 1000)
        whole = len(line.frames)
        line.track.tell(Cut(1, "test"))
        await asyncio.sleep(0.001)
        cut = list(line.frames)
        line.speak(1, SPEECH)
        await asyncio.sleep(1.0)
    assert line.frames == cut
    assert len(cut) == whole + 1
    last = SPEECH[whole * FRAME_BYTES : (whole + 1) * FRAME_BYTES]
    assert cut[-1][1] == fade_out(last, 320)
    report = line.reports[-1]
    assert (report.phase, report.samples) == (PlayPhase.CUT, (whole + 1) * 320)


async def test_what_is_paused_or_has_not_begun_is_cut_without_a_sound() -> None:
    async with track() as line:
        line.track.tell(Begin(1))
        line.speak(1, SPEECH)
        line.speak(2, SPEECH)
        await asyncio.sleep(0.305)
        line.track.tell(Pause(1))
        await asyncio.sleep(0.1)
        before = len(line.frames)
        line.track.tell(Cut(1, "test"))
        line.track.tell(Cut(2, "test"))
        await asyncio.sleep(0.5)
    assert len(line.frames) == before
    assert [(r.epoch, r.samples) for r in line.reports if r.phase is PlayPhase.CUT] == [
        (1, before * 320),
        (2, 0),
    ]


async def test_a_fade_of_no_length_breaks_off_at_once() -> None:
    async with track(fade_s=0.0) as line:
        line.track.tell(Begin(1))
        line.speak(1, SPEECH)
        await asyncio.sleep(0.305)
        before = len(line.frames)
        line.track.tell(Cut(1, "test"))
        await asyncio.sleep(0.5)
    assert len(line.frames) == before


async def test_the_next_output_waits_until_the_fade_has_been_heard() -> None:
    async with track() as line:
        line.track.tell(Begin(1))
        line.speak(1, SPEECH)
        line.speak(2, SPEECH)
        await asyncio.sleep(0.305)
        line.track.tell(Cut(1, "test"))
        line.track.tell(Begin(2))
        await asyncio.sleep(0.5)
    last_of_first, first_of_second = line.times[15], line.times[17]
    assert first_of_second - last_of_first == pytest.approx(2 * FRAME_S)


async def test_all_is_taken_back_behind_a_shut_gate_but_nothing_that_is_as_good_as_heard() -> None:
    async with track() as line:
        line.speak(1, SPEECH)
        line.track.tell(CutBack(1, (320,), 1))
        line.track.tell(AgentAudio(1, 320, SPEECH[640:]))
        await asyncio.sleep(0.1)
        line.track.tell(Begin(1))
        await asyncio.sleep(0.305)
        line.track.tell(CutBack(1, (1600,), 2))
        line.track.tell(CutBack(1, (1600, 9000), 3))
        await asyncio.sleep(0.1)
    soon = 16 * 320 + 960
    assert [(answer.number, answer.off) for answer in line.answers] == [
        (1, 320),
        (2, soon),
        (3, soon),
    ]


async def test_silence_for_want_of_audio_is_counted_and_a_pause_is_not() -> None:
    async with track() as line:
        line.track.tell(Begin(1))
        line.track.tell(AgentAudio(1, 0, SPEECH))
        await asyncio.sleep(1.5)
        line.track.tell(Pause(1))
        await asyncio.sleep(4.0)
        line.track.tell(Resume(1))
        await asyncio.sleep(0.2)
        line.track.tell(AgentAudio(1, 16_000, SPEECH))
        line.track.tell(SpeechOver(1, 32_000))
        await asyncio.sleep(1.5)
    assert line.reports[-1].phase is PlayPhase.FINISHED
    assert line.reports[-1].starved_ms == 700
    phases = [report.phase for report in line.reports]
    assert phases[phases.index(PlayPhase.DRAINED) :][1:4] == [
        PlayPhase.PAUSED,
        PlayPhase.RESUMED,
        PlayPhase.STARTED,
    ]
