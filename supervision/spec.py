"""Supervision trees as data: who is a child, when it comes back, and when to give up.

A spec is checked when it is made, so that a wrong tree fails before anything has started.
"""

import enum
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from supervision.actor_base import ActorBase
from supervision.address import Address
from supervision.supervision_events import SupervisionEvent


class Restart(enum.Enum):
    """When a child that ended by itself is started again."""

    PERMANENT = enum.auto()
    """Always."""
    TRANSIENT = enum.auto()
    """After a failure only."""
    TEMPORARY = enum.auto()
    """Never; its end never counts and it is forgotten."""


class Strategy(enum.Enum):
    """Which siblings share the fate of a child that is restarted."""

    ONE_FOR_ONE = enum.auto()
    """None."""
    ONE_FOR_ALL = enum.auto()
    """All."""
    REST_FOR_ONE = enum.auto()
    """Those that were started after it."""


class AutoShutdown(enum.Enum):
    """Whether the end of significant children ends the supervisor."""

    NEVER = enum.auto()
    ANY_SIGNIFICANT = enum.auto()
    """The first one that ends for good."""
    ALL_SIGNIFICANT = enum.auto()
    """The last one that ends for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intensity:
    """More than `max_restarts` within any `within_s` make a supervisor give up."""

    max_restarts: int = 5
    within_s: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what no clock can measure."""
        _require(self.max_restarts >= 0, "max_restarts must not be negative")
        _require(0 < self.within_s < math.inf, "within_s must be positive and finite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait before a restart: base * 2^(n-1), n counting failures in a row."""

    base_s: float = 0.0
    """0 restarts at once: a caller hears a stage that is missing."""
    max_s: float = 5.0
    jitter: float = 0.25
    """Share by which a delay varies to either side, so that children do not come back in step."""
    stable_after_s: float = 10.0
    """Having been up this long a child's next failure is its first again."""

    def __post_init__(self) -> None:
        """Refuse delays that are negative, endless or shorter than their base."""
        _require(0 <= self.base_s <= self.max_s < math.inf, "0 <= base_s <= max_s < inf must hold")
        _require(0 <= self.jitter < 1, "0 <= jitter < 1 must hold")
        _require(self.stable_after_s >= 0, "stable_after_s must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """One child: how it is made, when it comes back, how long its end may take."""

    id: str
    start: Callable[[], ActorBase]
    """Makes the actor, again at each restart."""
    restart: Restart = Restart.PERMANENT
    shutdown_s: float = 5.0
    """After this it is killed; 0 kills at once. A supervisor gets what its children need anyway."""
    start_timeout_s: float = 5.0
    significant: bool = False
    """Its end for good may end the supervisor, see `AutoShutdown`."""
    address: Address[Any] | None = None
    """Reserved for the child; without it the supervisor makes one."""

    def __post_init__(self) -> None:
        """Refuse what cannot be started, stopped or found."""
        _require(bool(self.id), "a child needs an id")
        _require(0 <= self.shutdown_s < math.inf, f"{self.id}: shutdown_s is negative or endless")
        _require(
            0 < self.start_timeout_s < math.inf,
            f"{self.id}: start_timeout_s must be positive and finite",
        )
        _require(
            not (self.significant and self.restart is Restart.PERMANENT),
            f"{self.id}: a permanent child never ends for good, so it cannot be significant",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorSpec:
    """A supervisor: its children in start order and its rules."""

    children: tuple[ChildSpec, ...] = ()
    """Left starts first; they are stopped from the right."""
    strategy: Strategy = Strategy.ONE_FOR_ONE
    intensity: Intensity = field(default_factory=Intensity)
    backoff: Backoff = field(default_factory=Backoff)
    auto_shutdown: AutoShutdown = AutoShutdown.NEVER
    on_event: Callable[[SupervisionEvent], None] | None = None
    """Hears of restarts and failures, on the loop; it must be quick and must not raise."""

    def __post_init__(self) -> None:
        """Refuse children that cannot be told apart or that cannot work under these rules."""
        ids = [child.id for child in self.children]
        _require(len(set(ids)) == len(ids), f"two children with one id among {ids}")
        for child in self.children:
            self.check(child)

    def check(self, child: ChildSpec) -> None:
        """Check a child against the supervisor's rules.

        Raises:
            ValueError: it is significant, but no end of a child ends this supervisor.
        """
        _require(
            not child.significant or self.auto_shutdown is not AutoShutdown.NEVER,
            f"{child.id}: significant has no effect with AutoShutdown.NEVER",
        )

    @property
    def shutdown_s(self) -> float:
        """How long the ordered end of these children may take."""
        return GRACE_S + sum(child.shutdown_s + GRACE_S for child in self.children)

    @property
    def start_timeout_s(self) -> float:
        """How long the ordered start of these children may take."""
        return GRACE_S + sum(child.start_timeout_s for child in self.children)


GRACE_S = 2.0
"""Beyond a child's own deadline, for a kill that takes its time."""


def _require(condition: bool, text: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not condition:
        raise ValueError(text)
