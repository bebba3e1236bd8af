"""A vendor slot: who may fill it, and what its role must not lose."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from actors.call import AnyAddress, Call
from actors.slots.billing import billing
from actors.slots.cast import Cast
from actors.slots.performer import Performer
from supervision.tree import Telling


@dataclass(frozen=True, slots=True)
class Understudy:
    """One entry of a slot: a unique name and how to make its performer."""

    name: str
    make: Callable[[str], Performer[Any]]
    """Given its name."""
    health_key: str
    """Under what the health board knows its vendor."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A vendor slot as data."""

    name: str
    call: Call
    entries: tuple[Understudy, ...]
    performers: AnyAddress
    """The supervisor under which the performers live."""


@dataclass(slots=True)
class Recast:
    """Performers that are being tried in place of the present ones."""

    cast: Cast
    proven: str = ""
    """Who of them can take over."""
    complaints: list[str] = field(default_factory=list[str])
    """Why others of them cannot."""


@dataclass(slots=True)
class Trial:
    """Who does the same small job as the slow one on stage, and how long each took so far."""

    slow: str
    other: str
    began_s: float
    took_s: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(slots=True)
class Hold(Telling):
    """What a role needs to go on after a crash; each role adds its own work."""

    cast: Cast
    troupe: dict[str, Understudy] = field(default_factory=dict[str, Understudy])
    """All performers by name: those of the cast, those being tried, those about to leave."""
    recast: Recast | None = None
    leaving: set[str] = field(default_factory=set[str])
    """Performers that go once nobody speaks."""
    live: dict[str, AnyAddress] = field(default_factory=dict[str, AnyAddress])
    facts: dict[str, object] = field(default_factory=dict[str, object])
    condemned: set[str] = field(default_factory=set[str])
    """Performers that the role itself has ended, as long as they take to end."""
    why_fallen: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Kind and detail of the last failure of those that have not given way yet."""
    attempt: int = 0
    last_on_stage: str = ""
    probes: dict[int, str] = field(default_factory=dict[int, str])
    """Jobs by which performers prove themselves, by attempt."""
    trial: Trial | None = None
    """A comparison of two performers that is under way."""
    may_be_dark: bool = False
    """Whether somebody is wanted and nobody there, so far not for long."""
    is_dark: bool = False
    """Whether the Session was told that nobody is left."""
    quiet: bool = True
    """Whether nobody speaks, so that the stage may change hands."""

    def tells(self, now_s: float) -> dict[str, str]:
        """Tell how each performer stands."""
        return billing(self.cast, now_s)

    @property
    def is_answering(self) -> bool:
        """Whether somebody is giving results at this moment, proven or not."""
        return False
