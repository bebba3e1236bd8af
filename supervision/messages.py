"""What a message class says about itself, and the reasons for which an actor can end.

The lane decides who overtakes whom, the overflow rule what happens when there is no room. Both
belong to the class, so that no sender can get them wrong.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


class Lane(enum.IntEnum):
    """Strict priority between lanes, first in first out within one."""

    SYSTEM = 0
    CONTROL = 1
    MEDIA = 2


class Overflow(enum.Enum):
    """What happens to a message that finds its lane full."""

    REFUSE = enum.auto()
    """Never dropped once accepted: `ask` and `send` raise, a `tell` reports an overload."""

    DROP_OLDEST = enum.auto()
    """The oldest droppable message of the lane goes, and is counted."""

    NEWEST_WINS = enum.auto()
    """Takes the place of the queued message of its class; without one, like REFUSE."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The lane and overflow rule of one message class."""

    lane: Lane
    overflow: Overflow
    index: int
    """The lane as the hot path reads it: a plain int, or SLOW when the class needs more care."""


SLOW = 3


def _policy(lane: Lane, overflow: Overflow) -> Policy:
    index = SLOW if overflow is Overflow.NEWEST_WINS else int(lane)
    return Policy(lane, overflow, index)


class _Policies(dict[type, Policy]):
    """Policies by class; an undecorated class has its base class's, else CONTROL and REFUSE."""

    def __missing__(self, kind: type) -> Policy:
        declared = (self.get(base) for base in kind.__mro__[1:])
        policy = next((found for found in declared if found is not None), DEFAULT_POLICY)
        self[kind] = policy
        return policy


DEFAULT_POLICY = _policy(Lane.CONTROL, Overflow.REFUSE)
POLICIES = _Policies()


def message(
    *,
    lane: Lane = Lane.CONTROL,
    overflow: Overflow = Overflow.REFUSE,
) -> Callable[[type[T]], type[T]]:
    """Declare the lane and the overflow rule of a message class.

    Args:
        lane: The lane in which messages of this class wait.
        overflow: What happens when that lane is full.

    Raises:
        ValueError: If SYSTEM, which is never full, is given an overflow rule.
    """
    if lane is Lane.SYSTEM and overflow is not Overflow.REFUSE:
        raise ValueError("SYSTEM is bounded by construction and takes no overflow rule")

    def declare(kind: type[T]) -> type[T]:
        POLICIES[kind] = _policy(lane, overflow)
        return kind

    return declare


class Request(Generic[R_co]):
    """Base class of messages that are asked; the parameter is the type of the answer."""

    __slots__ = ()


class Exit(enum.Enum):
    """How an incarnation ended."""

    NORMAL = enum.auto()
    SHUTDOWN = enum.auto()
    KILLED = enum.auto()
    CRASHED = enum.auto()
    START_FAILED = enum.auto()
    TIMED_OUT = enum.auto()
    ABANDONED = enum.auto()
    """It was killed and did not end: it may still be running, but nobody counts on it."""


@dataclass(frozen=True, slots=True)
class ExitReason:
    """How an incarnation ended, and the error that ended it."""

    kind: Exit
    error: BaseException | None = None


@message(lane=Lane.SYSTEM)
@dataclass(frozen=True, slots=True)
class ShutDown:
    """Handle CONTROL mail until the deadline, then end.

    Meant for one incarnation: if that ends before it reads the order, the next one lives on.
    """

    deadline_s: float
    incarnation: int
