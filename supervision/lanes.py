"""Three bounded queues in strict priority, and the overflow rules of the message classes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from supervision.errors import MailboxFull
from supervision.mail import Counters, MailboxLimits, Newest, Pending, payload, reject
from supervision.messages import POLICIES, SLOW, Lane, Overflow, Policy

Queues = list[deque[Any] | None]
NOTHING = object()
NO_QUEUES: Queues = [None, None, None, None]  # shared, never written: idle mailboxes stay small


class Lanes:
    """Deques by lane with one consumer, all on one thread; the first message makes them."""

    __slots__ = (
        "bounds",
        "counters",
        "has_more_to_it",
        "mark",
        "mark_s",
        "newest",
        "queues",
        "senders",
        "taken_until_s",
        "waiter",
    )

    def __init__(self, limits: MailboxLimits) -> None:
        self.bounds = limits.by_lane()
        self.queues = NO_QUEUES
        self.waiter: Callable[[], object] | None = None
        """Called, once, when there is mail again; set by a consumer that waits for it."""
        self.senders: deque[Pending] | None = None
        self.newest: dict[type, Newest] | None = None
        self.counters: Counters | None = None
        self.mark: object = None
        self.mark_s = 0.0
        self.taken_until_s = 0.0
        self.has_more_to_it = False
        """Whether an item that is taken may be marked, replaceable, or awaited by senders."""

    def append(self, item: object, policy: Policy) -> bool:
        """Append an item, making room if its class may; say whether it was accepted."""
        slow = policy.index == SLOW
        if slow and self._replaces(item):
            return True
        queue = self._queue(policy.lane)
        if len(queue) >= self.bounds[policy.lane] and not self._drop_oldest(queue, policy.lane):
            if policy.overflow is not Overflow.DROP_OLDEST:
                return False
            self._drop(item)
            return True
        queue.append(self._hold_newest(item) if slow else item)
        self.wake()
        return True

    def append_or_wait(self, pending: Pending) -> None:
        """Append the message of a send, now or as soon as there is room for it."""
        if not self.senders and self.append(pending.message, pending.policy):
            pending.set(None)
            return
        if self.senders is None:
            self.senders = deque()
        self.senders.append(pending)
        self.has_more_to_it = True

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to take."""
        queues = self.queues
        return not (queues[0] or queues[1] or queues[2])

    def take(self) -> Any:
        """Remove and return the most urgent item, or NOTHING."""
        queues = self.queues
        queue = queues[0] or queues[1] or queues[2]
        return self.taken(queue.popleft()) if queue else NOTHING

    def taken(self, item: Any) -> Any:
        """See to what hangs on an item that leaves its lane, and return what it holds."""
        if item is self.mark:
            self.taken_until_s, self.mark = self.mark_s, None
        if type(item) is Newest:
            item = self.unwrap(item)
        if self.senders:
            self.admit()
        self.has_more_to_it = self.mark is not None or bool(self.newest or self.senders)
        return item

    def note_time(self, now_s: float) -> None:
        """Mark the last item in line, so that its taking tells how old mail can be at most.

        When it is taken, whatever was there at this time has been taken: lanes are served in
        order of priority and each of them in order. No message needs a time stamp of its own.
        """
        if self.mark is None:
            queues = self.queues
            queue = queues[2] or queues[1] or queues[0]
            if queue:
                self.mark, self.mark_s = queue[-1], now_s
                self.has_more_to_it = True
            else:
                self.taken_until_s = now_s

    def unwrap(self, held: Newest) -> object:
        """Take a message that from now on no newer one can replace."""
        if self.newest:
            del self.newest[type(payload(held))]
        return held.item

    def admit(self) -> None:
        """Let waiting sends in, in their order, as far as there is room."""
        waiting = self.senders
        if waiting is None:
            return
        for _ in range(len(waiting)):
            pending = waiting.popleft()
            if pending.done():
                continue
            if self.append(pending.message, pending.policy):
                pending.set(None)
            else:
                waiting.append(pending)

    def clear(self, lane: Lane, error: Exception) -> int:
        """Empty a lane, fail its asks with the error, and return how much was in it."""
        queue = self.queues[lane]
        if not queue:
            return 0
        items = [self.unwrap(item) if type(item) is Newest else item for item in queue]
        queue.clear()
        self.mark = None
        for item in items:
            reject(item, error)
        return len(items)

    def wake(self) -> None:
        """Wake the consumer if it waits."""
        waiter = self.waiter
        if waiter is not None:
            self.waiter = None
            waiter()

    def count(self) -> Counters:
        """Return the counters, made at the first thing worth counting."""
        if self.counters is None:
            self.counters = Counters()
        return self.counters

    def _queue(self, lane: Lane) -> deque[Any]:
        queue = self.queues[lane]
        if queue is None:
            queue = deque[Any]()
            queues: Queues = [*self.queues]
            queues[lane] = queue
            self.queues = queues
        return queue

    def _drop_oldest(self, queue: deque[Any], lane: Lane) -> bool:
        # Only MEDIA mixes classes that may and may not be dropped; elsewhere the head decides,
        # so that a flooded CONTROL lane is not searched by every sender that it refuses.
        candidates: Iterable[tuple[int, Any]] = enumerate(queue)
        if lane is not Lane.MEDIA:
            candidates = [(0, queue[0])]
        for index, item in candidates:
            if POLICIES[type(payload(item))].overflow is Overflow.DROP_OLDEST:
                del queue[index]
                self._drop(item)
                return True
        return False

    def _drop(self, item: object) -> None:
        self.count().dropped += 1
        if item is self.mark:
            self.mark = None
        reject(item, MailboxFull(f"{type(payload(item)).__name__} gave way to newer mail"))

    def _replaces(self, item: object) -> bool:
        held = self.newest.get(type(payload(item))) if self.newest else None
        if held is None:
            return False
        self._drop(held.item)
        held.item = item
        return True

    def _hold_newest(self, item: object) -> Newest:
        if self.newest is None:
            self.newest = {}
        held = self.newest[type(payload(item))] = Newest(item)
        self.has_more_to_it = True
        return held
