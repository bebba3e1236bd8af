"""The track before a far end that holds a buffer and tells what it has played."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from actors.call import Call, CallAddresses
from actors.events import Begin, Cut, Played, PlayPhase
from actors.frames import AgentAudio, FallSilent, PlayFrame, SpeechOver
from actors.playback import Heard, LineState, Silenced
from actors.track.audio_track import AudioTrack
from providers.scripted_tts import tone
from supervision.actor import Actor
from supervision.launch import start
from tests.actors.parts import on_stage
from tests.providers.fake_services import FakeServices

SPEECH = tone(16_000, 1000)
FRAME = 320


@dataclass(slots=True)
class Scene:
    """A track, what it sent and what it told."""

    track: Any
    frames: list[PlayFrame] = field(default_factory=list[PlayFrame])
    clears: list[FallSilent] = field(default_factory=list[FallSilent])
    reports: list[Played] = field(default_factory=list[Played])

    def speak(self, epoch: int) -> None:
        self.track.tell(Begin(epoch))
        self.track.tell(AgentAudio(epoch, 0, SPEECH))
        self.track.tell(SpeechOver(epoch, len(SPEECH) // 2))

    async def plays(self, samples: int, *, epoch: int = 1) -> None:
        """Let the far end tell that it has played so much."""
        self.track.tell(Heard(epoch, samples))
        await asyncio.sleep(0.001)

    @property
    def told(self) -> list[tuple[str, int]]:
        return [(report.phase.name, report.samples) for report in self.reports]


class Neighbour(Actor):
    """Writes down what the track tells."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene

    def on_receive(self, message: object) -> None:
        match message:
            case PlayFrame():
                self._scene.frames.append(message)
            case FallSilent():
                self._scene.clears.append(message)
            case Played():
                self._scene.reports.append(message)
            case _:
                pass


@asynccontextmanager
async def reported_track() -> AsyncGenerator[Scene, None]:
    addresses = CallAddresses.reserve()
    call = Call(
        room="r1",
        addresses=addresses,
        services=FakeServices(),
        publish=lambda _: None,
        track_rate_hz=16_000,
        on_stage=on_stage(),
    )
    scene = Scene(addresses.audio_track)
    for address in (addresses.transport, addresses.session):
        await start(lambda: Neighbour(scene), address=address)
    await start(lambda: AudioTrack(call, is_reported=True), address=addresses.audio_track)
    yield scene
    for address in (addresses.audio_track, addresses.session, addresses.transport):
        await address.stop(timeout_s=5)


async def test_nothing_counts_as_heard_before_the_far_end_says_so() -> None:
    async with reported_track() as scene:
        scene.speak(1)
        await asyncio.sleep(0.51)
        assert (len(scene.frames), scene.told) == (26, [])
        await scene.plays(100)
        await scene.plays(3 * FRAME)
        assert scene.told == [("STARTED", 100), ("PROGRESS", 3 * FRAME)]


async def test_a_reply_is_finished_when_its_last_sample_was_heard() -> None:
    async with reported_track() as scene:
        scene.speak(1)
        await asyncio.sleep(2.0)
        await scene.plays(15_999)
        assert scene.told[-1] == ("STARTED", 15_999)
        await scene.plays(16_000)
    assert scene.told[-1] == ("FINISHED", 16_000)


async def test_a_cut_is_told_with_the_sample_at_which_the_far_end_stopped() -> None:
    async with reported_track() as scene:
        scene.speak(1)
        await asyncio.sleep(0.51)
        await scene.plays(5000)
        scene.track.tell(Cut(1, "test"))
        await asyncio.sleep(0.05)
        assert [clear.fade for clear in scene.clears] == [b""]
        assert ("CUT", 5000) not in scene.told
        scene.track.tell(Heard(1, 6100))
        scene.track.tell(Silenced())
        await asyncio.sleep(0.01)
        sent = len(scene.frames)
        await asyncio.sleep(1.0)
    assert scene.told[-1] == ("CUT", 6100)
    assert len(scene.frames) == sent


async def test_a_far_end_that_never_says_where_it_stopped_is_not_waited_for() -> None:
    async with reported_track() as scene:
        scene.speak(1)
        await asyncio.sleep(0.51)
        await scene.plays(5000)
        scene.track.tell(Cut(1, "test"))
        await asyncio.sleep(0.6)
    assert scene.told[-1] == ("CUT", 5000)


async def test_over_a_new_connection_the_agent_goes_on_where_it_was_heard() -> None:
    async with reported_track() as scene:
        scene.speak(1)
        await asyncio.sleep(0.51)
        await scene.plays(5003)
        scene.track.tell(LineState(0, is_away=True))
        await asyncio.sleep(4.0)
        before = len(scene.frames)
        scene.track.tell(LineState(1, is_away=False))
        await asyncio.sleep(2.0)
        await scene.plays(16_000)
    assert before == 26
    again = scene.frames[before:]
    assert {frame.connection for frame in again} == {1}
    assert (again[0].off, again[0].samples) == (5003, FRAME)
    assert b"".join(f.pcm[: f.samples * 2] for f in again) == SPEECH[5003 * 2 :]
    assert scene.reports[-1].phase is PlayPhase.FINISHED


async def test_while_the_caller_is_away_the_reply_does_not_count_as_stalled() -> None:
    async with reported_track() as scene:
        scene.speak(1)
        await asyncio.sleep(0.51)
        await scene.plays(5000)
        told = len(scene.told)
        scene.track.tell(LineState(0, is_away=True))
        await asyncio.sleep(5.5)
    assert scene.told[told:] == [("PROGRESS", 5000)] * 6
