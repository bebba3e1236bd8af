"""Providers that do what a script says, to the millisecond: for tests and examples.

What the script has come to, and what was asked of it, is not part of the declaration: it is kept in
a `Record` beside it, which outlives every opening. So "fails once, then works" can be said, and a
test can look at what the vendor was asked. The record is shared by all rooms that use the
declaration; give rooms declarations of their own where that matters.
"""

import asyncio
import contextlib
import copy
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from pydantic import ConfigDict, Field

from actors.vendor import ProviderError
from providers.config import ProviderConfig

EntryT = TypeVar("EntryT")
Afterwards = Literal["last", "loop", "silence"]
"""What follows the script's last entry: that one again, the first one, or nothing at all."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hang:
    """Do nothing for ever."""


@dataclass(frozen=True, slots=True)
class Deaf:
    """Do nothing for so long, then go on, whoever has cancelled it meanwhile."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Cut:
    """End the stream here, without its end mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Trouble before the result of number ``at`` of each stream, ``times`` times in all."""

    at: int = 0
    error: Exception = field(default_factory=lambda: ProviderError("a scripted fault"))
    hang: bool = False
    """Instead of raising, nothing more comes."""
    deaf_s: float | None = None
    """Instead of raising, nothing comes for so long; then it goes on, even if it was cancelled."""
    times: int = 1


@dataclass(slots=True)
class Record:
    """What a scripted vendor has been through, over all its openings.

    Declarations with the same script are equal, whatever has come of them: so are all records.
    """

    opened: int = field(default=0, compare=False)
    closed: int = field(default=0, compare=False)
    position: int = field(default=0, compare=False)
    """How many entries of the script are used up."""
    faults: int = field(default=0, compare=False)
    """How often its fault has happened."""
    requests: list[object] = field(default_factory=list[object], compare=False)
    """What it was asked for the caller to hear, oldest first."""
    probes: list[object] = field(default_factory=list[object], compare=False)
    """What it was asked besides, to show that it is well, or in advance."""
    frames: list[int] = field(default_factory=list[int], compare=False)
    """The first samples of the caller's frames that it was given, where it keeps them."""


class ScriptedProvider(ProviderConfig):
    """What all scripted providers have in common."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    opening: Fault | None = None
    """Trouble while it is opened: it raises, or hangs."""
    fault: Fault | None = None
    """Trouble in the midst of its work."""
    record: Record = Field(default_factory=Record, repr=False)

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[None]:
        """Keep the record of an opening, with the trouble that it may have."""
        self.record.opened += 1
        if self.opening is not None and self.record.opened <= self.opening.times:
            await happen(self.opening)
        try:
            yield
        finally:
            self.record.closed += 1

    def stream(self) -> "Stream":
        """Begin a stream of results."""
        return Stream(self.fault, self.record)


class Stream:
    """Counts the results of one stream and lets the fault happen in time."""

    def __init__(self, fault: Fault | None, record: Record) -> None:
        """Begin before the first result."""
        self._fault = fault
        self._record = record
        self._given = 0

    async def before_result(self) -> None:
        """Let happen what happens before the next result."""
        fault = self.due()
        if fault is not None:
            await happen(fault)

    def due(self) -> Fault | None:
        """Return the fault that happens before the next result, and count that result."""
        fault, self._given = self._fault, self._given + 1
        if fault is None or fault.at != self._given - 1 or self._record.faults >= fault.times:
            return None
        self._record.faults += 1
        return fault


async def happen(fault: Fault) -> None:
    """Raise, or hang until cancelled, or for a time."""
    if fault.deaf_s is not None:
        await deaf(fault.deaf_s)
        return
    if fault.hang:
        await hang()
    raise fresh(fault.error)


async def deaf(seconds: float) -> None:
    """Wait for so long, and do not listen to those who cancel."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    loop.call_later(seconds, over.set_result, None)
    while not over.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([over])


async def hang() -> None:
    """Wait for something that never comes."""
    await asyncio.Event().wait()


def fresh(error: Exception) -> Exception:
    """Return the error as if new: raised again and again it would collect tracebacks."""
    return copy.copy(error).with_traceback(None)


def next_entry(script: Sequence[EntryT], record: Record, afterwards: Afterwards) -> EntryT | None:
    """Use up the next entry; None when nothing follows."""
    position, record.position = record.position, record.position + 1
    if position < len(script):
        return script[position]
    if not script or afterwards == "silence":
        return None
    return script[position % len(script)] if afterwards == "loop" else script[-1]
