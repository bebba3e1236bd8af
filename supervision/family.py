"""What a supervisor knows about its children; it is the supervisor's hold.

The addresses of the children that stand in the spec belong to the family, not to an incarnation
of the supervisor: a supervisor that is restarted brings its children back at their old addresses,
with their mail and holds.
"""

import enum
from dataclasses import dataclass, field
from typing import Any

from supervision.address import Address
from supervision.messages import ExitReason
from supervision.reply import Reply
from supervision.spec import GRACE_S, ChildSpec, SupervisorSpec


class ChildState(enum.Enum):
    """Where a child stands."""

    WAITING = enum.auto()
    """Down, and to be started when its turn or the end of its backoff has come."""
    STARTING = enum.auto()
    RUNNING = enum.auto()
    STOPPING = enum.auto()
    ENDED = enum.auto()
    """Down, and not to come back unless a sibling's restart takes it along."""


@dataclass(slots=True, eq=False)
class Child:
    """One child under the present incarnation of its supervisor."""

    spec: ChildSpec
    address: Address[Any]
    is_static: bool
    """It stands in the supervisor's spec, as against one that was added later."""
    kind: str = ""
    """The class of its actor; known once it has been made."""
    state: ChildState = ChildState.WAITING
    incarnation: int = 0
    was_up: bool = False
    restarts: int = 0
    failures: int = 0
    """In a row, see `Backoff.stable_after_s`."""
    overloads: int = 0
    changed_at_s: float = 0.0
    """When it came up, or went down."""
    last_failure: ExitReason | None = None
    is_leaving: bool = False
    """It is stopped for good."""
    starter: Reply[Address[Any]] | None = None
    stoppers: list[Reply[None]] = field(default_factory=list[Reply[None]])

    @property
    def is_up(self) -> bool:
        """Tell whether an incarnation of it may be running."""
        return self.state is not ChildState.WAITING and self.state is not ChildState.ENDED


@dataclass(slots=True, eq=False)
class Family:
    """The children in start order, and the addresses that outlive the supervisor."""

    name: str
    children: dict[str, Child] = field(default_factory=dict[str, Child])
    addresses: dict[str, Address[Any]] = field(default_factory=dict[str, Address[Any]])
    _at: dict[Address[Any], Child] = field(default_factory=dict[Address[Any], Child])

    def gather(self, spec: SupervisorSpec) -> None:
        """Make a record for each child of the spec, at its old address if it has had one."""
        self.children.clear()
        self._at.clear()
        for child in spec.children:
            if child.id not in self.addresses:
                self.addresses[child.id] = self._address(child)
            self._add(Child(child, self.addresses[child.id], is_static=True))

    def adopt(self, spec: ChildSpec) -> Child:
        """Add a child that does not stand in the supervisor's spec."""
        return self._add(Child(spec, self._address(spec), is_static=False))

    def forget(self, child: Child) -> None:
        """Remove a child that is down and does not come back; its address closes."""
        del self.children[child.spec.id]
        del self._at[child.address]
        self.release(child)

    def release(self, child: Child) -> None:
        """Close the address of a child that does not come back, ever.

        One that was reserved in the supervisor's spec stays: a restarted supervisor needs it.
        """
        if not (child.is_static and child.spec.address is not None):
            self.addresses.pop(child.spec.id, None)
            retire(child.address)

    def at(self, address: Address[Any], incarnation: int) -> Child | None:
        """Return the child whose present incarnation this is; None for an earlier one."""
        child = self._at.get(address)
        return child if child is not None and child.incarnation == incarnation else None

    def living_at(self, address: Address[Any]) -> Child | None:
        """Return the child with this address."""
        return self._at.get(address)

    def in_order(self, ids: set[str]) -> list[str]:
        """Return those of the ids that are children, in start order."""
        return [child_id for child_id in self.children if child_id in ids]

    def time_to_stop_s(self) -> float:
        """Return within which time all children that are up will have been stopped or killed."""
        up = (child for child in self.children.values() if child.is_up)
        return GRACE_S + sum(time_to_stop_s(c.address, c.spec.shutdown_s) + GRACE_S for c in up)

    def _add(self, child: Child) -> Child:
        self.children[child.spec.id] = child
        self._at[child.address] = child
        return child

    def _address(self, spec: ChildSpec) -> Address[Any]:
        return spec.address or Address(f"{self.name}/{spec.id}")


def time_to_stop_s(address: Address[Any], shutdown_s: float) -> float:
    """Return the deadline of an ordered stop: the actor's own, or its family's if that is later.

    Each child below has its own deadline, so that a supervisor needs none to be safe.
    """
    family = address.hold
    return max(shutdown_s, family.time_to_stop_s()) if isinstance(family, Family) else shutdown_s


def retire(address: Address[Any]) -> None:
    """Close an address for good, and those of a whole family below it."""
    address.close()
    if isinstance(address.hold, Family):
        for below in address.hold.addresses.values():
            retire(below)
