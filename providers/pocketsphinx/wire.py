"""What runs through the pipes between a room and its recogniser process.

A frame is a letter, a number and a body. The room asks, the process answers; after the answers to
each request comes one DONE, so the room knows at any moment whether something is under way. This
module is imported on both sides and needs the standard library only.
"""

import enum
import json
import struct
from dataclasses import asdict, dataclass
from typing import Final, Literal, NamedTuple, Protocol

Endpointing = Literal["auto", "vad", "own"]


class Kind(enum.Enum):
    """What a frame says; in brackets what its number means."""

    # Asked by the room.
    OPTIONS = b"O"
    BEGIN = b"B"
    """A new caller's audio begins (stream)."""
    AUDIO = b"A"
    """(first sample)"""
    SPEECH_START = b"S"
    """(first sample)"""
    FLUSH = b"F"
    """(mark)"""
    END = b"E"
    """No more audio of this stream comes (stream)."""
    # Answered by the process.
    READY = b"R"
    REFUSED = b"X"
    """The options cannot be met; the body says why."""
    BEGUN = b"b"
    """(stream)"""
    INTERIM = b"i"
    FINAL = b"f"
    FLUSHED = b"m"
    """(mark)"""
    CONSUMED = b"c"
    """(sample after the last one that was decoded)"""
    ENDED = b"e"
    """(stream)"""
    DONE = b"d"


class Frame(NamedTuple):
    """One message on the wire."""

    kind: Kind
    number: int = 0
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the process must know to build its decoders."""

    phrases: tuple[str, ...]
    phrase_margin: float
    closed_vocabulary: bool
    grammar: str | None
    thorough: bool
    endpointing: Endpointing

    def to_json(self) -> bytes:
        """Write the options for the wire."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Options":
        """Read them on the other side."""
        fields = json.loads(text)
        return cls(**(fields | {"phrases": tuple(fields["phrases"])}))


HEADER: Final = struct.Struct("!cqI")


class ByteSource(Protocol):
    """Whatever blocks until it has so many bytes, or fewer at the end."""

    def read(self, size: int, /) -> bytes:
        """Return that many bytes; fewer only at the end."""
        ...


def pack(frame: Frame) -> bytes:
    """Write a frame as bytes."""
    return HEADER.pack(frame.kind.value, frame.number, len(frame.body)) + frame.body


def unpack_header(header: bytes) -> tuple[Kind, int, int]:
    """Read kind, number and the length of the body that follows.

    Raises:
        ValueError: no frame begins so.
    """
    letter, number, length = HEADER.unpack(header)
    return Kind(letter), number, length


def read_frame(source: ByteSource) -> Frame | None:
    """Wait for the next frame; None when the other side is gone."""
    header = source.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, number, length = unpack_header(header)
    body = source.read(length)
    return Frame(kind, number, body) if len(body) == length else None
