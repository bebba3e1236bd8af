"""The text messages of a caller's connection: JSON objects with a ``type``.

The same ones travel over a WebSocket and over a WebRTC data channel; `docs/wire-protocol.md` is
their reference.
"""

import json
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from actors.arrivals import DtmfPressed, FellSilent, InterruptAsked, PlayedUpTo, TextIn

LONGEST_MESSAGE: Final = 16 * 1024
LONGEST_TEXT: Final = 4000
KEYS: Final = "0123456789*#ABCD"
LAST_POSITION: Final = 1 << 53
"""What a browser can count to."""
CLEAR: Final = '{"type": "clear"}'


class BadMessageError(ValueError):
    """Raised for a message that is none; it says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping."""


@dataclass(frozen=True, slots=True)
class Bye:
    """The far end hangs up."""


ClientMessage: TypeAlias = (
    TextIn | DtmfPressed | InterruptAsked | PlayedUpTo | FellSilent | Pong | Bye
)


def parse(message: str) -> ClientMessage:
    """Read a message of the far end.

    Raises:
        BadMessageError: it is none of the known ones.
    """
    if len(message) > LONGEST_MESSAGE:
        raise BadMessageError(f"a message has at most {LONGEST_MESSAGE} characters")
    try:
        given = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise BadMessageError("this is no JSON") from error
    match given:
        case {"type": "played", "samples": samples}:
            return PlayedUpTo(_position(samples))
        case {"type": "cleared", "samples": samples}:
            return FellSilent(_position(samples))
        case {"type": "text", "text": str(text)} if text.strip():
            return TextIn(_line(text))
        case {"type": "dtmf", "digit": str(digit)} if len(digit) == 1 and digit in KEYS:
            return DtmfPressed(digit)
        case {"type": "interrupt"}:
            return InterruptAsked()
        case {"type": "pong"}:
            return Pong()
        case {"type": "bye"}:
            return Bye()
        case {"type": str(kind)}:
            raise BadMessageError(f"a message {kind[:40]!r} is unknown, or a field of it is wrong")
        case _:
            raise BadMessageError("a message is a JSON object with a type")


def _position(samples: object) -> int:
    if type(samples) is not int or not 0 <= samples <= LAST_POSITION:
        raise BadMessageError("samples is a whole number from 0 on")
    return samples


def _line(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise BadMessageError("the text is no Unicode") from error
    return text[:LONGEST_TEXT]


def written(kind: str, /, **fields: Any) -> str:
    """Return a message to the far end as text."""
    return json.dumps({"type": kind, **fields}, ensure_ascii=False)
