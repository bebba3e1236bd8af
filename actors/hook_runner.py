"""The hook runner: the temporary actor in which a piece of user code such as ``on_enter`` runs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from actors.call import AnyAddress, Call
from actors.conversation import new_id
from actors.reports import Failure
from actors.user_code import blame, confined
from supervision.actor import Actor
from supervision.address import Address
from supervision.messages import Exit, ExitReason
from supervision.spec import ChildSpec, Restart
from supervision.supervisor import StartChild


@dataclass(frozen=True, slots=True)
class Hook:
    """A piece of user code with its name and its deadline, if it has one."""

    name: str
    run: Callable[[], Awaitable[None]]
    timeout_s: float | None


class HookRunner(Actor):
    """Awaits one hook and ends.

    What the hook raises ends it as well, and its watcher learns why from `Down`.
    """

    def __init__(self, hook: Callable[[], Awaitable[None]], *, timeout_s: float | None) -> None:
        """Run ``hook``, for at most ``timeout_s`` if given."""
        super().__init__()
        self._hook = hook
        self._timeout_s = timeout_s

    def on_start(self) -> None:
        """Begin at once."""
        self.spawn(self._run(), name="hook")

    async def _run(self) -> None:
        try:
            with confined():
                async with asyncio.timeout(self._timeout_s):
                    await self._hook()
        except asyncio.CancelledError:  # by the hook itself: nothing else would end this actor
            self.stop()
            raise
        self.stop()


def run_hook(call: Call, watcher: AnyAddress, hook: Hook) -> None:
    """Run it in a child of its own; the watcher hears of its end under ``("hook", name)``."""
    address: AnyAddress = Address(hook.name)
    address.monitor(watcher, ("hook", hook.name))
    spec = ChildSpec(
        id=new_id(hook.name),
        start=lambda: HookRunner(hook.run, timeout_s=hook.timeout_s),
        restart=Restart.TEMPORARY,
        address=address,
    )
    call.addresses.tools.tell(StartChild(spec))


def failure_of(where: str, reason: ExitReason) -> Failure | None:
    """Return what there is to be told of how it ended, if it did not end well."""
    if reason.kind in {Exit.NORMAL, Exit.SHUTDOWN}:
        return None
    error = reason.error
    detail = blame(error) if error else reason.kind.name.lower()
    return Failure(where, "error", detail)
