"""The open line of a WebRTC call: one connection after another, while the caller comes back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, Protocol

from actors.arrivals import (
    Arrival,
    AudioIn,
    ConnectionBack,
    ConnectionLost,
    FellSilent,
    Joined,
    PlayedUpTo,
    VideoIn,
)
from transports.control import BadMessageError, Bye, ClientMessage, Pong, parse, written
from transports.token_bucket import TokenBucket
from transports.webrtc.peer import Peer

MOST_BAD_MESSAGES: Final = 10
TEXTS_PER_S: Final = 50
TEXTS_BURST: Final = 100


class Meeting(Protocol):
    """How a line comes to its peers."""

    async def meet(self, connection: AsyncExitStack, within_s: float) -> Peer | None:
        """Return the next peer, connected, or None if none came about.

        ``connection`` is where everything is entered that lasts as long as the peer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a line waits for its peers."""

    first_within_s: float
    """For the first one."""
    rejoin_s: float
    """For the next one, once a connection is lost."""


class WebRtcLine:
    """Holds the present connection; `hang_up` closes it."""

    def __init__(self, meeting: Meeting, patience: Patience, *, is_opened_again: bool) -> None:
        """Wait for peers; a line that is opened again has lost the one that was there."""
        self._meeting = meeting
        self._patience = patience
        self._is_opened_again = is_opened_again
        self._connection = AsyncExitStack()
        self._peer: Peer | None = None

    async def arrivals(self) -> AsyncGenerator[Arrival, None]:
        """Yield what comes in until the caller hangs up, or stays away for too long."""
        comes: Arrival = Joined()
        within_s = self._patience.first_within_s
        if self._is_opened_again:
            yield ConnectionLost()
            comes, within_s = ConnectionBack(), self._patience.rejoin_s
        while (peer := await self._next_peer(within_s)) is not None:
            yield comes
            said = _Said(peer)
            async for one in peer.incoming():
                if isinstance(one, AudioIn | VideoIn):
                    yield one
                elif (arrival := said.take(one)) is not None:
                    yield arrival
            if said.bye:
                return
            yield ConnectionLost()
            await self.hang_up()
            comes, within_s = ConnectionBack(), self._patience.rejoin_s

    async def _next_peer(self, within_s: float) -> Peer | None:
        clock = asyncio.get_running_loop().time
        until_s = clock() + within_s
        while (left_s := until_s - clock()) > 0:
            self._peer = await self._meeting.meet(self._connection, left_s)
            if self._peer is not None:
                return self._peer
            await self.hang_up()
        return None

    def play(self, pcm: bytes) -> None:
        """Put out the next 20 ms of the agent."""
        if self._peer is not None:
            self._peer.play(pcm)

    def fall_silent(self, fade: bytes) -> None:
        """Drop what has not gone out yet, and put out the last of it."""
        if self._peer is not None:
            self._peer.fall_silent(fade)

    async def hang_up(self) -> None:
        """Close the present connection."""
        self._peer = None
        await self._connection.aclose()


class _Said:
    """What a peer says over its data channel."""

    def __init__(self, peer: Peer) -> None:
        self.bye = False
        """Whether it has hung up."""
        self._peer = peer
        self._bad = 0
        self._rate = TokenBucket(TEXTS_PER_S, TEXTS_BURST)
        self._clock = asyncio.get_running_loop().time

    def take(self, text: str | bytes) -> Arrival | None:
        """Return what a message means to the call."""
        if not self._rate.take(1, self._clock()):
            self._peer.end("more text messages than a call needs")
            return None
        match self._read(text):
            case None | Pong():
                return None
            case Bye():
                self.bye = True
                self._peer.end("the caller has hung up")
                return None
            case PlayedUpTo() | FellSilent():
                self._refuse("what was sent counts as heard over WebRTC")
                return None
            case arrival:
                return arrival

    def _read(self, text: str | bytes) -> ClientMessage | None:
        if isinstance(text, bytes):
            self._refuse("a message of the data channel is text")
            return None
        try:
            return parse(text)
        except BadMessageError as error:
            self._refuse(str(error))
            return None

    def _refuse(self, why: str) -> None:
        self._bad += 1
        self._peer.send(written("error", code="bad_message", message=why))
        if self._bad >= MOST_BAD_MESSAGES:
            self._peer.end("too many messages that could not be read")
