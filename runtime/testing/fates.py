"""How each stream of a simulated vendor goes, decided by the call's plan; and what has happened."""

import asyncio
import math
import random
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

from actors.vendor import ProviderError
from runtime.testing.plan import CallPlan
from runtime.testing.trouble import SIMULATED, Trouble, VendorFault

EventT = TypeVar("EventT")
LATE_S = 0.3
SLOWER_BY_S = 0.5


@dataclass(slots=True)
class Socket:
    """One opening of a vendor; half open, it takes everything and gives nothing."""

    half_open: bool = False


@dataclass(frozen=True, slots=True)
class Struck:
    """Something went wrong."""

    at_s: float
    where: str
    """The slot, the actor, or the clock."""
    kind: str


@dataclass(slots=True)
class Fates:
    """Counts the streams of each slot over all its performers, and deals out their fates."""

    plan: CallPlan
    struck: list[Struck] = field(default_factory=list[Struck])
    """What went wrong so far, in order."""
    _streams: Counter[str] = field(default_factory=Counter[str])

    def of_stream(self, slot: str, socket: Socket) -> "Fate":
        """Return the fate of the slot's next stream."""
        number = self._streams[slot]
        self._streams[slot] += 1
        faults = (fault for fault in self.plan.faults if isinstance(fault, VendorFault))
        due = (fault for fault in faults if (fault.slot, fault.stream) == (slot, number))
        chance = random.Random(f"{self.plan.seed} {slot} {number}")  # noqa: S311 - no secret
        return Fate(next(due, None), chance, self, socket)

    def note(self, where: str, kind: str) -> None:
        """Remember something that goes wrong now."""
        self.struck.append(Struck(asyncio.get_running_loop().time(), where, kind))


@dataclass(slots=True)
class Fate:
    """What happens to one stream."""

    fault: VendorFault | None
    chance: random.Random
    fates: Fates
    socket: Socket
    has_happened: bool = False

    def about(self, median_s: float) -> float:
        """Draw a latency around this median."""
        return self.chance.lognormvariate(0.0, self.fates.plan.latency.spread) * median_s

    def befall(self, events: AsyncGenerator[EventT]) -> AsyncGenerator[EventT]:
        """Pass the events on as this fate will have it."""
        if self.fault is None and not self.socket.half_open:
            return events
        return self._befall(events)

    async def _befall(self, events: AsyncGenerator[EventT]) -> AsyncGenerator[EventT]:
        if self.socket.half_open:
            await forever()
        given = 0
        async with aclosing(self._obstinate(events)) as source:
            async for event in source:
                if self._is_due(Trouble.NO_AUDIO, 0):
                    continue
                if self._is_due(Trouble.CLOSED, given):
                    return
                await self._before_result(given)
                given += 1
                yield event

    async def _before_result(self, given: int) -> None:
        if self._is_due(Trouble.SLOW, given):
            await asyncio.sleep(SLOWER_BY_S)
        elif self._is_due(Trouble.EXCEPTION, given):
            raise ProviderError(f"a {SIMULATED} failure")
        elif self._is_due(Trouble.HANG, given):
            await forever()
        elif self._is_due(Trouble.HALF_OPEN, given):
            self.socket.half_open = True
            await forever()

    async def _obstinate(self, events: AsyncGenerator[EventT]) -> AsyncGenerator[EventT]:
        """Give one more result after a cancellation, if that is the fate."""
        last: EventT | None = None
        async with aclosing(events):
            try:
                async for event in events:
                    last = event
                    yield event
            except asyncio.CancelledError:
                if last is None or not self._is_due(Trouble.LATE, math.inf):
                    raise
                await asyncio.sleep(LATE_S)
                yield last
                raise

    def _is_due(self, trouble: Trouble, given: float) -> bool:
        """Tell whether it happens before this result, and count it the first time."""
        fault = self.fault
        if fault is None or fault.trouble is not trouble:
            return False
        if given < fault.at and trouble is not Trouble.NO_AUDIO:
            return False
        if not self.has_happened:
            self.has_happened = True
            self.fates.note(fault.slot, trouble.value)
        return True


async def forever() -> None:
    """Wait for something that never comes."""
    await asyncio.Event().wait()
