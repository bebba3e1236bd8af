"""What an actor is given at birth, and what whoever started it hears of its life."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Protocol

from supervision.address import Address, Down
from supervision.clock import Clock


class Overseer(Protocol):
    """Who started an incarnation; called on the loop, and must neither block nor raise."""

    @property
    def logs_crashes(self) -> bool:
        """Tell whether it logs what it hears from `ended`, so that nobody else has to."""
        ...

    def started(self, address: Address[Any], incarnation: int) -> None:
        """Note that `on_start` is through."""
        ...

    def ended(self, down: Down) -> None:
        """Note the end: exactly one call for each launch, on every path."""
        ...

    def overdue(self, address: Address[Any], incarnation: int) -> None:
        """Note that a handler has run for `handler_deadline_s`, or for that long again."""
        ...

    def overloaded(self, address: Address[Any]) -> None:
        """Note that a told message found no room: once until the mailbox was empty again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """Where, by whom and with what time an incarnation is started."""

    address: Address[Any]
    overseer: Overseer
    loop: asyncio.AbstractEventLoop | None
    """The loop on which its life is administered; None for a thread actor in plain Pykka use."""
    clock: Clock
    start_timeout_s: float
