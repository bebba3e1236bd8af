"""The agent dials: it finds its caller through a signalling server, and makes the offer itself.

The server is a WebSocket that passes messages on between its clients. What is sent is
``{"type": "offer", "sdp": "…"}``; what is understood is ``{"type": "answer", "sdp": "…"}`` and
``{"candidate": …}``, flat or as a browser's ``RTCIceCandidate`` gives it. Any other message is
somebody else's.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from actors.ports import Line, Services
from transports.webrtc.config import WebRtcConfig
from transports.webrtc.line import Patience, WebRtcLine
from transports.webrtc.offer import MAX_SDP_BYTES, Candidate, Description, OfferError
from transports.webrtc.opus import RATE_HZ
from transports.webrtc.peer import Peer, PeerError, open_peer

DIAL_WITHIN_S: Final = 10.0
REST_S: Final = 1.0
"""After a dial that failed."""
MAX_MESSAGE_BYTES: Final = 2 * MAX_SDP_BYTES
MAX_EARLY: Final = 100
"""Candidates that come before the answer."""
_LOCAL: Final = ("127.0.0.1", "localhost", "::1")


class SignallingError(Exception):
    """Raised when the signalling server is of no use; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The far end takes our offer."""

    sdp: str


Signal: TypeAlias = Answer | Candidate | None
"""What a message of the server means; None: nothing to us."""


def read_signal(text: str | bytes) -> Signal:
    """Read a message of a signalling server; what cannot be read is somebody else's."""
    try:
        message = json.loads(text)
    except ValueError:
        return None
    if not isinstance(message, dict):
        return None
    fields = cast("dict[str, Any]", message)
    sdp = fields.get("sdp")
    if fields.get("type") == "answer" and isinstance(sdp, str):
        return Answer(sdp)
    return _candidate(fields) if "candidate" in fields else None


def _candidate(fields: dict[str, Any]) -> Candidate | None:
    inner = fields["candidate"]
    if isinstance(inner, dict):
        fields = cast("dict[str, Any]", inner)
        inner = fields.get("candidate")
    mid, index = fields.get("sdpMid"), fields.get("sdpMLineIndex")
    if not isinstance(inner, str | None):
        return None
    candidate = Candidate(
        inner or "",
        sdp_mid=mid if isinstance(mid, str) else None,
        sdp_m_line_index=index if isinstance(index, int) else None,
    )
    return candidate if candidate.is_sound else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRtcClientTransport:
    """One call whose caller is reached through a signalling server."""

    url: str
    """Of the signalling server: ``ws://…`` or ``wss://…``."""
    config: WebRtcConfig = field(default_factory=WebRtcConfig)
    answer_within_s: float = 60.0
    """So long somebody may take to answer the first offer."""
    rejoin_s: float = 15.0
    """So long it dials again once the connection is lost."""
    name: str = "webrtc_client"
    output_sample_rate_hz: int = RATE_HZ
    resumable: bool = False
    """It dials again by itself; a line that failed was never a call."""
    reports_playback: bool = False
    cancels_echo: bool = True

    def __post_init__(self) -> None:
        """Refuse an address that is none.

        Raises:
            ValueError: it does not begin with ws:// or wss://, or names no host.
        """
        parts = urlsplit(self.url)
        if parts.scheme not in {"ws", "wss"} or not parts.hostname:
            raise ValueError(
                f"{self.url!r}: a signalling server's address is such as wss://host/room"
            )

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Line]:
        """Dial; leaving the block hangs up."""
        patience = Patience(self.answer_within_s, self.rejoin_s)
        line = WebRtcLine(_Dialler(self), patience, is_opened_again=False)
        try:
            yield line
        finally:
            await line.hang_up()


@dataclass(slots=True)
class _Dialler:
    """Meets the peers that answer."""

    transport: WebRtcClientTransport
    has_reached: bool = False
    """Whether the signalling server could be reached once."""

    async def meet(self, connection: AsyncExitStack, within_s: float) -> Peer | None:
        """Dial once and wait until somebody answers and is connected.

        Raises:
            SignallingError: the signalling server could never be reached.
        """
        transport = self.transport
        is_local = urlsplit(transport.url).hostname in _LOCAL
        opening = open_peer(transport.config, is_local=is_local)
        peer = await connection.enter_async_context(opening)
        try:
            server = await connection.enter_async_context(_signalling(transport.url))
            self.has_reached = True
            await server.send(json.dumps({"type": "offer", "sdp": await peer.offer()}))
            async with asyncio.timeout(within_s):
                await _take_answer(server, peer)
            await connection.enter_async_context(_taking_candidates(server, peer))
            await peer.connected()
        except (TimeoutError, OfferError, PeerError, SignallingError, ConnectionClosed) as error:
            if isinstance(error, SignallingError) and not self.has_reached:
                raise
            await asyncio.sleep(min(REST_S, within_s))
            return None
        return peer


@asynccontextmanager
async def _signalling(url: str) -> AsyncGenerator[ClientConnection]:
    opening = connect(url, open_timeout=DIAL_WITHIN_S, max_size=MAX_MESSAGE_BYTES)
    async with AsyncExitStack() as stack:
        try:
            server = await stack.enter_async_context(opening)
        except (OSError, InvalidURI, InvalidHandshake, TimeoutError) as error:
            raise SignallingError(
                f"the signalling server {url} cannot be reached: {error or 'no answer'}"
            ) from error
        yield server


async def _take_answer(server: ClientConnection, peer: Peer) -> None:
    """Wait for the answer, and take it with the candidates that came before it."""
    early: list[Candidate] = []
    async for text in server:
        match read_signal(text):
            case Answer(sdp):
                await peer.accept(Description.of(sdp))
                for candidate in early:
                    await peer.add_candidate(candidate)
                return
            case Candidate() as candidate if len(early) < MAX_EARLY:
                early.append(candidate)
            case _:
                pass
    raise SignallingError("the signalling server closed the connection before anybody answered")


@asynccontextmanager
async def _taking_candidates(server: ClientConnection, peer: Peer) -> AsyncGenerator[None]:
    """Take candidates as they come, beside the block; the call outlives its signalling."""

    async def take() -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in server:
                if isinstance(signal := read_signal(text), Candidate):
                    await peer.add_candidate(signal)

    taking = asyncio.get_running_loop().create_task(take(), name="candidates")
    try:
        yield
    finally:
        taking.cancel()
        await asyncio.wait([taking])
