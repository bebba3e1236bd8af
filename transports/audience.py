"""Those who listen to a call in which somebody else speaks: they hear the agent."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from actors.arrivals import Arrival
from actors.ports import Line, Services, Transport
from transports.control import Bye, Pong
from transports.socket_connection import OVER, Incoming, SocketConnection, Wire


@dataclass(slots=True)
class Audience:
    """The listeners of one room; used on the loop."""

    connections: set[SocketConnection] = field(default_factory=set[SocketConnection])

    async def serve(self, wire: Wire, sample_rate_hz: int, *, greeting: str) -> None:
        """Let somebody listen until either end closes."""
        connection = SocketConnection(wire, sample_rate_hz, _refuse)
        connection.send(greeting)
        self.connections.add(connection)
        try:
            await connection.serve()
        finally:
            self.connections.discard(connection)

    def send(self, text: str) -> None:
        """Send a text message to everybody."""
        for connection in self.connections:
            connection.send(text)

    def end(self, code: int, reason: str) -> None:
        """Send everybody away."""
        for connection in self.connections:
            connection.end(code, reason)


def _refuse(connection: SocketConnection, message: Incoming) -> None:
    match message:
        case Pong():
            pass
        case Bye():
            connection.end(OVER, "you hung up")
        case _:
            connection.refuse("not_speaker", "somebody else speaks in this room: you listen")


@dataclass(frozen=True, slots=True)
class ListenedTransport:
    """A transport whose agent the audience hears as well."""

    inner: Transport
    audience: Audience

    @property
    def name(self) -> str:
        """The name of the caller's own way in."""
        return self.inner.name

    @property
    def output_sample_rate_hz(self) -> int:
        """The rate that everybody gets."""
        return self.inner.output_sample_rate_hz

    @property
    def resumable(self) -> bool:
        """As the caller's."""
        return self.inner.resumable

    @property
    def reports_playback(self) -> bool:
        """As the caller's: what the caller has heard counts."""
        return self.inner.reports_playback

    @property
    def cancels_echo(self) -> bool:
        """As the caller's."""
        return self.inner.cancels_echo

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Line]:
        """Open the caller's line."""
        async with self.inner.open(services) as line:
            yield _ListenedLine(line, self.audience)


@dataclass(frozen=True, slots=True)
class _ListenedLine:
    line: Line
    audience: Audience

    def arrivals(self) -> AsyncIterator[Arrival]:
        """Return what comes from the caller."""
        return self.line.arrivals()

    def play(self, pcm: bytes) -> None:
        """Put out the next 20 ms for everybody."""
        self.line.play(pcm)
        for connection in self.audience.connections:
            connection.play(pcm)

    def fall_silent(self, fade: bytes) -> None:
        """Let everybody's end drop what it has."""
        self.line.fall_silent(fade)
        for connection in self.audience.connections:
            connection.clear()
