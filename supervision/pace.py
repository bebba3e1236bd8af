"""How an actor on a loop takes its mail: as it comes, or in turns that a simulation deals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from supervision.address import Address
from supervision.lanes import Waiter
from supervision.simulation_loop import SimulationLoop

BATCH = 64
"""After so many messages an actor lets others run."""

Pace: TypeAlias = tuple[
    Callable[[Any], Any],
    Callable[[], Waiter],
    Callable[[], Awaitable[None]],
    int,
]
"""The handler, what to wait for without mail and before the next batch, and how long a batch is."""


def pace_of(
    home: asyncio.AbstractEventLoop, address: Address[Any], receive: Callable[[Any], Any]
) -> Pace:
    """Return the pace of an incarnation on this loop."""
    if isinstance(home, SimulationLoop):
        turn = home.new_turn()
        return home.watched(address, receive), lambda: turn, turn.ask, 1
    return receive, home.create_future, _to_the_back, BATCH


def _to_the_back() -> Awaitable[None]:
    return asyncio.sleep(0)
