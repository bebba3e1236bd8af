"""What a supervisor tells the observer of its spec, as data."""

from dataclasses import dataclass

from supervision.messages import ExitReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFailed:
    """A child ended in a way that nobody asked for."""

    supervisor: str
    child: str
    reason: ExitReason
    incarnation: int
    restart_in_s: float | None
    """None: it does not come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRestarted:
    """A child is up again."""

    supervisor: str
    child: str
    incarnation: int
    restarts: int
    """How often by now."""
    down_s: float
    """How long it was missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildAbandoned:
    """A child was killed and does not end: it may hold threads, memory and files for ever."""

    supervisor: str
    child: str
    incarnation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildOverloaded:
    """A child's control lane was full when somebody told it something."""

    supervisor: str
    child: str
    overloads: int
    """How often by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GaveUp:
    """A supervisor saw too many restarts: it stops its children and crashes."""

    supervisor: str
    child: str
    restarts: int
    within_s: float


SupervisionEvent = ChildFailed | ChildRestarted | ChildAbandoned | ChildOverloaded | GaveUp
