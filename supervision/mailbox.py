"""The mail of one address, from any thread, over all the incarnations that read it.

One thread owns a mailbox (the loop's, or a thread actor's own) and works without a lock. Mail
from any other thread waits in a side queue that counts against the same bounds, until the owner
takes it over; only two threads that put in the same instant can exceed a bound, by one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from threading import Lock, get_ident
from typing import Any

from supervision.errors import ActorDeadError, MailboxFull
from supervision.lanes import NOTHING, Lanes
from supervision.mail import (
    UNBOUNDED,
    Counters,
    MailboxLimits,
    MailboxStats,
    Pending,
    State,
    Verdict,
    reject,
)
from supervision.messages import Lane, Policy
from supervision.reply import Ask
from supervision.side_queue import SideQueue

NO_ROOM = (
    UNBOUNDED,
    0,
    0,
    0,
)  # bounds of a mailbox that is not open: every put takes the slow path
SEAL = object()  # put like mail, so that it stays behind what its sender has put before
_OPENING = Lock()


class Mailbox(Lanes):
    """Lanes that any thread may put into and that outlive their consumer."""

    __slots__ = (
        "late",
        "limits",
        "loop",
        "now",
        "on_overload",
        "overloaded",
        "owner",
        "side",
        "state",
        "suspect",
        "wake_thread",
    )

    def __init__(self, limits: MailboxLimits) -> None:
        super().__init__(limits)
        self.limits = limits
        self.state = State.OPEN
        self.owner = 0
        self.loop: asyncio.AbstractEventLoop | None = None
        self.wake_thread: Callable[[], None] | None = None
        self.now: Callable[[], float] | None = None
        self.side: SideQueue | None = None
        self.late: deque[tuple[Any, Policy]] | None = None
        self.on_overload: Callable[[], None] | None = None
        self.overloaded = False
        self.suspect: object = NOTHING

    def put(self, item: object, policy: Policy) -> Verdict:
        """Put a message, ask, send or Pykka envelope from any thread."""
        if get_ident() != self.owner:
            return self._put_aside(item, policy)
        queue = self.queues[policy.index]
        kind: type[Any] = type(item)
        if kind is Ask and queue is not None and len(queue) < self.bounds[policy.index]:
            queue.append(item)
            if self.waiter is not None:
                self.wake()
            return Verdict.ACCEPTED
        return self._put_here(item, policy)

    def put_again(self, item: object, policy: Policy) -> None:
        """Put on the owner's thread what was accepted earlier, and fail it if that is in vain."""
        match self._put_here(item, policy):
            case Verdict.ACCEPTED:
                pass
            case Verdict.FULL:
                if not reject(item, MailboxFull("the mailbox filled up before the message came")):
                    self.tell_overloaded()
            case Verdict.DEAD:
                reject(item, _stopped())

    def tell_overloaded(self) -> None:
        """Report an overload, once until the mailbox has been empty again."""
        if not self.overloaded and self.on_overload is not None:
            self.overloaded = True
            self.on_overload()

    def take_over(self) -> None:
        """Move mail from other threads into the lanes; on the owner's thread."""
        if self.side is not None:
            for item, policy in self.side.take_all():
                self.put_again(item, policy)

    @property
    def is_closed(self) -> bool:
        """Tell whether no mail is accepted any more."""
        return self.state is State.CLOSED

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Give the mailbox to the running loop's thread, or confirm that it has it.

        Raises:
            RuntimeError: If another loop that is still open owns it.
        """
        if self.loop is not loop and self.loop is not None and not self.loop.is_closed():
            raise RuntimeError("an address stays with the event loop that first ran it")
        self.loop = loop
        self.now = loop.time
        self.owner = get_ident()
        self.take_over()

    def bind_thread(self, wake_thread: Callable[[], None], now: Callable[[], float]) -> None:
        """Give the mailbox to the calling thread."""
        self.now = now
        self.wake_thread = wake_thread
        self.owner = get_ident()
        self.take_over()

    def release(self) -> None:
        """Leave the mailbox without an owner: mail of all threads waits aside."""
        self.owner = 0
        self.wake_thread = None

    def seal(self) -> None:
        """Let later mail wait behind a stop that is under way."""
        if self.state is State.OPEN:
            self.state = State.SEALED
            self.bounds = NO_ROOM
            self.wake()

    def unseal(self) -> None:
        """Open again after a stop: told mail stays, whoever asked too late hears of it."""
        if self.state is not State.SEALED:
            return
        self.state = State.OPEN
        self.bounds = self.limits.by_lane()
        late, self.late = self.late, None
        for item, policy in late or ():
            if not reject(item, _stopped()):
                self.put_again(item, policy)

    def close(self) -> None:
        """Refuse all mail from now on and fail whoever still awaits something."""
        self.unseal()
        self.take_over()
        self.state = State.CLOSED
        self.bounds = NO_ROOM
        (self.side or self._open_side()).close()
        self.take_over()
        for lane in Lane:
            self.count().dead_letters += self.clear(lane, _stopped())
        for pending in self.senders or ():
            pending.fail(_stopped())
        self.senders = None

    def purge(self, lane: Lane) -> None:
        """Drop a lane's mail, counted."""
        self.count().dropped += self.clear(lane, MailboxFull("purged by a shutdown"))

    def stats(self) -> MailboxStats:
        """Return what the mailbox holds and has lost so far."""
        here, aside = self.counters or Counters(), Counters()
        depths = [len(queue or ()) for queue in self.queues[: len(Lane)]]
        if self.side is not None:
            aside = self.side.counters
            depths = [own + more for own, more in zip(depths, self.side.depths, strict=True)]
        return MailboxStats(
            depth=sum(depths),
            oldest_age_s=self.now() - self.taken_until_s if self.now and sum(depths) else 0.0,
            depth_by_lane=(depths[0], depths[1], depths[2]),
            dropped=here.dropped + aside.dropped,
            refused=here.refused + aside.refused,
            expired=here.expired,
            set_aside=here.set_aside,
            dead_letters=here.dead_letters + aside.dead_letters,
        )

    def _put_here(self, item: object, policy: Policy) -> Verdict:
        if item is SEAL:
            self.seal()
            return Verdict.ACCEPTED
        if self.state is not State.OPEN:
            return self._put_late(item, policy)
        if isinstance(item, Pending):
            self.append_or_wait(item)
        elif not self.append(item, policy):
            self.count().refused += 1
            return Verdict.FULL
        return Verdict.ACCEPTED

    def _put_late(self, item: object, policy: Policy) -> Verdict:
        if self.state is State.CLOSED:
            self.count().dead_letters += 1
            return Verdict.DEAD
        if policy.lane is Lane.SYSTEM:
            self.append(item, policy)
            return Verdict.ACCEPTED
        if self.late is None:
            self.late = deque()
        if len(self.late) >= self.limits.control:
            self.count().refused += 1
            return Verdict.FULL
        self.late.append((item, policy))
        return Verdict.ACCEPTED

    def _put_aside(self, item: object, policy: Policy) -> Verdict:
        side = self.side or self._open_side()
        depth = len(self.queues[policy.lane] or ())
        bound = self.limits.by_lane()[policy.lane]
        verdict, signal = side.put(item, policy, depth=depth, bound=bound)
        if signal:
            self._signal()
        return verdict

    def _open_side(self) -> SideQueue:
        with _OPENING:
            if self.side is None:
                self.side = SideQueue()
            return self.side

    def _signal(self) -> None:
        if self.wake_thread is not None:
            self.wake_thread()
        elif self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.take_over)


def _stopped() -> ActorDeadError:
    return ActorDeadError("stopped before handling the message")
