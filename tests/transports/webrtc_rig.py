"""The far end of a WebRTC call: a browser of ours, which is an aiortc peer on this machine."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, VideoStreamTrack
from aiortc.rtcdtlstransport import State
from numpy.typing import NDArray

from actors.arrivals import Arrival, AudioIn, ConnectionBack, Joined, VideoIn
from actors.ports import Line, Transport
from runtime.services import WorkerServices
from supervision.address import Address
from transports.webrtc.internals import LOOPBACK, reach_at
from transports.webrtc.opus import FRAME_BYTES, FRAME_SAMPLES, RATE_HZ
from transports.webrtc.transport import WebRtcTransport

SOUNDS_DBFS = -45.0
"""Louder than this is speech."""


class Microphone(MediaStreamTrack):
    """Speaks what it is given, 20 ms every 20 ms, else nothing."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._frames: deque[bytes] = deque()
        self._sent = 0
        self._began_s = asyncio.get_running_loop().time()

    def speak(self, pcm: bytes) -> None:
        """Say this (48 kHz s16le mono) after what is still being said."""
        for start in range(0, len(pcm), FRAME_BYTES):
            self._frames.append(pcm[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\0"))

    async def recv(self) -> av.AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(self._began_s + self._sent * 0.02 - clock())
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME_SAMPLES)
        frame.sample_rate, frame.time_base = RATE_HZ, Fraction(1, RATE_HZ)
        frame.pts = self._sent * FRAME_SAMPLES
        frame.planes[0].update(self._frames.popleft() if self._frames else bytes(FRAME_BYTES))
        self._sent += 1
        return frame


@dataclass
class Browser:
    """A person in a browser."""

    connection: RTCPeerConnection
    microphone: Microphone
    channel: RTCDataChannel
    heard: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """When (seconds of the loop's clock) it heard how loud a frame (dBFS)."""
    sound: bytearray = field(default_factory=bytearray)
    """All that it heard, 48 kHz s16le mono."""
    messages: list[str] = field(default_factory=list[str])
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _ears: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    def listen(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            task = asyncio.get_running_loop().create_task(self._hear(track), name="ears")
            self._ears.append(task)

    def notice(self) -> None:
        self._news.set()

    async def say(self, *messages: object) -> None:
        """Send messages over the data channel, once it is open."""
        await self.until(lambda: self.channel.readyState == "open")
        for message in messages:
            self.channel.send(message if isinstance(message, bytes) else json.dumps(message))

    def read(self, text: str) -> None:
        self.messages.append(text)
        self._news.set()

    async def _hear(self, track: Any) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            try:
                frame: av.AudioFrame = await track.recv()
            except MediaStreamError:
                return
            stereo = np.frombuffer(bytes(frame.planes[0]), np.int16)[: frame.samples * 2]
            mono = stereo.reshape(-1, 2)[:, 0]
            rms = float(np.sqrt(np.mean(mono.astype(np.float64) ** 2))) / 32768
            self.heard.append((clock(), 20 * np.log10(max(rms, 1e-6))))
            self.sound += mono.tobytes()
            self._news.set()

    @property
    def loud_since(self) -> list[float]:
        """When each loud frame came."""
        return [at_s for at_s, dbfs in self.heard if dbfs > SOUNDS_DBFS]

    async def until(self, condition: Callable[[], bool], within_s: float = 40.0) -> None:
        """Wait until ``condition()`` holds; it is asked whenever something has come."""
        async with asyncio.timeout(within_s):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def offer(self) -> str:
        """Return a whole offer."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """Take the answer."""
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def answer(self, offer: str) -> str:
        """Take an offer and return the whole answer."""
        await self.connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return self.connection.localDescription.sdp

    async def vanish(self) -> None:
        """Be gone without a word, as a phone in a tunnel."""
        ice = self.connection.getTransceivers()[0].receiver.transport.transport
        for protocol in cast("list[Any]", vars(vars(ice)["_connection"])["_protocols"]):
            protocol.transport.abort()

    def refuse_to_shake_hands(self) -> None:
        """Take no notice of DTLS."""
        dtls = cast("Any", self.connection.getTransceivers()[0].receiver.transport)

        async def stare(_parameters: object) -> None:
            vars(dtls)["_state"] = State.CONNECTING

        dtls.start = stare

    async def close(self) -> None:
        await self.connection.close()
        for ears in self._ears:  # a track that never began never ends
            ears.cancel()
        if self._ears:
            await asyncio.wait(self._ears)


@asynccontextmanager
async def browser(*, camera: bool = False) -> AsyncGenerator[Browser]:
    """Open a browser that can be reached at 127.0.0.1 only; leaving the block closes it."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    microphone = Microphone()
    connection.addTrack(microphone)
    if camera:
        connection.addTrack(VideoStreamTrack())
    person = Browser(connection, microphone, connection.createDataChannel("control"))
    for transceiver in connection.getTransceivers():
        reach_at(transceiver.receiver.transport.transport, lambda _: [LOOPBACK])
    sctp = connection.sctp
    assert sctp is not None
    reach_at(sctp.transport.transport, lambda _: [LOOPBACK])
    connection.on("track", person.listen)
    connection.on("connectionstatechange", person.notice)
    person.channel.on("message", person.read)
    person.channel.on("open", person.notice)
    try:
        yield person
    finally:
        await person.close()


@dataclass
class CallLine:
    """The open line of a call, as the call's transport actor holds it."""

    transport: Transport
    line: Line
    arrivals: list[Arrival] = field(default_factory=list[Arrival])
    ended: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def carry(self) -> None:
        async for arrival in self.line.arrivals():
            self.arrivals.append(arrival)
            self._news.set()
        self.ended = True
        self._news.set()

    async def until(self, condition: Callable[[], bool], within_s: float = 40.0) -> None:
        async with asyncio.timeout(within_s):
            while not condition():
                self._news.clear()
                await self._news.wait()

    @property
    def entries(self) -> int:
        """How often somebody came in."""
        return self.arrivals.count(Joined()) + self.arrivals.count(ConnectionBack())

    @property
    def events(self) -> list[Arrival]:
        """All that came in but sound and pictures."""
        return [one for one in self.arrivals if not isinstance(one, AudioIn | VideoIn)]

    @property
    def sound(self) -> NDArray[np.int16]:
        """All that came in."""
        pcm = b"".join(one.pcm for one in self.arrivals if isinstance(one, AudioIn))
        return np.frombuffer(pcm, np.int16)

    async def connect(self, person: Browser) -> None:
        """Let somebody in who makes an offer."""
        assert isinstance(self.transport, WebRtcTransport)
        here = self.entries
        await person.accept(await self.transport.answer(await person.offer()))
        await self.until(lambda: self.entries > here)

    async def speak(self, pcm: bytes) -> None:
        """Say this as a track does: 20 ms every 20 ms."""
        clock = asyncio.get_running_loop().time
        due_s = clock()
        for start in range(0, len(pcm), FRAME_BYTES):
            self.line.play(pcm[start : start + FRAME_BYTES])
            due_s += 0.02
            await asyncio.sleep(due_s - clock())


@asynccontextmanager
async def call_line(transport: Transport) -> AsyncGenerator[CallLine]:
    """Open the line of a call; leaving the block hangs up."""
    async with transport.open(WorkerServices(Address("engines"))) as opened:
        call = CallLine(transport, opened)
        carrying = asyncio.get_running_loop().create_task(call.carry(), name="carry")
        try:
            yield call
        finally:
            carrying.cancel()
            await asyncio.wait([carrying])


def tone(seconds: float, hz: float = 440.0) -> bytes:
    """Return a tone at a quarter of full scale (48 kHz s16le mono)."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (8192 * np.sin(2 * np.pi * hz * times)).astype(np.int16).tobytes()
