"""Changes of a running call's parts: tried first, then carried out together, or not at all."""

import asyncio
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from actors.call import Call
from actors.ports import Provider
from actors.slots.recasting import (
    AbandonRecast,
    CarryOutRecast,
    PrepareRecast,
    RecastFailed,
    StandBy,
    WhenUp,
)
from actors.slots.stage_manager import READY_WITHIN_S
from actors.wishes import ChangeLineup
from runtime.agent_config import providers_of
from runtime.agent_names import SLOTS
from runtime.errors import UserError
from runtime.slots import call_slot, understudies, with_last_resort
from supervision.address import Address
from supervision.errors import ActorDeadError, AskTimeout
from supervision.requests import StartChild, StopChild
from supervision.spec import ChildSpec

TRY_WITHIN_S = 2 * READY_WITHIN_S
CHANGE_WITHIN_S = 20.0
AGENT_SIDE = frozenset({"llm", "tts"})

Cast = Sequence[Provider[Any]]


@dataclass(slots=True)
class CallLineup:
    """What a call is made of, as far as it can change while it goes on."""

    call: Call
    tree: Address[Any]
    """The room's supervisor."""
    child: Callable[[str, Cast], ChildSpec]
    """Makes a slot with these providers."""
    casts: dict[str, Cast]
    """Who is declared for each slot now."""
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def change_component(self, parts: Mapping[str, object]) -> None:
        """Put others in the place of these parts.

        Raises:
            UserError: a part is not one of the call's, is wrongly declared, or did not come up; or
                the call is over.
        """
        self._check_that_it_goes_on()
        casts = {_slot(name): _cast(name, value) for name, value in parts.items()}
        for name, cast in casts.items():
            if not cast:
                raise UserError(
                    f"change_component: {name} is given no part; change_pipeline removes parts"
                )
            if name not in self.call.slots | self._stays_out:
                raise UserError(
                    f"change_component: the call has no {name} to be changed; "
                    "change_pipeline adds and removes parts"
                )
        async with self._changing:
            there = {name: cast for name, cast in casts.items() if name not in self._stays_out}
            await self._try(there)
            self._carry_out(there)
            self.casts.update(casts)

    async def change_pipeline(self, parts: Mapping[str, object]) -> None:
        """Let the call go on with exactly these parts.

        Raises:
            UserError: a part is wrongly declared, or did not come up; then nothing has changed. Or
                the call is over.
        """
        self._check_that_it_goes_on()
        casts = {_slot(name): _cast(name, value) for name, value in parts.items()}
        filled = frozenset(name for name, cast in casts.items() if cast) - self._stays_out
        async with self._changing, AsyncExitStack() as undo:
            stand_in = self.call.slots & self._stays_out
            before = self.call.slots - stand_in
            kept = {name: casts[name] for name in filled & before}
            for name in filled - before:
                undo.push_async_callback(self._remove, name)
                await self._add(name, casts[name])
            await self._try(kept)
            undo.pop_all()
            changes = filled ^ before
            order = ChangeLineup(filled | stand_in, cuts_agent=bool(changes & AGENT_SIDE))
            await self.call.addresses.session.ask(order, timeout_s=CHANGE_WITHIN_S)
            self._carry_out(kept)
            for name in before - filled:
                self.casts[name] = ()
                await self._remove(name)
            self.casts.update(casts)

    @property
    def _stays_out(self) -> frozenset[str]:
        """What a call in writing does without, whatever is declared: ears and voice."""
        slots = frozenset(map(call_slot, SLOTS))
        return slots - {"llm"} if self.call.is_in_writing else frozenset()

    def _check_that_it_goes_on(self) -> None:
        if not self.tree.is_running:
            raise UserError("the call is over: its parts can be changed no more")

    async def _add(self, name: str, cast: Cast) -> None:
        await self.tree.ask(StartChild(self.child(name, cast)), timeout_s=CHANGE_WITHIN_S)
        with _as_user_error(name):
            await self.call.addresses.of_slot(name).ask(WhenUp(), timeout_s=TRY_WITHIN_S)
        self._stand_by(name, cast)

    async def _remove(self, name: str) -> None:
        await self.tree.ask(StopChild(f"{name}-slot"), timeout_s=CHANGE_WITHIN_S)
        self.call.addresses.renew(name)

    async def _try(self, casts: Mapping[str, Cast]) -> None:
        orders = {
            name: PrepareRecast(understudies(name, cast, self.call)) for name, cast in casts.items()
        }
        asks = (
            self.call.addresses.of_slot(name).ask(order, timeout_s=TRY_WITHIN_S)
            for name, order in orders.items()
        )
        answers = await asyncio.gather(*asks, return_exceptions=True)
        for name, answer in zip(orders, answers, strict=True):
            if isinstance(answer, BaseException):
                for other in orders:
                    self.call.addresses.of_slot(other).tell(AbandonRecast())
                with _as_user_error(name):
                    raise answer

    def _carry_out(self, casts: Mapping[str, Cast]) -> None:
        for name, cast in casts.items():
            self.call.addresses.of_slot(name).tell(CarryOutRecast())
            self._stand_by(name, cast)
            self.casts[name] = cast

    def _stand_by(self, name: str, cast: Cast) -> None:
        """Have the last resort of a detector ready as well."""
        behind = with_last_resort(cast)[len(cast) :] if name == "vad" else ()
        if behind:
            entries = understudies(name, behind, self.call)
            self.call.addresses.of_slot(name).tell(StandBy(entries))


@contextmanager
def _as_user_error(name: str) -> Generator[None]:
    try:
        yield
    except (RecastFailed, AskTimeout, ActorDeadError) as error:
        raise UserError(f"{name}: the new part did not come up: {error}") from error


def _slot(name: str) -> str:
    if name not in SLOTS:
        raise UserError(f"{name} is no part of a pipeline; there are: {', '.join(SLOTS)}")
    return call_slot(name)


def _cast(name: str, value: object) -> Cast:
    return providers_of(name, name, value)
