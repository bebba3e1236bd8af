"""The supervisor: an actor that keeps other actors up, in order, and says when it cannot.

It is the shell around `Nursery`, which decides. The news of its children comes in through
`_Ears`, on the loop; it is queued and dealt with in a handler, or by `on_start` and `on_stop`
while those wait for the children to come up or go down.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from supervision.actor import Actor
from supervision.address import Address, Down
from supervision.birth import Overseer
from supervision.clock import Clock
from supervision.errors import ActorDeadError, StartFailed
from supervision.family import Family, retire, time_to_stop_s
from supervision.launch import launch
from supervision.messages import ExitReason, Lane, message
from supervision.nursery import Nursery
from supervision.reply import Reply
from supervision.reporter import describe
from supervision.requests import Children, Snapshot, StartChild, StopChild
from supervision.restart import is_failure
from supervision.spec import GRACE_S, SupervisorSpec
from supervision.tree import snapshot

__all__ = [
    "Children",
    "Snapshot",
    "StartChild",
    "StopChild",
    "Supervisor",
    "run_tree",
]


@message(lane=Lane.SYSTEM)
@dataclass(frozen=True, slots=True)
class _News:
    """Something happened to a child: see the queue."""


_NEWS = _News()


class Supervisor(Actor):
    """Starts its children left first, restarts them by its spec, stops them right first.

    It never waits in a handler. When it gives up, it stops its children and crashes with
    RestartIntensityExceeded; when it is killed, its children are killed with it. A supervisor
    that is restarted finds its children's addresses in its hold.

    Args:
        spec: the children and the rules.
        chance: gives an evenly distributed number in 0..1 for each jitter.
    """

    handler_deadline_s: ClassVar[float | None] = None  # on_stop waits for children, each limited

    def __init__(
        self, spec: SupervisorSpec, *, chance: Callable[[], float] = random.random
    ) -> None:
        super().__init__()
        self.spec = spec
        self.overseer: Overseer = _Ears(self)
        self._chance = chance
        self._news: deque[Callable[[], None]] = deque()
        self._arrived: asyncio.Event | None = None

    async def on_start(self) -> None:
        """Start the children, left first.

        Raises:
            StartFailed: a child did not come up; those that were up have been stopped.
            RestartIntensityExceeded: a child came up and crashed too often meanwhile.
        """
        if not isinstance(self.hold, Family):
            self.hold = Family(self.address.name)
        self._nursery = nursery = Nursery(self.spec, self.hold, self, self._chance)
        self.spawn(self._take_children_along(), name="guard")
        nursery.boot()
        await self._hear_until(lambda: nursery.has_booted or nursery.is_down)
        self._conclude()

    async def on_stop(self) -> None:
        """Stop the children, right first."""
        self._nursery.close()
        await self._hear_until(lambda: self._nursery.is_down)

    def on_receive(self, message: object) -> object:
        """Handle a request or the news of a child."""
        match message:
            case _News():
                self._hear()
            case StartChild(spec):
                self._nursery.start(spec, self._answer())
            case StopChild(child_id):
                self._nursery.stop(child_id, self._answer())
            case Children():
                return snapshot(self.address).children
            case Snapshot():
                return snapshot(self.address)
            case _:
                return super().on_receive(message)
        self._conclude()
        return None

    def hear(self, news: Callable[[], None]) -> None:
        """Queue what happened to a child; on the loop."""
        self._news.append(news)
        if self._arrived is not None:
            self._arrived.set()
        elif len(self._news) == 1:
            self.address.tell(_NEWS)

    @property
    def nursery(self) -> Nursery:
        """Return the nursery of this incarnation; there is one from `on_start` on."""
        return self._nursery

    def call_later(self, delay_s: float, action: Callable[[], None]) -> None:
        """Queue an action for later, among the news."""

        async def wait() -> None:
            await asyncio.sleep(delay_s)
            self.hear(action)

        self.spawn(wait(), name="backoff")

    def _hear(self) -> None:
        while self._news:
            self._news.popleft()()

    async def _hear_until(self, is_done: Callable[[], bool]) -> None:
        """Deal with the news as it comes, where no handler can."""
        self._arrived = arrived = asyncio.Event()
        self._hear()
        while not is_done():
            await arrived.wait()
            arrived.clear()
            self._hear()
        self._arrived = None

    def _conclude(self) -> None:
        """End, if it is time to."""
        if not self._nursery.is_down:
            return
        if self._nursery.failure is not None:
            raise self._nursery.failure
        if self._nursery.is_finished:
            self.address.request_shutdown(GRACE_S)

    async def _take_children_along(self) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await self._nursery.kill_all()

    def _answer(self) -> Reply[Any] | None:
        try:
            return self.defer()
        except RuntimeError:  # it was told, not asked
            return None


class _Ears:
    """Hears of the children's lives for a supervisor."""

    logs_crashes = True

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def started(self, address: Address[Any], incarnation: int) -> None:
        """Pass it on."""
        supervisor = self._supervisor
        supervisor.hear(partial(supervisor.nursery.started, address, incarnation))

    def ended(self, down: Down) -> None:
        """Pass it on."""
        self._supervisor.hear(partial(self._supervisor.nursery.ended, down))

    def overdue(self, address: Address[Any], incarnation: int) -> None:
        """Pass it on."""
        supervisor = self._supervisor
        supervisor.hear(partial(supervisor.nursery.overdue, address, incarnation))

    def overloaded(self, address: Address[Any]) -> None:
        """Pass it on."""
        self._supervisor.hear(partial(self._supervisor.nursery.overloaded, address))


@asynccontextmanager
async def run_tree(
    spec: SupervisorSpec, *, name: str = "root", clock: Clock | None = None
) -> AsyncGenerator[Address[Any], None]:
    """Run a supervision tree for the length of a block; the value is the root's address.

    The tree has come up when the block begins and is gone when it has ended. A root that gives
    up cancels the block.

    Raises:
        StartFailed: the tree did not come up.
        RestartIntensityExceeded: the root gave up.
    """
    block = asyncio.current_task()
    assert block is not None, "run_tree runs in a task"
    root: Address[Any] = Address(name)
    keeper = _Keeper(block)
    launch(
        lambda: Supervisor(spec),
        root,
        overseer=keeper,
        clock=clock,
        start_timeout_s=spec.start_timeout_s,
    )
    try:
        await keeper.is_up.wait()
        keeper.check_start(name)
        keeper.is_guarding = True
        yield root
    except asyncio.CancelledError:
        keeper.raise_failure()
        raise
    finally:
        keeper.is_guarding = False
        await root.shutdown(deadline_s=time_to_stop_s(root, spec.shutdown_s))
    keeper.raise_failure()


class _Keeper:
    """The root's overseer: cancels the block if the root fails."""

    logs_crashes = True  # by raising them

    def __init__(self, block: asyncio.Task[Any]) -> None:
        self._block = block
        self._reason: ExitReason | None = None
        self._has_cancelled = False
        self.is_up = asyncio.Event()
        self.is_guarding = False

    def started(self, address: Address[Any], incarnation: int) -> None:
        """Let the block begin."""
        self.is_up.set()

    def ended(self, down: Down) -> None:
        """Close the whole tree's addresses, and cancel the block if this is a failure."""
        retire(down.address)
        self._reason = down.reason
        self.is_up.set()
        if self.is_guarding and is_failure(down.reason.kind):
            self._has_cancelled = self._block.cancel()

    def overdue(self, address: Address[Any], incarnation: int) -> None:
        """Do nothing: a supervisor has no deadline for its handlers."""

    def overloaded(self, address: Address[Any]) -> None:
        """Do nothing: whoever asked the root has been told."""

    def check_start(self, name: str) -> None:
        """Raise StartFailed if the root has ended before it was up."""
        if self._reason is not None:
            error = self._reason.error
            if isinstance(error, StartFailed):
                raise error
            raise StartFailed(f"{name} did not come up: {describe(self._reason)}") from error

    def raise_failure(self) -> None:
        """Raise what made the root fail, if it did."""
        if self._has_cancelled:
            self._has_cancelled = False
            self._block.uncancel()
        if self._reason is not None and is_failure(self._reason.kind):
            raise self._reason.error or ActorDeadError(f"the root was {describe(self._reason)}")
