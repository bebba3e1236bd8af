"""When nobody of a slot can work, though there is work: noticed, and told once each way."""

from dataclasses import dataclass
from typing import cast

from actors.slots.cast import Member
from actors.slots.slot import Hold
from supervision.actor import Actor

DARK_AFTER_S = 3.0
"""It is told when it has lasted so long: a hand-over takes less."""
STAYS_UP_S = 1.0
"""One that fell and is up again must last so long, where it need not prove itself by a job."""


@dataclass(frozen=True, slots=True)
class StillDark:
    """Look whether somebody has come in the meantime, and has stayed."""


class Darkness:
    """Stateless but for the role's hold."""

    def __init__(self, role: Actor, *, proves_itself: bool) -> None:
        """Watch over ``role``.

        Where a performer ``proves_itself`` by a job, one that fell cannot work before it has.
        """
        self._role = role
        self._proves_itself = proves_itself

    @property
    def _held(self) -> Hold:
        return cast("Hold", self._role.hold)

    @property
    def somebody_waits(self) -> bool:
        """Whether there is work and nobody to do it."""
        return self._held.may_be_dark or self._held.is_dark

    def can_work(self, name: str) -> bool:
        """Whether a performer is ready, and nothing speaks against its doing a job."""
        held = self._held
        return name in held.facts and (held.cast.member(name).is_well or not self._proves_itself)

    def falls(self) -> None:
        """Somebody is wanted and nobody can work; look again in a while."""
        if not (self.somebody_waits or self._held.cast.is_first_start):
            self._held.may_be_dark = True
            self._look_in(DARK_AFTER_S)

    def has_lasted(self) -> bool:
        """Return whether it has to be told that nobody is left."""
        held = self._held
        if self._is_anybody_able():
            held.may_be_dark = held.may_be_dark and not self._has_anybody_stayed()
            if held.may_be_dark:
                self._look_in(STAYS_UP_S)
            return False
        if held.is_answering:
            self._look_in(STAYS_UP_S)
            return False
        was_dark, held.may_be_dark, held.is_dark = held.is_dark, False, True
        return not was_dark

    def is_over(self) -> bool:
        """Return whether it has to be told that somebody can work again."""
        held = self._held
        if not (self.somebody_waits and self._is_anybody_able()):
            return False
        if not self._has_anybody_stayed():
            self._look_in(STAYS_UP_S)
            return False
        held.may_be_dark = False
        self._role.cancel_after("dark")
        was_dark, held.is_dark = held.is_dark, False
        return was_dark

    def resume(self) -> None:
        """Go on after a crash of the role, whose timers are gone: who waits will ask again."""
        self._held.may_be_dark = False
        if self._held.is_dark:
            self._look_in(STAYS_UP_S)

    def _look_in(self, delay_s: float) -> None:
        self._role.after(delay_s, StillDark(), key="dark")

    def _is_anybody_able(self) -> bool:
        return any(self.can_work(member.name) for member in self._held.cast.members)

    def _has_anybody_stayed(self) -> bool:
        return any(self._has_stayed(member) for member in self._held.cast.members)

    def _has_stayed(self, member: Member) -> bool:
        up_s = self._role.clock.now_s() - member.ready_at_s
        is_proven = self._proves_itself or member.failures == 0 or up_s >= STAYS_UP_S
        return self.can_work(member.name) and is_proven
