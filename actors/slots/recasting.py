"""Recasting: a slot gets other performers in mid-call, and loses none of its work.

The new ones are tried before the old ones go: the first that opens and does a small job is ready to
take over. Nothing changes until the change is carried out; if none of them comes up, or nobody
carries it out in time, all stays as it was. The old ones finish what they have in hand and leave
when nobody speaks.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import cast

from actors.slots.cast import Cast, Standing
from actors.slots.slot import Hold, Recast, Slot, Understudy
from supervision.actor import Actor
from supervision.messages import Request
from supervision.reply import Reply
from supervision.requests import StopChild

CARRY_OUT_WITHIN_S = 30.0


class RecastFailed(Exception):
    """None of the new performers came up; nothing was changed."""


@dataclass(frozen=True, slots=True)
class PrepareRecast(Request[None]):
    """Try these performers; answered when one of them has proved itself.

    The ask fails with `RecastFailed` if none does.
    """

    entries: tuple[Understudy, ...]


@dataclass(frozen=True, slots=True)
class CarryOutRecast:
    """Let those that were prepared take over."""


@dataclass(frozen=True, slots=True)
class StandBy:
    """Let these be the last of the cast, untried: a last resort proves nothing of a change."""

    entries: tuple[Understudy, ...]


@dataclass(frozen=True, slots=True)
class AbandonRecast:
    """Let those that were prepared go again."""


@dataclass(frozen=True, slots=True)
class WhenUp(Request[None]):
    """Answered when a performer of the slot is ready.

    The ask fails with `RecastFailed` if each of them has fallen.
    """


@dataclass(frozen=True, slots=True)
class HasLeft:
    """This performer has gone, and was well: whatever it had is to go to another one."""

    name: str


RecastOrder = PrepareRecast | CarryOutRecast | AbandonRecast | WhenUp | HasLeft


class Recasting:
    """Stateless but for the role's hold, and for who waits for the answer."""

    def __init__(self, role: Actor, slot: Slot, start: Callable[[str], None]) -> None:
        """Work for ``role``; ``start`` starts a performer of the troupe by name."""
        self._role = role
        self._slot = slot
        self._start = start
        self._reply: Reply[None] | None = None
        self._awaited: list[Reply[None]] = []

    @property
    def _held(self) -> Hold:
        return cast("Hold", self._role.hold)

    def prepare(self, entries: tuple[Understudy, ...]) -> None:
        """Begin to try them; what was prepared before is let go."""
        self.abandon("another change came in between")
        held = self._held
        new = _renamed(entries, held.troupe)
        held.troupe |= {entry.name: entry for entry in new}
        held.recast = Recast(Cast.of(tuple(entry.name for entry in new)))
        self._reply = self._role.defer()
        self._start(new[0].name)

    def is_new(self, name: str) -> bool:
        """Whether this performer is one that is being tried."""
        recast = self._held.recast
        return recast is not None and any(m.name == name for m in recast.cast.members)

    def ready(self, name: str) -> None:
        """Take note that one of them has come up."""
        recast = self._of_ours()
        recast.cast = recast.cast.ready(name, now_s=self._role.clock.now_s())

    def proven(self, name: str) -> None:
        """Take note that one of them has done a small job: it can take over."""
        self._of_ours().proven = name
        self._role.after(CARRY_OUT_WITHIN_S, AbandonRecast(), key="recast")
        if self._reply is not None:
            self._reply.set(None)
            self._reply = None

    def fell(self, name: str, detail: str) -> None:
        """Try the next one, or give up."""
        recast = self._of_ours()
        recast.complaints.append(f"{name}: {detail}")
        members = tuple(
            replace(member, standing=Standing.RETIRED) if member.name == name else member
            for member in recast.cast.members
        )
        recast.cast = replace(recast.cast, members=members)
        following = next((m.name for m in members if m.standing is Standing.OFF), None)
        if following is not None and recast.proven in {"", name}:
            self._start(following)
        elif recast.proven in {"", name}:
            self.abandon("; ".join(recast.complaints))

    def carry_out(self) -> str | None:
        """Put the new ones in the place of the old ones; return who takes over, if one can."""
        held, recast = self._held, self._held.recast
        if recast is None or not recast.proven:
            return None
        self._role.cancel_after("recast")
        held.recast = held.trial = None
        held.probes.clear()
        old = [member.name for member in held.cast.members]
        held.leaving.update(old)
        held.why_fallen[held.last_on_stage] = ("change", "the slot was given other performers")
        now_s = self._role.clock.now_s()
        members = tuple(
            replace(member, standing=Standing.OFF)
            if member.standing is Standing.RETIRED
            else member
            for member in recast.cast.members
        )
        held.cast = replace(recast.cast, members=members, present=recast.proven, changed_at_s=now_s)
        return recast.proven

    def stand_by(self, entries: tuple[Understudy, ...]) -> None:
        """Put these behind the last of the cast."""
        held = self._held
        new = _renamed(entries, held.troupe)
        held.troupe |= {entry.name: entry for entry in new}
        more = Cast.of(tuple(entry.name for entry in new)).members
        held.cast = replace(held.cast, members=(*held.cast.members, *more))

    def abandon(self, why: str) -> None:
        """Let those that were tried go; all stays as it was."""
        held, recast = self._held, self._held.recast
        self._role.cancel_after("recast")
        if recast is not None:
            held.recast = None
            for member in recast.cast.members:
                self._dismiss(member.name)
        if self._reply is not None:
            self._reply.fail(RecastFailed(why))
            self._reply = None

    def when_up(self) -> None:
        """Answer once somebody of the cast is ready, or once nobody is left to hope for."""
        self._awaited.append(self._role.defer())
        self.tell_awaiting()

    def tell_awaiting(self, detail: str = "") -> None:
        """Answer those who wait for a performer, if there is an answer now."""
        members = self._held.cast.members
        is_up = any(member.standing is Standing.READY for member in members)
        has_failed = all(m.standing in {Standing.RESTING, Standing.RETIRED} for m in members)
        if not (is_up or has_failed):
            return
        awaited, self._awaited = self._awaited, []
        for reply in awaited:
            if is_up:
                reply.set(None)
            else:
                reply.fail(RecastFailed(detail or "every performer has fallen"))

    def dismiss_leaving(self) -> None:
        """Let the old ones go, now that nobody speaks."""
        leaving, self._held.leaving = self._held.leaving, set()
        for name in leaving:
            self._dismiss(name)
            self._role.address.tell(HasLeft(name))

    def _dismiss(self, name: str) -> None:
        held = self._held
        held.troupe.pop(name, None)
        held.facts.pop(name, None)
        if held.live.pop(name, None) is not None:
            self._slot.performers.tell(StopChild(name))

    def _of_ours(self) -> Recast:
        recast = self._held.recast
        if recast is None:
            raise RuntimeError("nothing is being recast")
        return recast


def _renamed(entries: tuple[Understudy, ...], taken: Container[str]) -> tuple[Understudy, ...]:
    """Give each a name that no performer of the slot bears, past ones that still work included."""
    renamed: list[Understudy] = []
    for entry in entries:
        stem = entry.name.partition("#")[0]
        names = (stem, *(f"{stem}#{number}" for number in range(2, 100)))
        used = {other.name for other in renamed}
        name = next(name for name in names if name not in taken and name not in used)
        renamed.append(replace(entry, name=name))
    return tuple(renamed)
