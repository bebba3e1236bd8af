"""Telemetry: hands every public event to whoever subscribed, each in an actor of its own."""

import itertools
from collections.abc import Callable
from typing import Any

from actors.reports import Report
from actors.user_code import confined
from runtime.outsider import outsider
from supervision.actor import Actor
from supervision.address import Address
from supervision.mail import MailboxLimits
from supervision.supervisor import StartChild

START_WITHIN_S = 5.0


class Subscriber(Actor):
    """Calls one callback with each report; if it raises, this actor alone falls."""

    def __init__(self, callback: Callable[[Report], None]) -> None:
        """Keep the callback."""
        super().__init__()
        self._callback = callback

    def on_receive(self, message: Report) -> None:
        """Pass the report on."""
        with confined():
            self._callback(message)


class Telemetry:
    """The fan-out: knows the subscribers' addresses, owns nothing else."""

    def __init__(self, supervisor: Address[Any]) -> None:
        """Start subscribers under ``supervisor``."""
        self._supervisor = supervisor
        self._subscribers: list[Address[Any]] = []
        self._numbers = itertools.count(1)

    async def subscribe(self, callback: Callable[[Report], None]) -> None:
        """Call ``callback`` on the loop with each report from now on; it must not block."""
        address, start = self._subscriber(callback)
        await self._supervisor.ask(start, timeout_s=START_WITHIN_S)
        self._subscribers.append(address)

    def subscribe_early(self, callback: Callable[[Report], None]) -> None:
        """Do the same before the tree is up, or without waiting: mail waits at the address."""
        address, start = self._subscriber(callback)
        self._supervisor.tell(start)
        self._subscribers.append(address)

    def _subscriber(self, callback: Callable[[Report], None]) -> tuple[Address[Any], StartChild]:
        name = f"subscriber-{next(self._numbers)}"
        address: Address[Any] = Address(name, limits=MailboxLimits(control=100_000))
        return address, StartChild(outsider(address, lambda: Subscriber(callback)))

    def publish(self, report: Report) -> None:
        """Tell every subscriber."""
        for subscriber in self._subscribers:
            subscriber.tell(report)
