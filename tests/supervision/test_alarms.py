"""Alarms on loops whose timers are not exact."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop

from supervision import Address
from supervision.alarms import Alarms

Run = Callable[[Coroutine[Any, Any, None]], None]


class Ringing(Alarms):
    """Counts how often a timer goes off, and waits for the message."""

    def __init__(self) -> None:
        loop, self.address = asyncio.get_running_loop(), Address[Any]("ringing")
        super().__init__(loop, self.address)
        self.address.mailbox.bind(loop)
        self.count = 0

    def _ring(self, key: object) -> None:
        self.count += 1
        super()._ring(key)

    async def heard(self) -> Any:
        told = asyncio.Event()
        self.address.mailbox.waiter = told.set
        await told.wait()
        return self.address.mailbox.take()


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run a coroutine on a real loop."""
    return request.param


def test_an_alarm_that_is_due_at_once_can_be_put_off(run: Run) -> None:
    async def main() -> None:
        alarms = Ringing()
        alarms.set(0.0, "first", "key")
        alarms.set(0.0, "second", "key")
        alarms.set(0.002, "third", "key")
        assert await alarms.heard() == "third"

    run(main())


def test_a_timer_that_goes_off_half_a_millisecond_early_is_not_set_again(run: Run) -> None:
    async def main() -> None:
        for part in range(10):
            alarms = Ringing()
            alarms.set(0.001 + part * 0.000_1, "now", "key")
            assert await alarms.heard() == "now"
            assert alarms.count == 1

    run(main())
