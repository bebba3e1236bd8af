"""What is said of a hand-over: who gave way to whom, why, and what the caller noticed of it."""

import enum
from dataclasses import dataclass

from actors.call import AnyAddress


class SeamKind(enum.Enum):
    """How the new performer's work joins the old one's."""

    CLEAN = "clean"
    """Between two pieces of work, or before anything was released."""
    RETRACTED = "retracted"
    """What was released but not heard was taken back and made anew."""
    JOINED = "joined"
    """It goes on where the other one stopped."""
    DEDUPED = "deduped"
    """It repeated something first, which was left out."""
    UNCHECKED = "unchecked"
    """It begins a sentence of its own: nobody can tell whether it is the same answer."""


@dataclass(frozen=True, slots=True)
class Seam:
    """What the caller noticed of a hand-over."""

    kind: SeamKind = SeamKind.CLEAN
    gap_ms: int = 0
    """Silence heard in the middle of speech, as the track counted it."""
    words_repeated: int = 0
    backlog_ms: int = 0
    """How far behind the caller a recogniser was when it took over."""


@dataclass(frozen=True, slots=True)
class Handover:
    """The work of one performer goes to another."""

    from_: str
    to: str
    kind: str
    reason: str
    epoch: int
    at_ns: int
    """When the other one took it."""


@dataclass(frozen=True, slots=True)
class Staged:
    """Who gets the next piece of work, and whether that is a change."""

    name: str
    address: AnyAddress
    handover: Handover | None = None
