"""Messages that an actor tells itself later."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Any

from supervision.address import Address


class _Alarm:
    """A message, when it is due, and the timer that goes off by then, or before."""

    __slots__ = ("due_s", "message", "rings_s", "timer")

    def __init__(self, due_s: float, message: object, timer: asyncio.TimerHandle) -> None:
        self.due_s = self.rings_s = due_s
        self.message = message
        self.timer = timer


class Alarms:
    """Alarms by key; each tells its message once.

    Most are put off again and again and never ring. A timer that goes off too early for that is
    left as it is, and set once more when it does.
    """

    __slots__ = ("_address", "_alarms", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, address: Address[Any]) -> None:
        self._loop = loop
        self._address = address
        self._alarms: dict[Hashable, _Alarm] = {}

    def set(self, delay_s: float, message: object, key: Hashable) -> None:
        """Tell the message later, instead of the one that waits under this key."""
        due_s = self._loop.time() + delay_s
        alarm = self._alarms.get(key)
        if alarm is not None and alarm.rings_s <= due_s:
            alarm.due_s, alarm.message = due_s, message
            return
        if alarm is not None:
            alarm.timer.cancel()
        timer = self._loop.call_at(due_s, self._ring, key)
        self._alarms[key] = _Alarm(due_s, message, timer)

    def clear(self, key: Hashable) -> None:
        """Withdraw the message that waits under the key, if any."""
        alarm = self._alarms.pop(key, None)
        if alarm is not None:
            alarm.timer.cancel()

    def clear_all(self) -> None:
        """Withdraw all."""
        for alarm in self._alarms.values():
            alarm.timer.cancel()
        self._alarms.clear()

    def _ring(self, key: Hashable) -> None:
        alarm = self._alarms[key]
        if alarm.due_s > alarm.rings_s:  # put off, be it by a moment: whoever set it counts on that
            alarm.rings_s = alarm.due_s
            alarm.timer = self._loop.call_at(alarm.due_s, self._ring, key)
            return
        del self._alarms[key]
        self._address.tell(alarm.message)
