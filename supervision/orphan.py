"""The overseer of an actor that nobody supervises: its address ends with it."""

from __future__ import annotations

from typing import Any

import structlog

from supervision.address import Address, Down

log = structlog.get_logger(__name__)


class Orphan:
    """Closes the address at the end; there is nobody to restart, kill or spare the actor."""

    __slots__ = ()

    logs_crashes = False

    def started(self, address: Address[Any], incarnation: int) -> None:
        """Do nothing."""

    def ended(self, down: Down) -> None:
        """Let whoever still waits for the actor know that nothing will come."""
        down.address.close()

    def overdue(self, address: Address[Any], incarnation: int) -> None:
        """Log the handler that does not come to an end."""
        log.warning("handler runs long", actor=address.name, incarnation=incarnation)

    def overloaded(self, address: Address[Any]) -> None:
        """Log the receiver that does not keep up."""
        log.warning("actor overloaded", actor=address.name)
