"""A caller in a browser, or anywhere else that speaks WebRTC.

Whoever carries the descriptions (an HTTP door) gives the caller's offer to `WebRtcTransport.answer`
and the caller what comes back. A caller whose connection is lost comes back with a fresh offer.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from actors.ports import Line, Services
from transports.webrtc.config import WebRtcConfig
from transports.webrtc.line import Patience, WebRtcLine
from transports.webrtc.offer import Candidate, Description, OfferError
from transports.webrtc.opus import RATE_HZ
from transports.webrtc.peer import Peer, PeerError, open_peer

ANSWER_WITHIN_S: Final = 15.0


@dataclass(slots=True)
class _Asked:
    """An offer and what becomes of it."""

    offer: Description
    greeting: str
    answer: asyncio.Future[str]

    def settle(self, outcome: str | OfferError | PeerError) -> None:
        """Tell whoever asked, if they still wait."""
        if self.answer.done():
            return
        if isinstance(outcome, str):
            self.answer.set_result(outcome)
        else:
            self.answer.set_exception(outcome)


@dataclass(slots=True)
class WebRtcDesk:
    """Between whoever brings offers and the line of a call; used on the loop."""

    peer: Peer | None = None
    """Who is connected, or about to be."""
    has_met: bool = False
    """Whether anybody ever was."""
    _asked: asyncio.Queue[_Asked] = field(default_factory=lambda: asyncio.Queue(1))

    @property
    def is_away(self) -> bool:
        """Whether the caller's connection is lost and may come back."""
        return self.has_met and self.peer is None

    async def ask(self, offer: Description, greeting: str) -> str:
        """Hand in an offer and wait for the answer; whoever is connected gives way."""
        asked = _Asked(offer, greeting, asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._asked.put(asked)
                if self.peer is not None:
                    self.peer.end("a newer connection takes its place")
                return await asked.answer
        except TimeoutError as error:
            raise PeerError(f"the call gave no answer within {ANSWER_WITHIN_S:g} s") from error

    def leave(self, peer: Peer) -> None:
        """Forget a peer whose connection is over."""
        if self.peer is peer:
            self.peer = None

    async def next(self, within_s: float) -> _Asked | None:
        """Return the next offer, or None if none comes in time."""
        try:
            async with asyncio.timeout(within_s):
                return await self._asked.get()
        except TimeoutError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRtcTransport:
    """One call whose caller sends an offer, and may send another when the connection is lost."""

    config: WebRtcConfig = field(default_factory=WebRtcConfig)
    first_within_s: float = 15.0
    """So long the opened line waits for the first offer."""
    rejoin_s: float = 15.0
    """So long it waits for the next one once the connection is lost."""
    name: str = "webrtc"
    output_sample_rate_hz: int = RATE_HZ
    resumable: bool = True
    reports_playback: bool = False
    """The far end's buffer is short: what was sent counts as heard."""
    cancels_echo: bool = True
    """Browsers do, unless their page tells them not to."""
    desk: WebRtcDesk = field(default_factory=WebRtcDesk)

    @property
    def is_away(self) -> bool:
        """Whether the caller's connection is lost and may come back."""
        return self.desk.is_away

    async def answer(self, sdp: str, *, greeting: str = "") -> str:
        """Take a peer's offer and return the answer, which holds all our candidates.

        The call's line must be open, or about to be. ``greeting`` is sent over the data channel as
        soon as that is open.

        Raises:
            OfferError: the offer is none, or no call is possible over it.
            PeerError: there was no answer in time, or the call is over.
        """
        return await self.desk.ask(Description.of(sdp), greeting)

    async def add_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Take candidates of the peer that were not in its offer yet.

        Raises:
            PeerError: nobody has made an offer.
        """
        if self.desk.peer is None:
            raise PeerError("candidates come after an offer")
        for candidate in candidates:
            await self.desk.peer.add_candidate(candidate)

    def send(self, text: str) -> None:
        """Send a message over the data channel, if somebody is connected who has opened it."""
        if self.desk.peer is not None:
            self.desk.peer.send(text)

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Line]:
        """Wait for offers; leaving the block hangs up."""
        line = WebRtcLine(
            _Reception(self),
            Patience(self.first_within_s, self.rejoin_s),
            is_opened_again=self.desk.has_met,
        )
        try:
            yield line
        finally:
            await line.hang_up()


@dataclass(frozen=True, slots=True)
class _Reception:
    """Meets the peers whose offers are handed in at the desk."""

    transport: WebRtcTransport

    async def meet(self, connection: AsyncExitStack, within_s: float) -> Peer | None:
        """Answer the next offer; None if no connection comes of it, or none was made in time."""
        desk, config = self.transport.desk, self.transport.config
        asked = await desk.next(within_s)
        if asked is None or asked.answer.done():  # whoever asked has given up
            return None
        peer = await connection.enter_async_context(
            open_peer(config, is_local=asked.offer.is_local)
        )
        connection.callback(desk.leave, peer)
        desk.peer = peer
        peer.greet(asked.greeting)
        try:
            asked.settle(await peer.answer(asked.offer))
            await peer.connected()
        except (OfferError, PeerError) as error:
            asked.settle(error)
            return None
        desk.has_met = True
        return peer
