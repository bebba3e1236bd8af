"""What waits in a mailbox, how much of it may, and what a mailbox tells about itself."""

from __future__ import annotations

import asyncio
import enum
from dataclasses import dataclass
from typing import cast

from supervision.messages import Policy
from supervision.pykka_compat import Envelope
from supervision.reply import Ask, LoopReply

UNBOUNDED = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxLimits:
    """How many messages may wait in each bounded lane."""

    control: int = 1024
    media: int = 512

    def __post_init__(self) -> None:
        """Refuse bounds that no message could ever pass."""
        if self.control < 1 or self.media < 1:
            raise ValueError("a mailbox lane holds at least one message")

    def by_lane(self) -> tuple[int, int, int, int]:
        """Return the bounds in the order of the lanes; the slow one never has room."""
        return (UNBOUNDED, self.control, self.media, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxStats:
    """What a mailbox holds and what it has lost since the address was made."""

    depth: int = 0
    depth_by_lane: tuple[int, int, int] = (0, 0, 0)
    oldest_age_s: float = 0.0
    """How long its oldest message can have waited at most."""
    dropped: int = 0
    """Messages that gave way to newer ones, or were purged by a shutdown."""
    refused: int = 0
    """Messages that found their lane full and were not accepted."""
    expired: int = 0
    """Asked messages that were not handled, since nobody awaited the answer any more."""
    set_aside: int = 0
    """Messages that crashed their handler twice."""
    dead_letters: int = 0
    """Messages told to an address that nobody reads any more."""


class Verdict(enum.Enum):
    """What became of a message that was put."""

    ACCEPTED = enum.auto()
    FULL = enum.auto()
    DEAD = enum.auto()


class State(enum.Enum):
    """Who may put mail."""

    OPEN = enum.auto()
    SEALED = enum.auto()
    """A stop is under way: earlier mail is still handled, later mail waits behind it."""
    CLOSED = enum.auto()


class Newest:
    """A queued message that a newer one of its class may still replace."""

    __slots__ = ("item",)

    def __init__(self, item: object) -> None:
        self.item = item


class Pending(LoopReply[None]):
    """A `send` that waits for room."""

    __slots__ = ("message", "policy")

    def __init__(self, message: object, policy: Policy, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.message = message
        self.policy = policy


@dataclass(slots=True)
class Counters:
    """The counting half of `MailboxStats`, made when there is something to count."""

    dropped: int = 0
    refused: int = 0
    expired: int = 0
    set_aside: int = 0
    dead_letters: int = 0


def payload(item: object) -> object:
    """Return the message inside whatever a lane holds."""
    match item:
        case Newest():
            return payload(item.item)
        case Ask() | Pending():
            return item.message
        case Envelope():
            return cast("Envelope[object]", item).message
        case _:
            return item


def reject(item: object, error: BaseException) -> bool:
    """Fail whoever awaits an answer to this item; say whether anybody could."""
    match item:
        case Newest():
            return reject(item.item, error)
        case LoopReply():
            cast("LoopReply[object]", item).fail(error)
        case Envelope():
            reply_to = cast("Envelope[object]", item).reply_to
            if reply_to is None:
                return False
            reply_to.set_exception((type(error), error, None))
        case _:
            return False
    return True
