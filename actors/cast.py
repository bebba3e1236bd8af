"""Who of a slot's performers is on stage, who rests, and when a fallen one is asked again. Pure.

The first performer in the list is preferred; the others are understudies, started when somebody
before them has fallen. A failed performer rests: 0.5 s doubling to 60 s with full jitter; 30 s
without a failure make its slate clean. A misconfigured one (wrong key, unknown model) is retired:
asking it again is useless until the config changes.
"""

import enum
from dataclasses import dataclass, replace

from actors.vendor import FailureKind

FIRST_REST_S = 0.5
LONGEST_REST_S = 60.0
STABLE_AFTER_S = 30.0
_HARMLESS = frozenset({FailureKind.REJECTED, FailureKind.RATE_LIMITED})


class Standing(enum.Enum):
    """What a performer is doing as far as its role knows."""

    OFF = "off"
    STARTING = "starting"
    READY = "ready"
    RESTING = "resting"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Member:
    """One performer of the cast."""

    name: str
    standing: Standing = Standing.OFF
    rests_until_s: float = 0.0
    failures: int = 0
    ready_at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Cast:
    """The performers of a slot in order of preference."""

    members: tuple[Member, ...]

    @classmethod
    def of(cls, names: tuple[str, ...]) -> "Cast":
        """Return a cast in which nobody has been started.

        Raises:
            ValueError: no name, or one name twice.

        """
        if not names or len(set(names)) != len(names):
            raise ValueError("a cast needs at least one performer, each with a name of its own")
        return cls(tuple(Member(name) for name in names))

    def on_stage(self, now_s: float) -> str | None:
        """Return who gets the next request, or None while nobody is ready.

        One that has failed comes back only when it has been well for a while, unless everybody
        has failed: then the one that did so least.
        """
        ready = [member for member in self.members if member.standing is Standing.READY]
        trusted = [member for member in ready if _is_trusted(member, now_s)]
        if trusted:
            return trusted[0].name
        return min(ready, key=lambda member: member.failures).name if ready else None

    @property
    def dark(self) -> bool:
        """Whether nobody will ever be ready again."""
        return all(member.standing is Standing.RETIRED for member in self.members)

    def to_start(self, now_s: float) -> tuple[str, ...]:
        """Name the performers that should be started now."""
        names: list[str] = []
        for member in self.members:
            if member.standing is Standing.READY:
                break
            if member.standing is Standing.OFF or _rested(member, now_s):
                names.append(member.name)
            if _may_be_waited_for(member):
                break
        return tuple(names)

    def next_after(self, of: str, now_s: float) -> str | None:
        """Name the best one but ``of``: somebody ready, else somebody who may be started now."""
        others = [member for member in self.members if member.name != of]
        ready = [member for member in others if member.standing is Standing.READY]
        able = [m for m in others if m.standing is Standing.OFF or _rested(m, now_s)]
        coming = [member for member in others if member.standing is Standing.STARTING]
        best = next(iter((*ready, *coming, *able)), None)
        return None if best is None else best.name

    def wakes_at_s(self) -> float | None:
        """Return when the next rest ends, or None if nobody rests."""
        rests = [m.rests_until_s for m in self.members if m.standing is Standing.RESTING]
        return min(rests, default=None)

    def starting(self, name: str) -> "Cast":
        """Note that the performer is being started."""
        return self._with(replace(self._member(name), standing=Standing.STARTING))

    def ready(self, name: str, *, now_s: float) -> "Cast":
        """Note that the performer is ready for work."""
        ready = replace(self._member(name), standing=Standing.READY, ready_at_s=now_s)
        return self._with(ready)

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
        member = self._member(name)
        if kind is FailureKind.MISCONFIGURED:
            return self._with(replace(member, standing=Standing.RETIRED))
        ready = member.standing is Standing.READY
        clean = ready and now_s - member.ready_at_s > STABLE_AFTER_S
        failures = (0 if clean else member.failures) + (kind not in _HARMLESS)
        rest_s = chance * min(LONGEST_REST_S, FIRST_REST_S * 2 ** max(0, failures - 1))
        if retry_after_s is not None:
            rest_s = min(LONGEST_REST_S, retry_after_s)
        return self._with(Member(name, Standing.RESTING, now_s + rest_s, failures))

    def _member(self, name: str) -> Member:
        return next(member for member in self.members if member.name == name)

    def _with(self, changed: Member) -> "Cast":
        return Cast(tuple(changed if m.name == changed.name else m for m in self.members))


def _is_trusted(member: Member, now_s: float) -> bool:
    return member.failures == 0 or now_s - member.ready_at_s >= STABLE_AFTER_S


def _rested(member: Member, now_s: float) -> bool:
    return member.standing is Standing.RESTING and now_s >= member.rests_until_s


def _may_be_waited_for(member: Member) -> bool:
    """Whether an understudy need not be called.

    A first start is trusted, one after a failure is not.
    """
    return member.standing in {Standing.OFF, Standing.STARTING} and member.failures == 0
