"""Mail from threads that do not own a mailbox, until its owner takes it over."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import Any

from supervision.errors import MailboxFull
from supervision.mail import Counters, Pending, Verdict, reject
from supervision.messages import Lane, Overflow, Policy

SideItem = tuple[Any, Policy]


class SideQueue:
    """A locked queue that counts against the bounds of the mailbox it stands beside."""

    __slots__ = ("_closed", "_items", "_lock", "_signalled", "counters", "depths")

    def __init__(self) -> None:
        self._lock = Lock()
        self._items: deque[SideItem] = deque()
        self._signalled = False
        self._closed = False
        self.depths = [0, 0, 0]
        self.counters = Counters()

    def put(self, item: object, policy: Policy, *, depth: int, bound: int) -> tuple[Verdict, bool]:
        """Put a message and say what became of it, and whether the owner must be told.

        Args:
            item: What to put.
            policy: The policy of its message class.
            depth: How much the owner already has in that lane.
            bound: How much the lane may hold, both places together.
        """
        with self._lock:
            if self._closed:
                self.counters.dead_letters += 1
                return Verdict.DEAD, False
            if not isinstance(item, Pending):
                if not self._fits(policy, depth, bound):
                    self.counters.refused += 1
                    return Verdict.FULL, False
                self.depths[policy.lane] += 1
            self._items.append((item, policy))
            signal, self._signalled = not self._signalled, True
            return Verdict.ACCEPTED, signal

    def take_all(self) -> deque[SideItem]:
        """Hand everything over; the next put signals again."""
        with self._lock:
            items, self._items = self._items, deque()
            self.depths = [0, 0, 0]
            self._signalled = False
        return items

    def close(self) -> None:
        """Accept nothing from now on."""
        with self._lock:
            self._closed = True

    def _fits(self, policy: Policy, depth: int, bound: int) -> bool:
        waiting = self.depths[policy.lane]
        if waiting + depth < bound:
            return True
        if policy.lane is not Lane.MEDIA:
            return False
        # Only the owner can see what may give way in the lane: it decides when it takes over.
        return waiting < bound or self._drop_oldest()

    def _drop_oldest(self) -> bool:
        for index, (item, policy) in enumerate(self._items):
            if policy.overflow is Overflow.DROP_OLDEST and policy.lane is Lane.MEDIA:
                del self._items[index]
                self.depths[Lane.MEDIA] -= 1
                self.counters.dropped += 1
                reject(item, MailboxFull("gave way to newer mail"))
                return True
        return False
