"""The performer: the actor that holds one open vendor and does its role's jobs.

It is a temporary child and knows no policy. Whatever its vendor raises ends it, and the role learns
the failure from the `Down` message; then the role, not a supervisor, decides who goes on and when
this one is started again.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from actors.call import AnyAddress, Call
from actors.hooks import CallHooks, GivenT, Hook
from actors.ports import Provider
from actors.reports import Failure
from supervision.actor import Actor

VendorT = TypeVar("VendorT")


@dataclass(frozen=True, slots=True)
class Ready:
    """The performer has opened its vendor.

    ``facts`` are what the role must know of it (rates, capabilities).
    """

    name: str
    facts: object


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop this attempt; its results are no longer wanted."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Result:
    """Something that the vendor gave for this attempt."""

    attempt: int
    value: object


@dataclass(frozen=True, slots=True)
class Finished:
    """The vendor's stream for this attempt has come to its proper end."""

    attempt: int


class Performer(Actor, Generic[VendorT]):
    """Opens one vendor, says `Ready`, and runs one job at a time.

    Dies with whatever the vendor raises.
    """

    def __init__(
        self, name: str, provider: Provider[VendorT], role: AnyAddress, call: Call
    ) -> None:
        """Keep the declaration; nothing is opened before the actor starts."""
        super().__init__()
        self.name = name
        self.role = role
        self._provider = provider
        self._call = call
        self._opened: VendorT | None = None
        self._job: asyncio.Task[None] | None = None
        self._attempt = -1

    @property
    def vendor(self) -> VendorT:
        """The open vendor.

        Raises RuntimeError while it is not open (the role sends no work before `Ready`).
        """
        if self._opened is None:
            raise RuntimeError(f"{self.name} was given work before it was ready")
        return self._opened

    def facts(self) -> object:
        """Return what the role must know of the open vendor."""
        return None

    def on_start(self) -> None:
        """Begin to open the vendor; `Ready` follows."""
        self._call.name_in_logs(f"{self.role.name}/{self.name}")
        self.spawn(self._keep_open(), name=f"{self.name} vendor")

    def work(self, attempt: int, job: Coroutine[Any, Any, None]) -> None:
        """Run the coroutine as this attempt's job, in place of any earlier one."""
        self.cancel(self._attempt)
        self._attempt = attempt
        self._job = self.spawn(job, name=f"{self.name} job {attempt}")

    def cancel(self, attempt: int) -> None:
        """Cancel the job of that attempt if it is the present one."""
        if self._job is not None and attempt == self._attempt:
            self._job.cancel()
            self._job = None

    async def hooked(self, hook: Hook, given: GivenT, *more: object) -> GivenT:
        """Return what the hook makes of it; what it fails of is told, and changes nothing."""
        result = await hook.change(given, *more)
        if isinstance(result, Failure):
            self.report(result)
            return given
        return result

    def report(self, failure: Failure) -> None:
        """Publish that something failed and was dealt with."""
        self._call.report(failure, at_ns=self.clock.now_ns())

    @property
    def hooks(self) -> CallHooks:
        """The hooks of this call."""
        return self._call.hooks

    async def _keep_open(self) -> None:
        async with self._provider.open(self._call.services) as vendor:
            self._opened = vendor
            self.role.tell(Ready(self.name, self.facts()))
            await asyncio.Event().wait()
