"""The open line of a WebRTC call: one connection after another, while the caller comes back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Protocol

from actors.arrivals import Arrival, AudioIn, Joined
from transports.webrtc_peer import Peer


class Meeting(Protocol):
    """How a line comes to its peers."""

    async def meet(self, connection: AsyncExitStack, within_s: float) -> Peer | None:
        """Return the next peer, connected, or None if none came about in time.

        ``connection`` is where everything is entered that lasts as long as the peer.
        """
        ...


class WebRtcLine:
    """Holds the present connection; `hang_up` closes it."""

    def __init__(self, meeting: Meeting, *, first_within_s: float, rejoin_s: float) -> None:
        """Wait for the first peer, and for each next one, no longer than this."""
        self._meeting = meeting
        self._first_within_s = first_within_s
        self._rejoin_s = rejoin_s
        self._connection = AsyncExitStack()
        self._peer: Peer | None = None

    async def arrivals(self) -> AsyncGenerator[Arrival, None]:
        """Yield what comes in until the caller hangs up, or stays away for too long."""
        within_s = self._first_within_s
        while (peer := await self._next_peer(within_s)) is not None:
            yield Joined()
            async for one in peer.incoming():
                if isinstance(one, AudioIn):
                    yield one
            await self.hang_up()
            within_s = self._rejoin_s

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
