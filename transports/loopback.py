"""A caller inside the program: for tests, simulations, and services that bring their own audio.

The line behaves like a telephone: 20 ms of audio every 20 ms of the loop's clock, silence when
nobody speaks, until somebody hangs up.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from actors.arrivals import (
    Arrival,
    AudioIn,
    DtmfPressed,
    InputEnded,
    Joined,
    Left,
    TextIn,
    VideoIn,
)
from actors.audio import CALLER_FRAME_BYTES, CALLER_RATE_HZ, FRAME_MS
from actors.camera import Picture
from actors.ports import Line, Services

SILENCE = bytes(CALLER_FRAME_BYTES)


class Heard(NamedTuple):
    """20 ms that the caller heard, and when (seconds of the loop's clock)."""

    at_s: float
    pcm: bytes


@dataclass(slots=True)
class LoopbackCaller:
    """The human's side of the line. Bounded only by what the program itself puts in."""

    heard: list[Heard] = field(default_factory=list[Heard])
    _frames: deque[bytes] = field(default_factory=deque[bytes])
    _events: deque[Arrival] = field(default_factory=lambda: deque[Arrival]([Joined()]))
    _hung_up: bool = False

    def speak(self, pcm: bytes) -> None:
        """Say this (16 kHz mono s16le) after what is still being said."""
        for start in range(0, len(pcm), CALLER_FRAME_BYTES):
            frame = pcm[start : start + CALLER_FRAME_BYTES]
            self._frames.append(frame.ljust(CALLER_FRAME_BYTES, b"\0"))

    def write(self, text: str) -> None:
        """Send a line in writing."""
        self._events.append(TextIn(text))

    def press(self, digit: str) -> None:
        """Press a key."""
        self._events.append(DtmfPressed(digit))

    def show(self, picture: Picture) -> None:
        """Hold this before the camera."""
        self._events.append(VideoIn(picture))

    def leave(self) -> None:
        """Leave the room; the line stays open."""
        self._events.append(Left())

    def finish(self) -> None:
        """Let the call end once everything is answered."""
        self._events.append(InputEnded())

    def hang_up(self) -> None:
        """End the line."""
        self._hung_up = True

    @property
    def is_speaking(self) -> bool:
        """Whether something is still to be said."""
        return bool(self._frames)

    def next_arrivals(self) -> list[Arrival] | None:
        """Return what comes in during the next 20 ms; None once the line has ended."""
        if self._hung_up:
            return None
        audio = AudioIn(self._frames.popleft() if self._frames else SILENCE, CALLER_RATE_HZ)
        if not self._events:
            return [audio]
        arrivals = [*self._events, audio]
        self._events.clear()
        return arrivals


@dataclass(frozen=True, slots=True)
class LoopbackTransport:
    """A line whose other end is ``caller``."""

    caller: LoopbackCaller = field(default_factory=LoopbackCaller)
    output_sample_rate_hz: int = CALLER_RATE_HZ
    resumable: bool = False
    reports_playback: bool = False
    cancels_echo: bool = True
    name: str = "loopback"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Line]:
        """Pick up."""
        yield _LoopbackLine(self.caller)


@dataclass(frozen=True, slots=True)
class _LoopbackLine:
    caller: LoopbackCaller

    async def arrivals(self) -> AsyncGenerator[Arrival, None]:
        """Yield 20 ms every 20 ms until the caller hangs up."""
        clock = asyncio.get_running_loop().time
        due_s = clock()
        while (arrivals := self.caller.next_arrivals()) is not None:
            for arrival in arrivals:
                yield arrival
            due_s += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due_s - clock()))

    def play(self, pcm: bytes) -> None:
        """Let the caller hear it."""
        self.caller.heard.append(Heard(asyncio.get_running_loop().time(), pcm))

    def fall_silent(self, fade: bytes) -> None:
        """Let the caller hear the last of it."""
        if fade:
            self.play(fade)
