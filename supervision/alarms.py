"""Messages that an actor tells itself later."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Any

from supervision.address import Address


class Alarms:
    """Timers by key; each tells its message once."""

    __slots__ = ("_address", "_loop", "_timers")

    def __init__(self, loop: asyncio.AbstractEventLoop, address: Address[Any]) -> None:
        self._loop = loop
        self._address = address
        self._timers: dict[Hashable, asyncio.TimerHandle] = {}

    def set(self, delay_s: float, message: object, key: Hashable) -> None:
        """Tell the message later, instead of the one that waits under this key."""
        self.clear(key)
        self._timers[key] = self._loop.call_later(delay_s, self._ring, message, key)

    def clear(self, key: Hashable) -> None:
        """Withdraw the message that waits under the key, if any."""
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    def clear_all(self) -> None:
        """Withdraw all."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _ring(self, message: object, key: Hashable) -> None:
        del self._timers[key]
        self._address.tell(message)
