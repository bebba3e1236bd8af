"""Start an incarnation of an actor at an address."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any

import structlog

from supervision.actor_base import ActorBase
from supervision.address import Address, Down
from supervision.birth import Birth, Overseer
from supervision.clock import Clock, LoopClock
from supervision.errors import ActorDeadError, StartFailed
from supervision.messages import Exit, ExitReason
from supervision.orphan import Orphan
from supervision.reply import LoopReply

log = structlog.get_logger(__name__)

START_TIMEOUT_S = 5.0


def launch(
    factory: Callable[[], ActorBase],
    address: Address[Any],
    *,
    overseer: Overseer,
    clock: Clock | None = None,
    start_timeout_s: float = START_TIMEOUT_S,
) -> None:
    """Start an incarnation on the running loop; every outcome is told to the overseer, later.

    The factory runs here and at once, in a clean context, so it must not block; `on_start` runs
    in the actor's own task or thread.

    Raises:
        RuntimeError: If an incarnation runs at the address already.
        ActorDeadError: If the address is closed.
    """
    loop = asyncio.get_running_loop()
    if address.is_running:
        raise RuntimeError(f"{address.name} runs already")
    if address.mailbox.is_closed:
        raise ActorDeadError(f"{address.name} is closed")
    birth = Birth(
        address=address,
        overseer=overseer,
        loop=loop,
        clock=clock or LoopClock(loop),
        start_timeout_s=start_timeout_s,
    )
    try:
        contextvars.Context().run(factory).incarnate(birth)
    except Exception as error:
        log.exception("actor could not be made", actor=address.name)
        loop.call_soon(_bury, birth, ExitReason(Exit.START_FAILED, error))


async def start(
    factory: Callable[[], ActorBase],
    *,
    address: Address[Any] | None = None,
    clock: Clock | None = None,
    start_timeout_s: float = START_TIMEOUT_S,
) -> Address[Any]:
    """Start an unsupervised actor and return its address once `on_start` is through.

    Raises:
        StartFailed: If the actor did not come up.
    """
    if address is None:
        address = Address(_name_of(factory))
    starter = _Starter(asyncio.get_running_loop())
    launch(factory, address, overseer=starter, clock=clock, start_timeout_s=start_timeout_s)
    try:
        await starter.outcome.wait()
    except asyncio.CancelledError:
        address.kill()
        raise
    return address


class _Starter(Orphan):
    """Waits for the first news of an actor; afterwards nobody looks after it."""

    __slots__ = ("outcome",)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.outcome: LoopReply[None] = LoopReply(loop)

    def started(self, address: Address[Any], incarnation: int) -> None:
        """Let `start` return."""
        self.outcome.set(None)

    def ended(self, down: Down) -> None:
        """Let `start` raise, if it has not returned long ago."""
        super().ended(down)
        failed = StartFailed(f"{down.address.name} did not start: {down.reason.kind.name}")
        failed.__cause__ = down.reason.error
        self.outcome.fail(failed)


def _bury(birth: Birth, reason: ExitReason) -> None:
    """Report an actor that could not even be made."""
    address = birth.address
    address.incarnation += 1
    address.end(reason)
    birth.overseer.ended(Down(address, None, reason, address.incarnation))


def _name_of(factory: Callable[[], ActorBase]) -> str:
    return factory.__name__ if isinstance(factory, type) else "actor"
