"""The stage manager of a slot: starts performers, lets fallen ones rest, prove themselves, return.

It belongs to a role and works on the role's hold; the rules are those of the pure `Cast`.
"""

import random
from collections.abc import Callable
from typing import cast

from actors.call import AnyAddress
from actors.slots.cast import NOBODY, Cast
from actors.slots.darkness import Darkness
from actors.slots.recasting import Recasting
from actors.slots.slot import Hold, Slot
from actors.slots.stage_mail import Fall, TooLate, Wake, what_happened
from actors.slots.trial import Trials
from actors.vendor import FailureKind
from supervision.actor import Actor
from supervision.address import Address, Down
from supervision.mail import MailboxLimits
from supervision.spec import ChildSpec, Restart
from supervision.supervisor import StartChild

READY_WITHIN_S = 15.0
PROVEN_WITHIN_S = 5.0
ASK_AGAIN_S = 10.0
"""Another room tries the vendor: look again then."""


class StageManager:
    """Stateless but for the role's hold."""

    def __init__(self, role: Actor, slot: Slot, canary: Callable[[int], object | None]) -> None:
        """Work for ``role``; ``canary`` makes a small job of the attempt that it is given."""
        self._role = role
        self._slot = slot
        self._canary = canary
        self.darkness = Darkness(role, proves_itself=canary(0) is not None)
        self._health = slot.call.health
        self.recasting = Recasting(role, slot, self.start)
        self.trials = Trials(role, canary, self.start)
        self._calm: Cast | None = None
        """The last cast in which whoever is present was well: asked for with every frame."""

    @property
    def _held(self) -> Hold:
        return cast("Hold", self._role.hold)

    @property
    def _now_s(self) -> float:
        return self._role.clock.now_s()

    def on_stage(self) -> str | None:
        """Return who gets the next piece of work, if anybody is ready."""
        held = self._held
        cast, present = held.cast, held.cast.present
        is_well = cast is self._calm or (bool(present) and cast.member(present).is_well)
        if is_well and present in held.facts and self._health.is_clean:
            self._calm = cast
            return present
        suspects = self._suspects()
        if present in suspects:
            self.fill()
        name = held.cast.on_stage(suspects)
        if name is None or not self.darkness.can_work(name):
            self.darkness.falls()
            self._cut_rests_short()
        return name

    def staged(self, name: str) -> None:
        """Take note that this performer gets work, in whose place a canary does not go on."""
        held = self._held
        held.cast = held.cast.staged(name, now_s=self._now_s)
        if held.probes:
            self.trials.break_off()
            held.probes = {attempt: who for attempt, who in held.probes.items() if who != name}

    def worked(self) -> None:
        """Take note that who is on stage has done a job."""
        held = self._held
        if held.last_on_stage in held.facts and held.last_on_stage not in held.leaving:
            held.cast = held.cast.proven(held.last_on_stage, now_s=self._now_s)

    def _cut_rests_short(self) -> None:
        held = self._held
        if (wanted := held.cast.wanted()) != held.cast:
            held.cast = wanted
            self.fill()

    def why_changed(self, before: str, name: str) -> tuple[str, str]:
        """Return kind and reason of a change for which nobody fell."""
        for member in self._held.cast.members:
            if member.name == name:
                return "return", f"{name} is well again"
            if member.name == before:
                break
        return "suspect", f"{before} fails in other rooms"

    def assemble(self) -> None:
        """Take note of the declared performers, and start whoever should be up."""
        self._held.troupe = {entry.name: entry for entry in self._slot.entries}
        self.fill()

    def resume(self) -> None:
        """Go on after a crash of the role: its timers are gone, and who waited for an answer."""
        self._held.probes.clear()
        self._held.trial = None
        self.recasting.abandon("the slot was started again")
        self.darkness.resume()
        self.fill()
        self.change_if_quiet()

    def fill(self, at_s: float = 0.0) -> None:
        """Start whoever should be up, and come back when the next one may be."""
        held = self._held
        now_s = max(at_s, self._now_s)
        for name in held.cast.to_start(now_s, self._suspects()):
            if name not in held.condemned:  # once it has ended
                self.start(name)
        wakes_at_s = held.cast.wakes_at_s(now_s)
        if wakes_at_s is not None:
            self._role.after(wakes_at_s - now_s, Wake(wakes_at_s), key="wake")

    def start(self, name: str) -> None:
        """Start one performer under the slot's own small supervisor."""
        held = self._held
        entry = held.troupe[name]
        address: AnyAddress = Address(name, limits=MailboxLimits(media=4096))
        held.live[name] = address
        if not self.recasting.is_new(name):
            held.cast = held.cast.starting(name)
        address.monitor(self._role.address, name)
        spec = ChildSpec(
            id=name,
            start=lambda: entry.make(name),
            restart=Restart.TEMPORARY,
            address=address,
        )
        self._slot.performers.tell(StartChild(spec))
        self._role.after(READY_WITHIN_S, TooLate(name, address), key=("late", name))

    def is_ready(self, name: str, facts: object) -> bool:
        """Take note that a performer is ready; return whether it is one of ours."""
        held = self._held
        if name not in held.live:
            return False
        held.facts[name] = facts
        if self.recasting.is_new(name):
            self.recasting.ready(name)
            self._prove(name)
            return False
        held.cast = held.cast.ready(name, now_s=self._now_s)
        self.recasting.tell_awaiting()
        self.change_if_quiet()
        return True

    def fell(self, down: Down) -> Fall | None:
        """Take note of the end of a performer; None if it was one of former times."""
        held, name = self._held, str(down.key)
        if held.live.get(name) is not down.address:
            return None
        del held.live[name]
        if name in held.condemned:  # it counts as fallen already
            held.condemned.remove(name)
            self.fill()
            return None
        kind, detail, retry_after_s = what_happened(down)
        return self._note(Fall(name, kind, detail), retry_after_s)

    def condemn(self, name: str, kind: FailureKind, detail: str) -> Fall | None:
        """End a performer; it is out of the cast at once, however long it takes to end.

        None if it is being ended already.
        """
        held = self._held
        if name in held.condemned:
            return None
        held.condemned.add(name)
        held.live[name].kill()
        return self._note(Fall(name, kind, detail), None)

    def _note(self, fall: Fall, retry_after_s: float | None) -> Fall:
        held, name, kind, now_s = self._held, fall.name, fall.kind, self._now_s
        held.facts.pop(name, None)
        self.trials.break_off()
        held.probes = {attempt: who for attempt, who in held.probes.items() if who != name}
        detail = fall.detail
        key = held.troupe[name].health_key
        self._health.fell(key, kind, now_s=now_s, retry_after_s=retry_after_s)
        if self.recasting.is_new(name):
            self.recasting.fell(name, detail)
            return fall
        if name in held.leaving:
            return fall
        held.why_fallen[name] = (kind.value, detail)
        held.cast = held.cast.failed(
            name,
            kind,
            now_s=now_s,
            retry_after_s=retry_after_s,
            chance=random.random(),  # noqa: S311 - jitter, not a secret
        )
        self.recasting.tell_awaiting(detail)
        if self.darkness.somebody_waits:
            self._cut_rests_short()
        self.fill()
        return fall

    def understudy(self, of: str, without: frozenset[str]) -> str | None:
        """Return who would come after this performer, if that one is ready; else have it called."""
        held = self._held
        name = held.cast.next_after(of, self._now_s, without=without)
        if name is not None and name not in held.live:
            self.start(name)
        return name if name in held.facts else None

    def is_overdue(self, late: TooLate) -> str | None:
        """Say what the performer failed to do in time, if it did."""
        held = self._held
        if held.live.get(late.name) is not late.address or late.name in held.condemned:
            return None
        if late.probe is not None:
            return "no answer to a canary" if late.probe in held.probes else None
        return None if late.name in held.facts else f"not ready within {READY_WITHIN_S:g} s"

    # ------------------------------------------------------------ coming back

    def proven(self, attempt: int) -> bool:
        """Take note that a canary job is done; return whether this attempt was one."""
        held = self._held
        name = held.probes.pop(attempt, None)
        if name is None:
            return False
        if self.recasting.is_new(name):
            self.recasting.proven(name)
            return True
        if self.trials.done(name, self._now_s):
            return True
        held.cast = held.cast.proven(name, now_s=self._now_s)
        self.change_if_quiet()
        return True

    def change_if_quiet(self, at_s: float = 0.0) -> None:
        """While nobody speaks: let who fell prove itself, and who is preferred return."""
        held = self._held
        if not held.quiet:
            self.trials.break_off()
            return
        self.recasting.dismiss_leaving()
        now_s = max(at_s, self._now_s)
        for name in held.cast.to_prove():
            self._prove(name)
        name = held.cast.to_return(now_s, self._suspects())
        if name is not None:
            held.cast = held.cast.staged(name, now_s=now_s)
            return
        self.trials.begin_if_due(now_s, self._suspects())
        returns_at_s = held.cast.returns_at_s()
        if returns_at_s is not None and returns_at_s > now_s:
            self._role.after(returns_at_s - now_s, Wake(returns_at_s), key="return")

    def _prove(self, name: str) -> None:
        held = self._held
        if name in held.probes.values():
            return
        key, is_new = held.troupe[name].health_key, self.recasting.is_new(name)
        if not is_new and not self._health.claim_probe(key, now_s=self._now_s):
            self._role.after(ASK_AGAIN_S, Wake(0.0), key=("prove", name))
            return
        held.attempt += 1
        job = self._canary(held.attempt)
        held.probes[held.attempt] = name
        if job is None:
            self._health.well(key)
            self.proven(held.attempt)
            return
        held.live[name].tell(job)
        late = TooLate(name, held.live[name], held.attempt)
        self._role.after(PROVEN_WITHIN_S, late, key=("late", name))

    def _suspects(self) -> frozenset[str]:
        if self._health.is_clean:
            return NOBODY
        now_s, suspected = self._now_s, self._health.is_suspect
        troupe = self._held.troupe.items()
        return frozenset(name for name, e in troupe if suspected(e.health_key, now_s=now_s))
