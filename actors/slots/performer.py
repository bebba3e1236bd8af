"""The performer: the actor that holds one open vendor and does its role's jobs.

It is a temporary child and knows no policy. Whatever its vendor raises ends it, and the role learns
the failure from the `Down` message; then the role, not a supervisor, decides who goes on and when
this one is started again. Two things do not end it: a request that the vendor refuses (the vendor
is well), and a connection that closes before it gave anything, which is opened once more.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from actors.call import AnyAddress, Call
from actors.health_board import health_key
from actors.hooks import CallHooks, GivenT, Hook
from actors.ports import Provider
from actors.reports import Failure
from actors.user_code import confined
from actors.vendor import FailureKind, ProviderError
from supervision.actor import Actor

VendorT = TypeVar("VendorT")

CONNECT_WITHIN_S = 5.0
ABSENT = object()


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


@dataclass(frozen=True, slots=True)
class Refused:
    """The vendor is well and does not take this request."""

    name: str
    attempt: int
    detail: str


class Performer(Actor, Generic[VendorT]):
    """Opens one vendor, says `Ready`, and runs one job at a time.

    Dies with whatever the vendor raises, but for what the module says.
    """

    port: ClassVar[type[Any]]
    """What the open vendor must be: a protocol of `actors.ports`."""
    may_reconnect: ClassVar[bool] = True
    """Whether a job of which nothing came may simply be begun again on a new connection."""

    def __init__(
        self, name: str, provider: Provider[VendorT], role: AnyAddress, call: Call
    ) -> None:
        """Keep the declaration; nothing is opened before the actor starts."""
        super().__init__()
        self.name = name
        self.role = role
        self._provider = provider
        self._call = call
        self._health_key = health_key(provider)
        self._opened: VendorT | None = None
        self._job: asyncio.Task[None] | None = None
        self._attempt = -1
        self._has_given = False
        self._hang_up = asyncio.Event()
        self._is_open = asyncio.Event()

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

    def work(self, attempt: int, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run the coroutine as this attempt's job, in place of any earlier one."""
        self.cancel(self._attempt)
        self._attempt = attempt
        self._has_given = False
        self._job = self.spawn(self._run(attempt, job), name=f"{self.name} job {attempt}")

    def cancel(self, attempt: int) -> None:
        """Cancel the job of that attempt if it is the present one."""
        if self._job is not None and attempt == self._attempt:
            self._job.cancel()
            self._job = None

    def give(self, attempt: int, value: object) -> None:
        """Hand the role a result of this attempt."""
        self._has_given = True
        self.role.tell(Result(attempt, value))

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

    async def _run(self, attempt: int, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            with confined():
                await self._connected(job)
            self._call.health.well(self._health_key)
        except ProviderError as error:
            if error.kind is not FailureKind.REJECTED:
                raise
            self.role.tell(Refused(self.name, attempt, str(error)))

    async def _connected(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await job()
        except ProviderError as error:
            if error.kind is not FailureKind.CLOSED or self._has_given or not self.may_reconnect:
                raise
            await self._reconnect()
            await job()

    async def _reconnect(self) -> None:
        self._opened = None
        self._is_open.clear()
        self._hang_up.set()
        async with asyncio.timeout(CONNECT_WITHIN_S):
            await self._is_open.wait()

    async def _keep_open(self) -> None:
        with confined():
            await self._open_again_and_again()

    async def _open_again_and_again(self) -> None:
        is_known = False
        while True:
            async with self._provider.open(self._call.services) as vendor:
                check_vendor(self.name, vendor, self.port)
                self._hang_up.clear()
                self._opened = vendor
                self._is_open.set()
                if not is_known:
                    self.role.tell(Ready(self.name, self.facts()))
                is_known = True
                await self._hang_up.wait()


def check_vendor(name: str, vendor: object, port: type[Any]) -> None:
    """Look whether an open vendor has what its port demands: it may have come into a wrong slot.

    Raises:
        ProviderError: it has not; asking it again is useless.
    """
    demanded = [member for member in vars(port) if not member.startswith("_")]
    missing = [member for member in demanded if getattr(vendor, member, ABSENT) is ABSENT]
    if missing:
        kind = re.sub(r"\B(?=[A-Z])", " ", port.__name__).lower()
        detail = f"{name} is no {kind}: it has no {' and no '.join(missing)}"
        raise ProviderError(detail, kind=FailureKind.MISCONFIGURED)
