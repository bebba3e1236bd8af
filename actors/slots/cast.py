"""Who of a slot's performers is on stage, who rests, and when a fallen one is asked again. Pure.

The first performer in the list is preferred; the others are understudies, started when somebody
before them has fallen. A failed performer rests: 0.5 s doubling to 60 s with full jitter; 30 s
without a failure make its slate clean. A misconfigured one (wrong key, unknown model) is retired:
asking it again is useless until the config changes.

Whoever is on stage stays there while it is well. One that fell has to prove itself by a job that
no caller waits for, to be well for 30 s after that, and then waits until nobody speaks; the stage
changes hands that way at most once a minute.
"""

import enum
import math
from dataclasses import dataclass, replace

from actors.vendor import FailureKind

FIRST_REST_S = 0.5
LONGEST_REST_S = 60.0
STABLE_AFTER_S = 30.0
RETURN_EVERY_S = 60.0
DARK_RETRY_S = 2.0
"""While nobody is there and somebody is wanted, no rest is longer than this after a failure."""
BREAKER_FAILURES = 3
BREAKER_WITHIN_S = 30.0
_HARMLESS = frozenset({FailureKind.REJECTED, FailureKind.RATE_LIMITED})
NOBODY = frozenset[str]()


class Standing(enum.Enum):
    """What a performer is doing as far as its role knows."""

    OFF = "off"
    STARTING = "starting"
    READY = "ready"
    RESTING = "resting"
    RETIRED = "retired"


class Breaker(enum.Enum):
    """Whether a performer is asked at all; the words of the pattern's usual form."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    """It is up again and has yet to prove itself."""
    OPEN = "open"
    """It failed three times within 30 s, and rests."""


@dataclass(frozen=True, slots=True)
class Member:
    """One performer of the cast."""

    name: str
    standing: Standing = Standing.OFF
    rests_until_s: float = 0.0
    failures: int = 0
    """In a row: 30 s without one begin anew."""
    fell_at_s: tuple[float, ...] = ()
    """When it failed last, three times at most."""
    ready_at_s: float = 0.0
    proven_at_s: float | None = None
    """When it did a job again after its last failure."""
    late_s: tuple[float, ...] = ()
    """How long its last turns took to their first results, of those in a row that took too long."""
    gave_way: bool = False
    """Whether a quicker one has its place (`actors.slots.slowness`)."""

    @property
    def is_well(self) -> bool:
        """Whether nothing speaks against giving it work."""
        return self.failures == 0 or self.proven_at_s is not None

    def breaker(self, now_s: float) -> Breaker:
        """Return whether it is asked at all."""
        recent = sum(now_s - at_s <= BREAKER_WITHIN_S for at_s in self.fell_at_s)
        if self.standing is Standing.RESTING and recent >= BREAKER_FAILURES:
            return Breaker.OPEN
        return Breaker.CLOSED if self.is_well else Breaker.HALF_OPEN

    @property
    def stable_at_s(self) -> float:
        """When it has been well for long enough to be preferred again."""
        if self.failures == 0:
            return -math.inf
        return math.inf if self.proven_at_s is None else self.proven_at_s + STABLE_AFTER_S


@dataclass(frozen=True, slots=True)
class Cast:
    """The performers of a slot in order of preference."""

    members: tuple[Member, ...]
    present: str = ""
    """Who had the last piece of work."""
    changed_at_s: float = -math.inf
    """When the stage changed hands last."""

    @classmethod
    def of(cls, names: tuple[str, ...]) -> "Cast":
        """Return a cast in which nobody has been started.

        Raises:
            ValueError: no name, or one name twice.

        """
        if not names or len(set(names)) != len(names):
            raise ValueError("a cast needs at least one performer, each with a name of its own")
        return cls(tuple(Member(name) for name in names))

    # ------------------------------------------------------------ who is on stage

    def on_stage(self, suspects: frozenset[str] = NOBODY) -> str | None:
        """Return who gets the next piece of work, or None while nobody is ready.

        Who had the last one goes on. ``suspects`` fail elsewhere at present: they are asked only
        if there is nobody else; so is one that has yet to prove itself.
        """
        ready = [member for member in self.members if member.standing is Standing.READY]
        free = [member for member in ready if member.name not in suspects] or ready
        if any(member.name == self.present and member.is_well for member in free):
            return self.present
        best = min(
            free, key=lambda m: (not m.is_well, 0 if m.is_well else m.failures), default=None
        )
        return None if best is None else best.name

    def staged(self, name: str, *, now_s: float) -> "Cast":
        """Note that this performer has the work now."""
        if name == self.present:
            return self
        changed_at_s = now_s if self.present else self.changed_at_s
        members = tuple(replace(m, gave_way=False) if m.name == name else m for m in self.members)
        return replace(self, members=members, present=name, changed_at_s=changed_at_s)

    def next_after(self, of: str, now_s: float, *, without: frozenset[str] = NOBODY) -> str | None:
        """Name the best one but ``of`` and ``without``.

        That is somebody ready, else somebody who may be started now.
        """
        others = [m for m in self.members if m.name != of and m.name not in without]
        ready = [member for member in others if member.standing is Standing.READY]
        able = [m for m in others if m.standing is Standing.OFF or _rested(m, now_s)]
        coming = [member for member in others if member.standing is Standing.STARTING]
        best = next(iter((*ready, *coming, *able)), None)
        return None if best is None else best.name

    def to_return(self, now_s: float, suspects: frozenset[str] = NOBODY) -> str | None:
        """Name who is preferred to the one on stage and may come back, now that nobody speaks."""
        if now_s < self.changed_at_s + RETURN_EVERY_S:
            return None
        names = (m.name for m in self._preferred() if m.stable_at_s <= now_s)
        return next((name for name in names if name not in suspects), None)

    def returns_at_s(self) -> float | None:
        """Return when somebody preferred may come back, if anybody is up and proven."""
        stable_at_s = min((m.stable_at_s for m in self._preferred()), default=math.inf)
        at_s = max(stable_at_s, self.changed_at_s + RETURN_EVERY_S)
        return None if math.isinf(at_s) else at_s

    def to_prove(self) -> tuple[str, ...]:
        """Name those that are up and have yet to prove themselves."""
        ready = (m for m in self.members if m.standing is Standing.READY)
        return tuple(m.name for m in ready if not m.is_well and m.name != self.present)

    def _preferred(self) -> list[Member]:
        ranks = [member.name for member in self.members]
        if self.present not in ranks:
            return []
        before = self.members[: ranks.index(self.present)]
        return [m for m in before if m.standing is Standing.READY and not m.gave_way]

    # ------------------------------------------------------------ who is started

    @property
    def is_first_start(self) -> bool:
        """Whether somebody is being started of whom nothing bad is known."""
        return any(m.standing is Standing.STARTING and m.failures == 0 for m in self.members)

    def to_start(self, now_s: float, suspects: frozenset[str] = NOBODY) -> tuple[str, ...]:
        """Name the performers that should be started now."""
        names: list[str] = []
        for member in self.members:
            is_suspect = member.name in suspects
            if member.standing is Standing.READY and not is_suspect:
                break
            if member.standing is Standing.OFF or _rested(member, now_s):
                names.append(member.name)
            if _may_be_waited_for(member) and not is_suspect:
                break
        return tuple(names)

    def wanted(self) -> "Cast":
        """Note that there is work which nobody can take: rests are cut short until somebody can."""
        if any(m.standing in {Standing.READY, Standing.STARTING} for m in self.members):
            return self
        return replace(self, members=tuple(map(_cut_short, self.members)))

    def wakes_at_s(self, now_s: float = 0.0) -> float | None:
        """Return when the next rest after ``now_s`` ends, or None.

        Who has rested long enough and was not started is not needed: waking for it again and again
        would keep the loop busy.
        """
        rests = [m.rests_until_s for m in self.members if m.standing is Standing.RESTING]
        return min((rest_s for rest_s in rests if rest_s > now_s), default=None)

    # ------------------------------------------------------------ what happened

    def starting(self, name: str) -> "Cast":
        """Note that the performer is being started."""
        return self.changed(replace(self.member(name), standing=Standing.STARTING))

    def ready(self, name: str, *, now_s: float) -> "Cast":
        """Note that the performer is ready for work."""
        member = self.member(name)
        return self.changed(replace(member, standing=Standing.READY, ready_at_s=now_s))

    def proven(self, name: str, *, now_s: float) -> "Cast":
        """Note that the performer has done a job since it failed."""
        member = self.member(name)
        if member.is_well:
            return self
        return self.changed(replace(member, proven_at_s=now_s))

    def failed(
        self,
        name: str,
        kind: FailureKind,
        *,
        now_s: float,
        retry_after_s: float | None,
        chance: float,
    ) -> "Cast":
        """Note a failure; ``chance`` (0 to 1) is the draw for the jitter."""
        member = self.member(name)
        if kind is FailureKind.MISCONFIGURED:
            return self.changed(replace(member, standing=Standing.RETIRED))
        counts = kind not in _HARMLESS
        failures = (0 if _is_clean(member, now_s) else member.failures) + counts
        rest_s = chance * min(LONGEST_REST_S, FIRST_REST_S * 2 ** max(0, failures - 1))
        if retry_after_s is not None:
            rest_s = min(LONGEST_REST_S, retry_after_s)
        fell = (*member.fell_at_s, now_s)[-BREAKER_FAILURES:] if counts else member.fell_at_s
        fallen = Member(name, Standing.RESTING, now_s + rest_s, failures, fell)
        return self.changed(replace(fallen, gave_way=member.gave_way))

    def member(self, name: str) -> Member:
        """Return the performer of that name.

        Raises:
            KeyError: there is none.
        """
        for member in self.members:
            if member.name == name:
                return member
        raise KeyError(name)

    def changed(self, changed: Member) -> "Cast":
        """Return the cast with this performer in the place of the one of its name."""
        members = tuple(changed if m.name == changed.name else m for m in self.members)
        return replace(self, members=members)


def _cut_short(member: Member) -> Member:
    if member.standing is not Standing.RESTING or not member.fell_at_s:
        return member
    until_s = min(member.rests_until_s, member.fell_at_s[-1] + DARK_RETRY_S)
    return replace(member, rests_until_s=until_s)


def _is_clean(member: Member, now_s: float) -> bool:
    if member.standing is not Standing.READY:
        return False
    since_s = member.ready_at_s if member.proven_at_s is None else member.proven_at_s
    return now_s - since_s > STABLE_AFTER_S


def _rested(member: Member, now_s: float) -> bool:
    return member.standing is Standing.RESTING and now_s >= member.rests_until_s


def _may_be_waited_for(member: Member) -> bool:
    """Whether an understudy need not be called.

    A first start is trusted, one after a failure is not.
    """
    return member.standing in {Standing.OFF, Standing.STARTING} and member.failures == 0
