"""This machine's microphone and loudspeaker as the caller's line.

Without headphones the microphone hears the agent, so the line is half-duplex unless told
otherwise: while the agent sounds, and a moment longer, the agent hears silence.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import numpy as np

from actors.arrivals import Arrival, AudioIn, Joined
from actors.audio import BYTES_PER_SAMPLE, CALLER_RATE_HZ, FRAME_MS, frame_samples
from actors.ports import Line, Services
from transports.sound_library import (
    DeviceChoice,
    SoundDeviceError,
    find_device,
    fitting_rate_hz,
    sound_library,
)
from transports.sound_threads import Inbox, Outbox

ECHO_TAIL_S: Final = 0.25
"""How long a room goes on sounding after the loudspeaker fell silent."""
QUIETEST_DBFS: Final = -60.0
_FULL_SCALE: Final = 32768


@dataclass(slots=True)
class SoundDesk:
    """The person's side of the line: a mute switch and the meters. Used on the loop only."""

    muted: bool = False
    guarded: bool = False
    """Whether the microphone is shut because the agent can be heard in it."""
    input_dbfs: float = QUIETEST_DBFS
    output_dbfs: float = QUIETEST_DBFS
    lost_frames: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundDeviceTransport:
    """One call at this machine; `fitted` finds the devices and the rates that they take."""

    input_device: DeviceChoice = None
    output_device: DeviceChoice = None
    full_duplex: bool = False
    """With headphones: the agent can be interrupted."""
    input_sample_rate_hz: int = CALLER_RATE_HZ
    output_sample_rate_hz: int = 24_000
    desk: SoundDesk = field(default_factory=SoundDesk)
    name: str = "sound_device"
    resumable: bool = False
    reports_playback: bool = False

    @property
    def cancels_echo(self) -> bool:
        """Only headphones keep the agent's voice out of the microphone."""
        return self.full_duplex

    def fitted(self) -> Self:
        """Return the same with devices and rates that exist.

        Raises:
            SoundDeviceError: PortAudio or a device is missing, or is not the one that was named.
        """
        ears = find_device(self.input_device, "input")
        mouth = find_device(self.output_device, "output")
        return replace(
            self,
            input_device=ears.index,
            output_device=mouth.index,
            input_sample_rate_hz=fitting_rate_hz(ears, "input", self.input_sample_rate_hz),
            output_sample_rate_hz=fitting_rate_hz(mouth, "output", self.output_sample_rate_hz),
        )

    @contextlib.asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Line]:
        """Open both devices; some 60 ms, for which the loop waits: it has this one call only.

        Raises:
            SoundDeviceError: a device cannot be opened.
        """
        inbox = Inbox(asyncio.get_running_loop())
        outbox = Outbox(frame_samples(self.output_sample_rate_hz) * BYTES_PER_SAMPLE)
        loudspeaker = _stream(
            "RawOutputStream",
            _player(outbox),
            device=self.output_device,
            sample_rate_hz=self.output_sample_rate_hz,
        )
        microphone = _stream(
            "RawInputStream",
            _listener(inbox),
            device=self.input_device,
            sample_rate_hz=self.input_sample_rate_hz,
            finished_callback=inbox.end,
        )
        with loudspeaker as mouth, microphone as ears:
            yield _SoundLine(self, inbox, outbox, latency_s=ears.latency + mouth.latency)


class _SoundLine:
    """The open devices of one call."""

    def __init__(
        self, transport: SoundDeviceTransport, inbox: Inbox, outbox: Outbox, *, latency_s: float
    ) -> None:
        self._transport = transport
        self._desk = transport.desk
        self._inbox = inbox
        self._outbox = outbox
        self._latency_s = latency_s
        self._clock = asyncio.get_running_loop().time
        self._sounds_until_s = -math.inf

    async def arrivals(self) -> AsyncGenerator[Arrival, None]:
        """Yield the caller and what the microphone hears, until it is unplugged."""
        yield Joined()
        async with contextlib.aclosing(self._inbox.frames()) as frames:
            async for pcm in frames:
                yield AudioIn(self._let_in(pcm), self._transport.input_sample_rate_hz)

    def play(self, pcm: bytes) -> None:
        """Put out the next 20 ms of the agent."""
        self._outbox.put(pcm)
        self._desk.output_dbfs = level_dbfs(pcm)
        queued_s = self._outbox.waiting * FRAME_MS / 1000
        self._sounds_until_s = self._clock() + queued_s + self._latency_s + ECHO_TAIL_S

    def fall_silent(self, fade: bytes) -> None:
        """Put out the last of it, behind the 40 ms at most that wait."""
        if fade:
            self.play(fade)

    def _let_in(self, pcm: bytes) -> bytes:
        """Return what the agent may hear of this frame."""
        desk = self._desk
        desk.lost_frames = self._inbox.lost + self._outbox.lost
        desk.input_dbfs = level_dbfs(pcm)
        sounds = self._clock() < self._sounds_until_s
        if not sounds:
            desk.output_dbfs = QUIETEST_DBFS
        desk.guarded = sounds and not self._transport.full_duplex
        return bytes(len(pcm)) if desk.muted or desk.guarded else pcm


def level_dbfs(pcm: bytes) -> float:
    """Return how loud s16le audio is: 0 at full scale, at least -60."""
    samples = np.frombuffer(pcm, dtype=np.int16).astype(np.float32)
    rms = float(np.sqrt(np.mean(samples * samples))) / _FULL_SCALE if samples.size else 0.0
    return max(QUIETEST_DBFS, 20 * math.log10(rms)) if rms else QUIETEST_DBFS


def _listener(inbox: Inbox) -> Callable[..., None]:
    def hear(heard: Any, _frames: int, _time: Any, _status: Any) -> None:
        inbox.put(bytes(heard))

    return hear


def _player(outbox: Outbox) -> Callable[..., None]:
    def play(sound: Any, _frames: int, _time: Any, _status: Any) -> None:
        sound[:] = outbox.take()

    return play


@contextlib.contextmanager
def _stream(
    kind: str,
    callback: Callable[..., None],
    *,
    device: DeviceChoice,
    sample_rate_hz: int,
    **more: Any,
) -> Generator[Any]:
    """Run one stream of the sound library, 20 ms a callback.

    Raises:
        SoundDeviceError: the device cannot be opened.
    """
    library = sound_library()
    try:
        stream = getattr(library, kind)(
            device=device,
            samplerate=sample_rate_hz,
            blocksize=frame_samples(sample_rate_hz),
            channels=1,
            dtype="int16",
            callback=callback,
            **more,
        )
        with contextlib.closing(stream):
            stream.start()
            yield stream
    except library.PortAudioError as error:
        raise SoundDeviceError(f"the sound device failed: {error}") from error
