"""The two directions of a WebRTC call's sound: the agent's track and the caller's packets."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from actors.audio import BYTES_PER_SAMPLE
from transports.webrtc.decimator import Decimator
from transports.webrtc.opus import (
    FRAME_SAMPLES,
    SILENCE,
    TIME_BASE,
    OpusDecoder,
    OpusEncoder,
    OpusPacket,
)
from transports.webrtc.pacing import FRAME_S, Playout, next_slot
from transports.webrtc.reorder import Reorder

MAX_GAP_SAMPLES: Final = 5 * FRAME_SAMPLES
"""A longer gap has been filled with silence as time went by."""
_TIMESTAMPS: Final = 1 << 32


class AgentTrack(MediaStreamTrack):
    """What the agent says, paced by its own clock: speech if there is some, else silence."""

    kind = "audio"

    def __init__(self) -> None:
        """Begin with silence."""
        super().__init__()
        self.playout = Playout()
        self._encoder = OpusEncoder()
        self._clock = asyncio.get_running_loop().time
        self._origin_s: float | None = None
        self._slot = -1

    def play(self, pcm: bytes) -> None:
        """Put out the next 20 ms of speech."""
        self.playout.put(pcm, self._clock())

    def fall_silent(self, fade: bytes) -> None:
        """Drop what waits and put out ``fade`` (20 ms, or nothing) instead."""
        self.playout.cut(fade)

    async def recv(self) -> OpusPacket:
        """Return the packet of the next slot once that is due.

        Raises:
            MediaStreamError: the track has been stopped.
        """
        if self._origin_s is None:
            self._origin_s = self._clock()
        self._slot = next_slot(self._slot, self._clock() - self._origin_s)
        await asyncio.sleep(self._origin_s + self._slot * FRAME_S - self._clock())
        if self.readyState != "live":
            raise MediaStreamError
        packet = self._encoder.encode(self.playout.take(self._clock()) or SILENCE)
        packet.time_base, packet.pts = TIME_BASE, self._slot * FRAME_SAMPLES
        return packet


class RtpPacket(Protocol):
    """What is used of an RTP packet."""

    sequence_number: int
    timestamp: int
    payload: bytes


class CallerEar:
    """What the caller says, from packets to PCM without a gap: what was lost is silent."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        """Hand each piece of sound (s16le mono at 16 kHz) to ``hear``."""
        self._hear = hear
        self._order = Reorder[RtpPacket]()
        self._decoder = OpusDecoder()
        self._decimator = Decimator()
        self._until: int | None = None
        """The RTP time up to which all was heard."""

    @property
    def lost(self) -> int:
        """Packets that did not come in time."""
        return self._order.lost

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """Take a packet and hear what is complete by it."""
        for ready in self._order.push(packet.sequence_number, packet):
            sound = self._decoder.decode(ready.payload)
            if sound:
                gap = gap_samples(self._until, ready.timestamp)
                self._until = ready.timestamp + len(sound) // BYTES_PER_SAMPLE
                self._hear(self._decimator.push(bytes(gap * BYTES_PER_SAMPLE) + sound))
        return False, None


def gap_samples(until: int | None, timestamp: int) -> int:
    """Return how many samples are missing before a packet; 0 where that cannot be said."""
    if until is None:
        return 0
    gap = (timestamp - until) % _TIMESTAMPS
    return gap if gap <= MAX_GAP_SAMPLES else 0
