"""The role: the stable address of a vendor slot, which routes work and watches performers.

The role's *hold* (work in flight, cast) belongs to its address, so a restarted role goes on with
it. Performers are temporary children of the slot's own small supervisor; when one is started again
is decided here, by the pure `Cast`.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from actors.call import AnyAddress
from actors.events import Played, Quiet, SlotDark, SlotLit
from actors.frames import CallerAudio
from actors.reports import Failure, ProviderSwitched
from actors.slots.cast import NOBODY, Cast
from actors.slots.darkness import StillDark
from actors.slots.handover import Handover, Seam, Staged
from actors.slots.performer import Finished, Ready, Refused, Result
from actors.slots.recasting import (
    AbandonRecast,
    CarryOutRecast,
    HasLeft,
    PrepareRecast,
    RecastOrder,
    StandBy,
    WhenUp,
)
from actors.slots.slot import Hold, Slot
from actors.slots.stage_mail import Fall, TooLate, Wake
from actors.slots.stage_manager import StageManager
from actors.vendor import FailureKind
from supervision.actor import Actor
from supervision.address import Down

LATE_TIMER_S = 0.2
"""A deadline that comes later than this says nothing of the vendor: the loop was held up."""


CastMail: TypeAlias = Ready | Down | Fall | Refused | TooLate | Wake | Quiet | StillDark

HOLDING_UP = frozenset({"stt", "llm", "tts"})
"""The slots without which a call cannot go on: for the others something stands in."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A deadline of the work in flight is here."""

    key: Hashable
    due_s: float
    within_s: float
    message: object


HoldT = TypeVar("HoldT", bound=Hold)


class Role(Actor, Generic[HoldT]):
    """Base of the six vendor roles; subclasses give at least `first_hold` and `handle`."""

    held: HoldT
    """The hold, once the role has started."""

    def __init__(self, slot: Slot) -> None:
        """Keep the slot; performers are started in `on_start`."""
        super().__init__()
        self.slot = slot
        self.call = slot.call
        self._manager = StageManager(self, slot, self.canary)

    # ------------------------------------------------------------ for subclasses

    def first_hold(self, cast: Cast) -> HoldT:
        """Return the hold of a call's first incarnation."""
        raise TypeError(f"{type(self).__name__} must say what it holds")

    def handle(self, message: object) -> None:
        """Take one message that is not about the cast."""

    def on_resumed(self) -> None:
        """Go on with the held work: deadlines died with the last incarnation."""

    def on_performer_ready(self, name: str) -> None:
        """Go on: somebody became ready."""

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Deal with the work that this performer had."""

    def canary(self, attempt: int) -> object | None:
        """Return a small job that shows a performer to be well; None if being up is enough."""
        return None

    def on_performer_left(self, name: str) -> None:
        """Give what this one still had to another one: it was dismissed while nobody spoke."""

    def on_quiet(self) -> None:
        """Do what there is to do while nobody speaks; asked whenever that may have changed."""

    def on_refused(self, name: str, attempt: int, detail: str) -> None:
        """Deal with a request that this performer's vendor does not take; the vendor is well."""
        self.condemn(name, FailureKind.REJECTED, detail)

    # ------------------------------------------------------------ the stage

    def stage(self) -> AnyAddress | None:
        """Return who gets the next request, if anybody is ready; a change leaves no seam."""
        name, held = self.on_stage(), self.held
        if name is None:
            return None
        if name == held.last_on_stage == held.cast.present:
            return held.live[name]
        staged = self.put_on_stage(name)
        if staged.handover is not None:
            self.report_switch(staged.handover)
        return staged.address

    def take_stage(self, epoch: int = 0) -> Staged | None:
        """Return the same; a change is told with `report_switch`, once its seam is known."""
        name = self.on_stage()
        return None if name is None else self.put_on_stage(name, epoch)

    def put_on_stage(self, name: str, epoch: int = 0) -> Staged:
        """Give the work to this performer, who is ready."""
        held = self.held
        before, held.last_on_stage = held.last_on_stage, name
        self._manager.staged(name)
        if before in {"", name}:
            return Staged(name, held.live[name])
        kind, reason = held.why_fallen.pop(before, self._manager.why_changed(before, name))
        handover = Handover(before, name, kind, reason, epoch, self.clock.now_ns())
        return Staged(name, held.live[name], handover)

    def understudy(self, of: str, *, without: frozenset[str] = NOBODY) -> Staged | None:
        """Return who would come after this performer, if that one is ready; else have it called.

        Whoever lets it win a race puts it on the stage by `put_on_stage`.
        """
        name = self._manager.understudy(of, without)
        return None if name is None else Staged(name, self.held.live[name])

    def report_switch(self, handover: Handover, seam: Seam | None = None) -> None:
        """Publish a hand-over, once it is known what the caller noticed of it."""
        seam = seam or Seam()
        switched = ProviderSwitched(
            self.slot.name,
            handover.from_,
            handover.to,
            handover.kind,
            handover.reason,
            attempt=self.held.attempt,
            seam=seam.kind.value,
            gap_ms=seam.gap_ms,
            words_repeated=seam.words_repeated,
            backlog_ms=seam.backlog_ms,
        )
        self.call.report(switched, at_ns=self.clock.now_ns(), epoch=handover.epoch)

    # ------------------------------------------------------------ deadlines

    def expect(self, key: Hashable, within_s: float, message: object) -> None:
        """Handle the message once the time is over, unless `settle` comes first.

        If the loop was held up so that it comes late, it is set once more: what was owed may be
        waiting behind it.
        """
        due = _Due(key, self.clock.now_s() + within_s, within_s, message)
        self.after(within_s, due, key=("due", key))

    def settle(self, key: Hashable) -> None:
        """Withdraw a deadline: what was owed has come."""
        self.cancel_after(("due", key))

    def _due(self, due: _Due) -> None:
        if self.clock.now_s() - due.due_s > LATE_TIMER_S:
            self.after(due.within_s, due.message, key=("due", due.key))
        else:
            self.handle(due.message)

    # ------------------------------------------------------------ the cast

    def on_stage(self) -> str | None:
        """Return who gets the next request, if anybody is ready."""
        return self._manager.on_stage()

    def answered(self, name: str, first_s: float, epoch: int) -> None:
        """Take note how long the first result of a turn took."""
        limit_s = self.call.on_stage.of(epoch).promptness.limit_s(self.slot.name)
        self._manager.trials.answered(name, first_s=first_s, limit_s=limit_s)

    def next_attempt(self) -> int:
        """Number a new job."""
        self.held.attempt += 1
        return self.held.attempt

    def condemn(self, name: str, kind: FailureKind, detail: str) -> None:
        """End a performer that broke a deadline or the protocol; `on_performer_down` follows."""
        if (fall := self._manager.condemn(name, kind, detail)) is not None:
            self.address.tell(fall)

    def on_start(self) -> None:
        """Take up the hold, or make the first one, and fill the stage."""
        self.call.name_in_logs(self.slot.name)
        if self.hold is None:
            self.hold = self.first_hold(Cast.of(tuple(entry.name for entry in self.slot.entries)))
            self.held = self.hold
            self._manager.assemble()
        else:
            self.held = self.hold
            self._manager.resume()
            self.on_resumed()

    def on_receive(self, message: object) -> None:
        """Route what concerns the cast; everything else goes to `handle`."""
        match message:
            case CallerAudio() | Result() | Played():  # what comes most often comes first
                self.handle(message)
            case Ready() | Down(key=str()) | Fall() | Refused() | TooLate() | Wake():
                self._about_cast(message)
            case Quiet() | StillDark():
                self._about_cast(message)
            case Finished(attempt) if attempt in self.held.probes:
                self._manager.proven(attempt)
                self._tell_light()
            case Finished():
                self._manager.worked()
                self._tell_light()
                self.handle(message)
            case PrepareRecast() | CarryOutRecast() | AbandonRecast() | WhenUp() | HasLeft():
                self._recast(message)
            case StandBy(entries):
                self._manager.recasting.stand_by(entries)
            case _Due():
                self._due(message)
            case _:
                self.handle(message)

    def _about_cast(self, message: CastMail) -> None:
        match message:
            case Ready(name, facts):
                if self._manager.is_ready(name, facts):
                    self._tell_light()
                    self.on_performer_ready(name)
            case StillDark():
                self._tell_dark()
                self._tell_light()
            case Down():
                if (fall := self._manager.fell(message)) is not None:
                    self._fallen(fall)
            case Fall():
                self._fallen(message)
            case Refused(name, attempt, detail):
                self.report_failure(f"{self.slot.name}/{name}", FailureKind.REJECTED, detail)
                self.on_refused(name, attempt, detail)
            case TooLate():
                if (detail := self._manager.is_overdue(message)) is not None:
                    self.condemn(message.name, FailureKind.LATE, detail)
            case Wake(at_s):
                self._manager.fill(at_s)
                self._manager.change_if_quiet(at_s)
            case Quiet(is_quiet):
                self.held.quiet = is_quiet
                self._manager.change_if_quiet()
                self.on_quiet()

    def _recast(self, order: RecastOrder) -> None:
        recasting = self._manager.recasting
        match order:
            case PrepareRecast(entries):
                recasting.prepare(entries)
            case CarryOutRecast():
                if (name := recasting.carry_out()) is not None:
                    self._tell_light()
                    self.on_performer_ready(name)
                    self._manager.change_if_quiet()
            case WhenUp():
                recasting.when_up()
            case HasLeft(name):
                self.on_performer_left(name)
            case AbandonRecast():
                recasting.abandon("nobody carried the change out in time")

    def _fallen(self, fall: Fall) -> None:
        self.report_failure(f"{self.slot.name}/{fall.name}", fall.kind, fall.detail)
        self.on_performer_down(fall.name, fall.kind, fall.detail)

    def _tell_dark(self) -> None:
        """The call is held up where nothing stands in for this slot."""
        if self._manager.darkness.has_lasted() and self.slot.name in HOLDING_UP:
            details = (detail for _, detail in reversed(self.held.why_fallen.values()))
            self.call.addresses.session.tell(SlotDark(self.slot.name, next(details, "")))

    def _tell_light(self) -> None:
        if self._manager.darkness.is_over() and self.slot.name in HOLDING_UP:
            self.call.addresses.session.tell(SlotLit(self.slot.name))

    def report_failure(self, where: str, kind: FailureKind, detail: str) -> None:
        """Publish that something failed and was dealt with."""
        self.call.report(Failure(where, kind.value, detail), at_ns=self.clock.now_ns())
