"""The ordered work on one family: who is stopped next, who is started next, never waiting.

A *repair* is one piece of it: stop these one after the other, wait out a backoff, start those
one after the other. Each step sets off at most the next launch or stop and returns; the news of
its outcome brings the next step. Where siblings share their fate there is at most one repair,
and a failure on the way extends it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from supervision.actor_base import ActorBase
from supervision.birth import Overseer
from supervision.clock import Clock
from supervision.family import Child, ChildState, Family, time_to_stop_s
from supervision.launch import launch


@dataclass(slots=True, eq=False)
class Repair:
    """Stop these, wait, start those; each in this order and each once the one before is done."""

    to_stop: list[str]
    to_start: list[str]
    waits: int = 0
    """How many backoffs are running; starting begins when the last one is over."""


class Home(Protocol):
    """What the works need of the supervisor that they belong to."""

    @property
    def clock(self) -> Clock:
        """Return the clock."""
        ...

    @property
    def overseer(self) -> Overseer:
        """Return who hears of the children's lives."""
        ...

    def call_later(self, delay_s: float, action: Callable[[], None]) -> None:
        """Call the action later, unless the supervisor has ended by then."""
        ...


class Works:
    """All repairs of one supervisor incarnation, and at its end the closing of the family."""

    def __init__(self, family: Family, home: Home, *, shares_fate: bool) -> None:
        self._family = family
        self._home = home
        self._shares_fate = shares_fate
        self._repairs: list[Repair] = []
        self.is_closing = False

    @property
    def is_down(self) -> bool:
        """Tell whether the family is closing and no child is up any more."""
        return self.is_closing and not any(c.is_up for c in self._family.children.values())

    def is_under_way(self, child_id: str) -> bool:
        """Tell whether a child is about to be started."""
        return any(child_id in repair.to_start for repair in self._repairs)

    def undertake(self, repair: Repair, *, backoff_s: float = 0.0) -> None:
        """Begin a repair, as a part of one that is under way if they belong together."""
        for present in self._repairs:
            if self._shares_fate or not set(present.to_start).isdisjoint(repair.to_start):
                self._extend(present, repair)
                repair = present
                break
        else:
            self._repairs.append(repair)
        if backoff_s > 0:
            repair.waits += 1
            self._home.call_later(backoff_s, lambda: self._backoff_is_over(repair))

    def withdraw(self, child_id: str) -> None:
        """Start this child no more."""
        for repair in self._repairs:
            if child_id in repair.to_start:
                repair.to_start.remove(child_id)

    def end(self, child: Child) -> None:
        """Tell a child that is up to go down."""
        if child.state is ChildState.STOPPING:
            return
        child.state = ChildState.STOPPING
        if child.spec.shutdown_s > 0:
            deadline_s = time_to_stop_s(child.address, child.spec.shutdown_s)
            child.address.request_shutdown(deadline_s)
        else:
            child.address.kill()

    def close(self) -> None:
        """Start nothing any more and stop all children, right first."""
        self.is_closing = True
        self._repairs.clear()

    def advance(self) -> None:
        """Set off whatever can be set off now."""
        for repair in tuple(self._repairs):
            if self._stop_next(repair) and repair.waits == 0 and self._start_next(repair):
                self._repairs.remove(repair)
        if self.is_closing:
            self._close_next()

    def _extend(self, present: Repair, more: Repair) -> None:
        order = self._family.in_order
        present.to_stop = order({*present.to_stop, *more.to_stop})[::-1]
        present.to_start = order({*present.to_start, *more.to_start})

    def _backoff_is_over(self, repair: Repair) -> None:
        repair.waits -= 1
        self.advance()

    def _stop_next(self, repair: Repair) -> bool:
        while repair.to_stop:
            child = self._family.children.get(repair.to_stop[0])
            if child is not None and child.is_up:
                self.end(child)
                return False
            repair.to_stop.pop(0)
        return True

    def _start_next(self, repair: Repair) -> bool:
        while repair.to_start:
            child = self._family.children[repair.to_start[0]]
            if child.state is not ChildState.RUNNING:
                if not child.is_up:
                    self._launch(child)
                return False
            repair.to_start.pop(0)
        return True

    def _close_next(self) -> None:
        up = [child for child in self._family.children.values() if child.is_up]
        # A child that came later and shares nobody's fate has nobody who depends on it.
        independent = [] if self._shares_fate else [c for c in up if not c.is_static]
        for child in independent or up[-1:]:
            self.end(child)

    def _launch(self, child: Child) -> None:
        child.state = ChildState.STARTING
        child.incarnation = child.address.incarnation + 1

        def make() -> ActorBase:
            actor = child.spec.start()
            child.kind = type(actor).__name__
            return actor

        launch(
            make,
            child.address,
            overseer=self._home.overseer,
            clock=self._home.clock,
            start_timeout_s=child.spec.start_timeout_s,
        )
