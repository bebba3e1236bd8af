"""A caller over a WebSocket: PCM16 both ways, and control beside it.

Connections come and go; the seat stays. Whoever accepts a connection (an HTTP door) puts it on the
seat; the call's line takes what comes from there. A transport actor that is restarted finds the
connection where it was, so nothing is closed when the line is: whoever brought it ends it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from actors.arrivals import Arrival, AudioIn, ConnectionBack, ConnectionLost, Joined
from actors.ports import Line, Services
from transports.control import Bye, Pong
from transports.socket_connection import (
    OVER,
    REPLACED,
    TOO_MUCH,
    Incoming,
    SocketConnection,
    Wire,
)

RATES_HZ: Final = (8_000, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
WAITING_ARRIVALS: Final = 500
"""What comes in while the transport actor is restarted."""


class SocketSeat:
    """Where the caller of one call sits; used on the loop."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.connection: SocketConnection | None = None
        self.was_taken = False
        self._arrivals: deque[Arrival] = deque()
        self._news = asyncio.Event()
        self._lost_s: float | None = None
        self._has_hung_up = False

    @property
    def is_away(self) -> bool:
        """Whether the caller's connection is lost and may come back."""
        return self._lost_s is not None

    async def serve(self, wire: Wire, sample_rate_hz: int, *, greeting: str) -> None:
        """Sit down, send the greeting, and stay until either end closes; returns then.

        Whoever sits there gives way.
        """
        connection = SocketConnection(wire, sample_rate_hz, self._take)
        connection.send(greeting)
        self._sit_down(connection)
        try:
            await connection.serve()
        finally:
            self._stand_up(connection)

    async def next(self, *, first_within_s: float, rejoin_s: float) -> Arrival | None:
        """Return what comes in next; None once the caller has hung up or stays away."""
        clock = asyncio.get_running_loop().time
        while not self._arrivals:
            if self._has_hung_up:
                return None
            self._news.clear()
            wait_s = None if self.was_taken else first_within_s
            if self._lost_s is not None:
                wait_s = self._lost_s + rejoin_s - clock()
            try:
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
            except TimeoutError:
                return None
        return self._arrivals.popleft()

    def _sit_down(self, connection: SocketConnection) -> None:
        before, self.connection = self.connection, connection
        if before is not None:
            before.end(REPLACED, "a newer connection took this seat")
            self._put(ConnectionLost())
        self._put(ConnectionBack() if self.was_taken else Joined())
        self.was_taken, self._lost_s = True, None

    def _stand_up(self, connection: SocketConnection) -> None:
        if self.connection is not connection:
            return
        self.connection = None
        if not self._has_hung_up:
            self._lost_s = asyncio.get_running_loop().time()
            self._put(ConnectionLost())

    def _take(self, connection: SocketConnection, message: Incoming) -> None:
        if connection is not self.connection or isinstance(message, Pong):
            return
        if isinstance(message, Bye):
            self._has_hung_up = True
            self._news.set()
            connection.end(OVER, "you hung up")
        elif len(self._arrivals) < WAITING_ARRIVALS:
            self._put(message)
        elif not isinstance(message, AudioIn):
            connection.end(TOO_MUCH, "the call cannot follow")

    def _put(self, arrival: Arrival) -> None:
        self._arrivals.append(arrival)
        self._news.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSocketTransport:
    """One call whose caller sits on ``seat``, over one connection after another."""

    output_sample_rate_hz: int = 24_000
    reports_playback: bool = False
    """Whether the far end promises to tell what it has played."""
    first_within_s: float = 15.0
    """So long the opened line waits for the first connection."""
    rejoin_s: float = 15.0
    """So long it waits for the next one once the connection is lost."""
    cancels_echo: bool = True
    """Browsers do, unless their page tells them not to."""
    name: str = "websocket"
    resumable: bool = True
    seat: SocketSeat = field(default_factory=SocketSeat)

    @property
    def is_away(self) -> bool:
        """Whether the caller's connection is lost and may come back."""
        return self.seat.is_away

    def send(self, text: str) -> None:
        """Send a text message to the caller, if they are there."""
        if self.seat.connection is not None:
            self.seat.connection.send(text)

    def end(self, code: int, reason: str) -> None:
        """Close the connection, if there is one, once what waits has been sent."""
        if self.seat.connection is not None:
            self.seat.connection.end(code, reason)

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Line]:
        """Take the calls of the seat."""
        yield _SocketLine(self)


@dataclass(frozen=True, slots=True)
class _SocketLine:
    transport: WebSocketTransport

    async def arrivals(self) -> AsyncGenerator[Arrival, None]:
        """Yield what comes in until the caller hangs up, or stays away for too long."""
        transport, seat = self.transport, self.transport.seat
        while True:
            arrival = await seat.next(
                first_within_s=transport.first_within_s, rejoin_s=transport.rejoin_s
            )
            if arrival is None:
                return
            yield arrival

    def play(self, pcm: bytes) -> None:
        """Send the next 20 ms of the agent."""
        if (connection := self.transport.seat.connection) is not None:
            connection.play(pcm)

    def fall_silent(self, fade: bytes) -> None:
        """Let the far end drop what it has; it fades out by itself."""
        if (connection := self.transport.seat.connection) is not None:
            connection.clear()
