"""What a supervisor can be asked, or told without an answer."""

from dataclasses import dataclass
from typing import Any

from supervision.address import Address
from supervision.messages import Request
from supervision.spec import ChildSpec
from supervision.tree import TreeNode


@dataclass(frozen=True, slots=True)
class StartChild(Request[Address[Any]]):
    """Add a child and start it; answered once it is up.

    The asker gets StartFailed if it does not come up, ValueError if it does not fit in, and
    ActorDeadError if the supervisor is stopping. If it was told, the reserved address is closed
    in these cases, so that whoever watches it hears of it.
    """

    spec: ChildSpec


@dataclass(frozen=True, slots=True)
class StopChild(Request[None]):
    """Stop a child for good and forget it; answered once it is down, or if there is none."""

    id: str


@dataclass(frozen=True, slots=True)
class Children(Request[tuple[TreeNode, ...]]):
    """Return the children in start order, with all below them."""


@dataclass(frozen=True, slots=True)
class Snapshot(Request[TreeNode]):
    """Return the whole tree below the supervisor, itself on top."""
