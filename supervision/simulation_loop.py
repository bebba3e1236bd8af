"""A virtual-time loop on which chance decides which of the actors with mail runs next.

On any other loop whoever got mail first runs first, and goes on while there is mail. Here each
actor handles one message a turn, and turns are dealt in an order that the seed gives: the same
seed, the same order. asyncio's own callbacks keep theirs. A watcher may kill an actor at any
message, or raise in its place; and timers may be late, as on a machine that has more to do.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeAlias

from supervision.address import Address
from supervision.turn import Turn
from supervision.virtual_time import VirtualTimeLoop

MOST_ROUNDS = 1_000
"""Looks for I/O at one instant, each with many rounds of callbacks before it."""
DEALS = 8
"""So many follow one another at most: about what a frame needs, and what spins is soon found."""
HELD_BACK = 0.2
"""How likely an actor that could run has to wait for the next deal."""

Receive: TypeAlias = Callable[[Any], Any]
Watch: TypeAlias = Callable[[Address[Any], Receive], Receive]
"""Given an actor's address and handler, returns the handler that runs in its place."""


class SimulationLoop(VirtualTimeLoop):
    """A virtual-time loop with seeded turns.

    Args:
        chance: decides; used for nothing else while the loop runs.
        watch: may put another handler in an actor's place; called once for each incarnation.
        late_ns: by how much the next wait takes longer than asked for.
        patience_s: as for `VirtualTimeLoop`.
    """

    def __init__(
        self,
        chance: random.Random,
        *,
        watch: Watch | None = None,
        late_ns: Callable[[], int] = int,
        patience_s: float = 60.0,
    ) -> None:
        super().__init__(patience_s=patience_s)
        self._chance = chance
        self._watch = watch
        self._waiting: list[Turn] = []
        self._will_deal = False
        self._dealing = asyncio.Handle(self._deal, (), self, Context())
        self.strain(late_ns, MOST_ROUNDS)

    def watched(self, address: Address[Any], receive: Receive) -> Receive:
        """Return the handler by which this incarnation handles its mail."""
        return receive if self._watch is None else self._watch(address, receive)

    def queue(self, turn: Turn) -> None:
        """Let an actor take part in the next deal."""
        self._waiting.append(turn)
        if not self._will_deal:
            self._will_deal = True
            self._ready.append(self._dealing)

    def _deal(self) -> None:
        """Deal until nobody waits, or something else is ready to run in between."""
        try:
            for _ in range(DEALS):
                drawn, self._waiting = self._waiting, []
                if len(drawn) > 1:
                    self._shuffle(drawn)
                for turn in drawn:
                    turn.context.run(turn.come)
                if self._ready or not self._waiting:
                    break
        finally:
            self._will_deal = bool(self._waiting)
            if self._will_deal:
                self._ready.append(self._dealing)

    def _shuffle(self, drawn: list[Turn]) -> None:
        """Put them into a drawn order; some have to wait for the next deal."""
        chance = self._chance.random
        drawn.sort(key=lambda _: chance())
        while len(drawn) > 1 and chance() < HELD_BACK:
            self._waiting.append(drawn.pop())
