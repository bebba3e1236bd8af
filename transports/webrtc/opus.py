"""Opus as a call needs it: 20 ms of mono speech to one packet and back, on the loop.

Encoding takes about 0.1 ms and decoding 0.03 ms, which is less than a thread's hand-over costs.
"""

from fractions import Fraction
from typing import Any, Final, Literal, Protocol, TypeAlias, cast

import av
import av.error

from actors.audio import BYTES_PER_SAMPLE, frame_samples

RATE_HZ: Final = 48_000
"""The clock of Opus in RTP, whatever rate the encoder was given (RFC 7587, section 4.1)."""
FRAME_SAMPLES: Final = frame_samples(RATE_HZ)
FRAME_BYTES: Final = FRAME_SAMPLES * BYTES_PER_SAMPLE
SILENCE: Final = bytes(FRAME_BYTES)
TIME_BASE: Final = Fraction(1, RATE_HZ)

OpusPacket: TypeAlias = "av.Packet[Any]"

_BITRATE_BPS: Final = 48_000
"""Transparent for one voice."""
_OPTIONS: Final = {
    "application": "voip",
    "compression_level": "5",  # a third less work than 10, and no difference that is heard
    "fec": "1",
    "packet_loss": "5",
}


class _Codec(Protocol):
    """What is used of a codec context; PyAV's own types leave some of it open."""

    bit_rate: int
    format: str
    layout: str
    sample_rate: int
    time_base: Fraction
    options: dict[str, str]

    def encode(self, frame: av.AudioFrame) -> list[OpusPacket]: ...
    def decode(self, packet: OpusPacket) -> list[av.AudioFrame]: ...


def _codec(mode: Literal["r", "w"]) -> _Codec:
    codec = cast("_Codec", av.CodecContext.create("libopus", mode))
    codec.format, codec.layout, codec.sample_rate = "s16", "mono", RATE_HZ
    return codec


class OpusEncoder:
    """Encodes a stream of 20 ms frames; one per direction of a call."""

    def __init__(self) -> None:
        """Prepare to encode mono speech at 48 kHz."""
        self._codec = _codec("w")
        self._codec.bit_rate = _BITRATE_BPS
        self._codec.time_base = TIME_BASE
        self._codec.options = dict(_OPTIONS)
        self._samples = 0

    def encode(self, pcm: bytes) -> OpusPacket:
        """Turn 20 ms (960 samples, s16le mono) into one packet."""
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME_SAMPLES)
        frame.sample_rate, frame.time_base, frame.pts = RATE_HZ, TIME_BASE, self._samples
        frame.planes[0].update(pcm)
        self._samples += FRAME_SAMPLES
        (packet,) = self._codec.encode(frame)
        return packet


class OpusDecoder:
    """Decodes a stream of packets, mono or stereo, into mono."""

    def __init__(self) -> None:
        """Prepare to decode."""
        self._codec = _codec("r")

    def decode(self, data: bytes) -> bytes:
        """Return what one packet holds (s16le mono at 48 kHz); nothing if it is not Opus."""
        if not data:
            return b""
        try:
            frames = self._codec.decode(av.Packet(data))
        except av.error.FFmpegError:  # whoever sends it owns the line: it is their own silence
            return b""
        return b"".join(
            bytes(frame.planes[0])[: frame.samples * BYTES_PER_SAMPLE] for frame in frames
        )
