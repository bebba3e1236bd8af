"""How an actor on a loop takes its mail: as it comes, or in turns that a simulation deals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from functools import partial
from typing import Any

from supervision.address import Address
from supervision.simulation_loop import SimulationLoop
from supervision.turn import Turn


def new_turn(
    home: asyncio.AbstractEventLoop,
    context: Context,
    address: Address[Any],
    receive: Callable[[Any], Any],
) -> Turn:
    """Return the turn of an incarnation on this loop."""
    turn = Turn(home, context, address.mailbox, receive)
    if isinstance(home, SimulationLoop):
        turn.ask, turn.batch = partial(home.queue, turn), 1
        turn.receive = home.watched(address, receive)
    return turn
