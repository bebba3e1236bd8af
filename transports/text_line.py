"""A caller who writes: lines come in, and nothing sounds.

What the agent answers is read from the public events of the call (`AgentWords`).
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from actors.arrivals import Arrival, InputEnded, Joined, Left, TextIn
from actors.audio import CALLER_RATE_HZ
from actors.ports import Line, Services

MAX_WAITING = 1000
"""Lines that wait to be taken in."""


@dataclass(slots=True)
class TextCaller:
    """The human's side of the line; used on the loop."""

    _arrivals: asyncio.Queue[Arrival | None] = field(
        default_factory=lambda: asyncio.Queue(MAX_WAITING)
    )

    def write(self, text: str) -> None:
        """Send a line.

        Raises:
            asyncio.QueueFull: a thousand lines wait already.
        """
        self._arrivals.put_nowait(TextIn(text))

    def join(self) -> None:
        """Come back into the room."""
        self._arrivals.put_nowait(Joined())

    def leave(self) -> None:
        """Leave the room; the line stays open."""
        self._arrivals.put_nowait(Left())

    def finish(self) -> None:
        """Let the call end once everything is answered."""
        self._arrivals.put_nowait(InputEnded())

    def hang_up(self) -> None:
        """End the line."""
        self._arrivals.put_nowait(None)

    async def next_arrival(self) -> Arrival | None:
        """Return what comes in next; None once the line has ended."""
        return await self._arrivals.get()


@dataclass(frozen=True, slots=True)
class TextTransport:
    """A line for a room that is opened ``in_writing``."""

    caller: TextCaller = field(default_factory=TextCaller)
    output_sample_rate_hz: int = CALLER_RATE_HZ
    """Of no use here."""
    resumable: bool = False
    reports_playback: bool = False
    cancels_echo: bool = True
    name: str = "text"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Line]:
        """Begin to read."""
        yield _TextLine(self.caller)


@dataclass(frozen=True, slots=True)
class _TextLine:
    caller: TextCaller

    async def arrivals(self) -> AsyncGenerator[Arrival, None]:
        """Yield the caller and each line until the line ends."""
        yield Joined()
        while (arrival := await self.caller.next_arrival()) is not None:
            yield arrival

    def play(self, pcm: bytes) -> None:
        """Let sound go: nobody listens."""

    def fall_silent(self, fade: bytes) -> None:
        """Nothing sounds."""
