"""Decides what follows when something happens to a child of a supervisor.

Nothing here waits: the news of a child or a request comes in, the records change, the works are
told what to do next. What takes time - a start, a stop, a backoff - is a state in between.
"""

import random
from collections.abc import Callable
from typing import Any

from supervision.address import Address, Down
from supervision.errors import ActorDeadError, RestartIntensityExceeded, StartFailed
from supervision.family import Child, ChildState, Family, retire
from supervision.messages import Exit, ExitReason
from supervision.reply import Reply
from supervision.reporter import Reporter, describe
from supervision.restart import (
    count_restart,
    delay_s,
    failures_in_a_row,
    is_exceeded,
    is_failure,
    is_restarted,
    plan,
)
from supervision.spec import AutoShutdown, ChildSpec, Restart, Strategy, SupervisorSpec
from supervision.works import Home, Repair, Works


class Nursery:
    """The children of one supervisor incarnation; used on its loop only.

    Args:
        spec: the rules.
        family: the records.
        home: the supervisor.
        chance: gives an evenly distributed number in 0..1 for each jitter.
    """

    def __init__(
        self,
        spec: SupervisorSpec,
        family: Family,
        home: Home,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._spec = spec
        self._family = family
        self._clock = home.clock
        self._chance = chance
        self._report = Reporter(family.name, spec.on_event)
        self._shares_fate = spec.strategy is not Strategy.ONE_FOR_ONE
        self._works = Works(family, home, shares_fate=self._shares_fate)
        self._restarts_s: tuple[float, ...] = ()
        self.failure: Exception | None = None
        """Why the supervisor has to fail once all children are down."""
        self.is_finished = False
        """The end of significant children ends the supervisor."""

    # What the supervisor asks for.

    def boot(self) -> None:
        """Start the children of the spec, left first."""
        self._family.gather(self._spec)
        self._works.undertake(Repair([], list(self._family.children)))
        self._works.advance()

    @property
    def has_booted(self) -> bool:
        """Tell whether each child of the spec has been up."""
        return all(child.was_up for child in self._family.children.values())

    @property
    def is_down(self) -> bool:
        """Tell whether it is closing and no child is up any more."""
        return self._works.is_down

    def start(self, spec: ChildSpec, reply: Reply[Address[Any]] | None) -> None:
        """Add a child and start it; the reply comes when it is up, or failed to come up."""
        problem = self._problem_with(spec)
        if problem is None:
            self._family.adopt(spec).starter = reply
            self._works.undertake(Repair([], [spec.id]))
            self._works.advance()
            return
        self._report.refused(spec.id, problem)
        if reply is not None:
            reply.fail(problem)
        if spec.address is not None and self._is_free(spec.address):
            retire(spec.address)  # so that whoever watches it hears that nobody will come

    def stop(self, child_id: str, reply: Reply[None] | None) -> None:
        """Stop a child for good; the reply comes when it is down, at once if there is none."""
        child = self._family.children.get(child_id)
        if child is None:
            if reply is not None:
                reply.set(None)
            return
        if reply is not None:
            child.stoppers.append(reply)
        child.is_leaving = True
        self._works.withdraw(child_id)
        if child.is_up:
            self._works.end(child)
        else:
            self._forget(child, ActorDeadError(f"{child_id} was stopped before it was started"))
        self._works.advance()

    def close(self) -> None:
        """Start nothing any more and stop all children, right first."""
        self._works.close()
        self._works.advance()

    async def kill_all(self) -> None:
        """Take the children along: their supervisor ends without having stopped them."""
        self._works.close()
        children = self._family.children.values()
        running = [c.address for c in reversed(children) if c.address.is_running]
        for address in running:
            address.kill()
        for address in running:
            await address.ended()
        for child in children:
            if not child.is_static:
                retire(child.address)

    # What happens to the children.

    def started(self, address: Address[Any], incarnation: int) -> None:
        """Note that a child is up."""
        child = self._family.at(address, incarnation)
        if child is None or child.state is not ChildState.STARTING:
            return
        child.state = ChildState.RUNNING
        now_s = self._clock.now_s()
        down_s, child.changed_at_s = now_s - child.changed_at_s, now_s
        if child.was_up:
            child.restarts += 1
            self._report.restarted(child, down_s)
        child.was_up = True
        if child.starter is not None:
            child.starter.set(address)
            child.starter = None
        self._works.advance()

    def ended(self, down: Down) -> None:
        """Note that a child has gone down, and decide what follows."""
        child = self._family.at(down.address, down.incarnation)
        if child is None:
            return
        state, child.state = child.state, ChildState.ENDED
        now_s = self._clock.now_s()
        up_s = now_s - child.changed_at_s if state is ChildState.RUNNING else 0.0
        if state is not ChildState.STARTING:  # a start that failed prolongs the time it is missing
            child.changed_at_s = now_s
        if is_failure(down.reason.kind):
            child.last_failure = down.reason
        if down.reason.kind is Exit.ABANDONED:
            self._report.abandoned(child)
        if state is ChildState.STOPPING or self._works.is_closing:
            self._stopped(child, down.reason)
        else:
            self._ended_by_itself(child, down.reason, up_s)
        self._works.advance()

    def overdue(self, address: Address[Any], incarnation: int) -> None:
        """Kill a child whose handler does not return; a start or stop has its own deadline."""
        child = self._family.at(address, incarnation)
        if child is not None and child.state is ChildState.RUNNING:
            self._report.overdue(child)
            address.kill(Exit.TIMED_OUT)

    def overloaded(self, address: Address[Any]) -> None:
        """Count that a child had no room for a told message."""
        child = self._family.living_at(address)
        if child is not None:
            child.overloads += 1
            self._report.overloaded(child)

    # What follows.

    def _stopped(self, child: Child, reason: ExitReason) -> None:
        if reason.error is not None:
            self._report.failed_to_stop(child, reason)
        is_gone = child.is_leaving or child.spec.restart is Restart.TEMPORARY
        if is_gone or (self._works.is_closing and not child.is_static):
            self._forget(child, StartFailed(f"{child.spec.id} was stopped before it was up"))
        elif self._works.is_under_way(child.spec.id):
            child.state = ChildState.WAITING

    def _ended_by_itself(self, child: Child, reason: ExitReason, up_s: float) -> None:
        if not child.was_up:
            self._never_came_up(child, reason)
        elif is_restarted(child.spec.restart, reason.kind):
            self._restart(child, reason, up_s)
        else:
            self._ended_for_good(child, reason)

    def _never_came_up(self, child: Child, reason: ExitReason) -> None:
        self._report.failed(child, reason, None)
        failure = StartFailed(f"{child.address.name} did not come up: {describe(reason)}")
        failure.__cause__ = reason.error
        if child.is_static:
            self.failure = failure
            self.close()
        else:
            self._forget(child, failure)

    def _restart(self, child: Child, reason: ExitReason, up_s: float) -> None:
        spec = self._spec
        child.failures = failures_in_a_row(child.failures, up_s, spec.backoff)
        self._restarts_s = count_restart(self._restarts_s, self._clock.now_s(), spec.intensity)
        if is_exceeded(self._restarts_s, spec.intensity):
            self._give_up(child, reason)
            return
        backoff_s = delay_s(spec.backoff, child.failures, self._chance())
        self._report.failed(child, reason, backoff_s)
        child.state = ChildState.WAITING
        self._works.undertake(self._repair_after(child), backoff_s=backoff_s)

    def _repair_after(self, child: Child) -> Repair:
        if not self._shares_fate:  # among 1,000 rooms there is no need to look at the others
            return Repair([], [child.spec.id])
        staying = [c.spec for c in self._family.children.values() if not c.is_leaving]
        made = plan(self._spec.strategy, staying, child.spec.id)
        return Repair([*made.stop], [*made.start])

    def _give_up(self, child: Child, reason: ExitReason) -> None:
        count, within_s = len(self._restarts_s), self._spec.intensity.within_s
        self.failure = RestartIntensityExceeded(
            f"{self._family.name} gave up: {count} failures within {within_s:g} s, "
            f"the last one of {child.spec.id}: {describe(reason)}"
        )
        self.failure.__cause__ = reason.error
        self._report.failed(child, reason, None)
        self._report.gave_up(child, child.restarts, within_s)
        self.close()

    def _ended_for_good(self, child: Child, reason: ExitReason) -> None:
        if is_failure(reason.kind):
            self._report.failed(child, reason, None)
        may_return = child.spec.restart is not Restart.TEMPORARY and self._shares_fate
        if child.spec.restart is Restart.TEMPORARY or not (child.is_static or may_return):
            self._forget(child, ActorDeadError(f"{child.spec.id} has ended"))
        elif not may_return:
            self._family.release(child)
        if child.spec.significant and self._ends_with(child):
            self.is_finished = True
            self.close()

    def _ends_with(self, child: Child) -> bool:
        others = (c for c in self._family.children.values() if c is not child)
        return self._spec.auto_shutdown is AutoShutdown.ANY_SIGNIFICANT or not any(
            c.spec.significant and c.state is not ChildState.ENDED for c in others
        )

    def _forget(self, child: Child, why: Exception) -> None:
        self._works.withdraw(child.spec.id)
        self._family.forget(child)
        if child.starter is not None:
            child.starter.fail(why)
        for reply in child.stoppers:
            reply.set(None)

    def _problem_with(self, spec: ChildSpec) -> Exception | None:
        if self._works.is_closing:
            return ActorDeadError(f"{self._family.name} is stopping")
        if spec.id in self._family.children:
            return ValueError(f"{self._family.name} has a child {spec.id!r} already")
        if spec.address is not None and not self._is_free(spec.address):
            return ValueError(f"{spec.address.name} is in use or closed")
        try:
            self._spec.check(spec)
        except ValueError as problem:
            return problem
        return None

    def _is_free(self, address: Address[Any]) -> bool:
        is_known = self._family.living_at(address) is not None
        return not (is_known or address.is_running or address.mailbox.is_closed)
