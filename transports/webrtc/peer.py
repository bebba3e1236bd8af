"""One connection with a peer, from its first description to its end, and nothing is left of it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, cast

from aiortc import (
    MediaStreamTrack,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError, OperationError

from actors.arrivals import AudioIn, VideoIn
from actors.audio import BYTES_PER_SAMPLE, CALLER_RATE_HZ
from transports.webrtc.audio import AgentTrack, CallerEar
from transports.webrtc.config import WebRtcConfig
from transports.webrtc.inbox import Inbox
from transports.webrtc.internals import own_connecting, reach_at, replace_jitter_buffer
from transports.webrtc.liveness import Liveness, packets_received
from transports.webrtc.offer import Candidate, Description, OfferError
from transports.webrtc.video import VideoEye, limit_bitrate

CHANNEL: Final = "control"
GATHER_WITHIN_S: Final = 10.0
"""aioice waits 5 s for a STUN or TURN server that does not answer."""
SILENT_AFTER_S: Final = 0.1
"""When no packet has come for so long, silence is heard, as time goes by."""
FLUSH_WITHIN_S: Final = 0.5
CLOSE_WITHIN_S: Final = 2.0
MAX_UNSENT_BYTES: Final = 256 * 1024
_OPUS: Final = [
    codec
    for codec in RTCRtpSender.getCapabilities("audio").codecs
    if codec.mimeType.lower() == "audio/opus"
]


class PeerError(Exception):
    """Raised when a connection does not come about; the text is one line that says why."""


class Peer:
    """The far end of one connection; used within `open_peer`."""

    def __init__(self, config: WebRtcConfig, *, is_local: bool) -> None:
        """Prepare a connection that takes and gives sound.

        Args:
            config: how to find a way to it.
            is_local: whether it may be on this machine, to be reached at its loopback address.
        """
        self.ended = ""
        """Why it is over; empty while it is not."""
        self._config = config
        self._clock = asyncio.get_running_loop().time
        self._connection = RTCPeerConnection(config.for_aiortc())
        self._connecting = own_connecting(self._connection)
        self._track = AgentTrack()
        self._inbox = Inbox()
        self._ear = CallerEar(self._inbox.hear)
        self._channel: RTCDataChannel | None = None
        self._greeting = ""
        self._eye: VideoEye | None = None
        self._state_changed = asyncio.Event()
        self._voice = self._prepare_voice(
            lambda found: config.reachable_at(found, peer_is_local=is_local)
        )
        self._connection.on("connectionstatechange", self._on_state)
        self._connection.on("datachannel", self._on_channel)

    def _prepare_voice(self, choose: Callable[[list[str]], list[str]]) -> RTCRtpTransceiver:
        voice = self._connection.addTransceiver(self._track, direction="sendrecv")
        voice.setCodecPreferences(_OPUS)
        replace_jitter_buffer(voice.receiver, self._ear)
        reach_at(voice.receiver.transport.transport, choose)
        return voice

    # ------------------------------------------------------------ coming about

    def greet(self, text: str) -> None:
        """Send this as soon as the data channel is open."""
        self._greeting = text

    async def answer(self, offer: Description) -> str:
        """Take an offer and return the answer (SDP), which holds all our candidates.

        Raises:
            OfferError: aiortc cannot take it.
            PeerError: our candidates could not be gathered in time.
        """
        async with _negotiating():
            description = RTCSessionDescription(sdp=offer.sdp, type="offer")
            await self._connection.setRemoteDescription(description)
            self._choose_media()
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        return limit_bitrate(self._connection.localDescription.sdp)

    async def offer(self) -> str:
        """Return an offer (SDP) of sound and a data channel, with all our candidates.

        Raises:
            PeerError: our candidates could not be gathered in time.
        """
        async with _negotiating():
            self._on_channel(self._connection.createDataChannel(CHANNEL))
            await self._connection.setLocalDescription(await self._connection.createOffer())
        return self._connection.localDescription.sdp

    async def accept(self, answer: Description) -> None:
        """Take the answer to our offer.

        Raises:
            OfferError: it is no answer to it.
            PeerError: its candidates could not be looked up in time.
        """
        async with _negotiating():
            description = RTCSessionDescription(sdp=answer.sdp, type="answer")
            await self._connection.setRemoteDescription(description)

    async def add_candidate(self, candidate: Candidate) -> None:
        """Take a candidate that was not in the peer's description yet."""
        await self._connection.addIceCandidate(candidate.for_aiortc())

    def _choose_media(self) -> None:
        """Turn down what is not wanted: a second voice, a second camera, or any camera."""
        for transceiver in self._connection.getTransceivers():
            if transceiver is self._voice:
                continue
            track = cast("MediaStreamTrack | None", transceiver.receiver.track)
            is_seen = self._config.video and transceiver.kind == "video" and self._eye is None
            if is_seen and track is not None:
                self._eye = VideoEye(transceiver.receiver, track)
            else:
                transceiver.direction = "inactive"

    async def connected(self) -> None:
        """Wait until sound can flow.

        Raises:
            PeerError: it cannot, or not in time.
        """
        within_s = self._config.connect_within_s
        try:
            async with asyncio.timeout(within_s):
                while self._connection.connectionState != "connected" and not self.ended:
                    self._state_changed.clear()
                    await self._state_changed.wait()
        except TimeoutError as error:
            ice = self._connection.iceConnectionState
            missing = "DTLS" if ice == "completed" else "ICE"
            raise PeerError(
                f"the peer was not connected within {within_s:g} s ({missing})"
            ) from error
        if self.ended:
            raise PeerError(self.ended)

    def _on_state(self) -> None:
        state = self._connection.connectionState
        if state == "failed":
            self.end("the connection failed")
        elif state == "closed":
            self.end("the peer closed the connection")
        self._state_changed.set()

    def _on_channel(self, channel: RTCDataChannel) -> None:
        if channel.label == CHANNEL and self._channel is None:
            self._channel = channel
            channel.on("message", self._inbox.read)
            channel.on("open", self._on_open)
            if channel.readyState == "open":
                self._on_open()

    def _on_open(self) -> None:
        if self._greeting:
            self.send(self._greeting)

    # ------------------------------------------------------------ sound and messages

    async def incoming(self) -> AsyncGenerator[AudioIn | VideoIn | str | bytes, None]:
        """Yield sound without a pause, pictures, and messages, until the connection ends."""
        alive = Liveness(self._config.silent_for_s, self._clock())
        heard_s = self._clock()
        while not self.ended:
            await self._inbox.wait(SILENT_AFTER_S)
            now_s = self._clock()
            if self._eye is not None:
                for picture in self._eye.take():
                    yield picture
            for one in self._inbox.take():
                if isinstance(one, AudioIn):
                    heard_s = now_s
                yield one
            if now_s - heard_s >= SILENT_AFTER_S:
                yield _silence(now_s - heard_s)
                heard_s = now_s
            if alive.is_due(now_s) and alive.look(await packets_received(self._connection), now_s):
                self.end(f"nothing came from the peer for {self._config.silent_for_s:g} s")

    def play(self, pcm: bytes) -> None:
        """Put out the next 20 ms (s16le mono at 48 kHz)."""
        self._track.play(pcm)

    def fall_silent(self, fade: bytes) -> None:
        """Drop what has not gone out yet, and put out ``fade`` (20 ms, or nothing) instead."""
        self._track.fall_silent(fade)

    def send(self, text: str) -> None:
        """Send a message, if the peer has opened the data channel; one who reads none is left."""
        channel = self._channel
        if channel is None or channel.readyState != "open":
            return
        if channel.bufferedAmount > MAX_UNSENT_BYTES:
            self.end("the peer does not read its data channel")
            return
        channel.send(text)

    @property
    def lost_frames(self) -> int:
        """What was dropped on either way because somebody was too slow for it."""
        return self._inbox.lost + self._track.playout.lost

    # ------------------------------------------------------------ the end

    def end(self, why: str) -> None:
        """Let `incoming` end; the first reason counts."""
        self.ended = self.ended or why
        self._state_changed.set()
        self._inbox.wake()

    async def close(self) -> None:
        """Say what is still to be said, and hang up."""
        self.end("closed")
        if self._channel is not None and self._connection.connectionState == "connected":
            await self._flush(self._channel)
        if self._eye is not None:
            await self._eye.close()
        await self._connection.close()
        for task in self._connecting:
            task.cancel()
        await asyncio.gather(*self._connecting, return_exceptions=True)

    async def _flush(self, channel: RTCDataChannel) -> None:
        flushed = asyncio.Event()
        channel.on("bufferedamountlow", flushed.set)
        try:
            async with asyncio.timeout(FLUSH_WITHIN_S):
                while channel.bufferedAmount and channel.readyState == "open":
                    flushed.clear()
                    await flushed.wait()
        except TimeoutError:
            return  # it is gone: that is why it hears no goodbye


@asynccontextmanager
async def open_peer(config: WebRtcConfig, *, is_local: bool = False) -> AsyncGenerator[Peer]:
    """Hold one connection; leaving the block closes it."""
    peer = Peer(config, is_local=is_local)
    try:
        yield peer
    finally:
        await _undisturbed(peer.close())


async def _undisturbed(work: Coroutine[Any, Any, None]) -> None:
    """Finish the work although whoever waits is cancelled: half a close would leave tasks behind.

    What is done by aiortc's close is done in milliseconds; it cannot be taken up again.
    """
    task = asyncio.get_running_loop().create_task(work, name="close")
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=CLOSE_WITHIN_S)
        raise


@asynccontextmanager
async def _negotiating() -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(GATHER_WITHIN_S):
            yield
    except TimeoutError as error:
        raise PeerError(f"no candidates within {GATHER_WITHIN_S:g} s") from error
    except (ValueError, InvalidStateError, OperationError) as error:
        raise OfferError(f"the SDP cannot be taken: {error}") from error


def _silence(seconds: float) -> AudioIn:
    return AudioIn(bytes(round(seconds * CALLER_RATE_HZ) * BYTES_PER_SAMPLE), CALLER_RATE_HZ)
