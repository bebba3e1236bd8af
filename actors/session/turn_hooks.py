"""The hooks at the turns of a call, each run in a temporary actor of its own beside the Session.

A *moment* only learns that something happened. A *gate* is waited for: the agent does not begin
before it is through. Waiting is a message, too: the Session goes on meanwhile, and the caller can
interrupt what has not begun.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from actors.call import Call
from actors.conversation import new_id
from actors.hook_runner import HookRunner
from actors.hooks import CallHooks, Hook
from actors.part import ServedTools
from actors.reports import Failure
from supervision.address import Address
from supervision.spec import ChildSpec, Restart
from supervision.supervisor import StartChild

SERVERS_START_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class GateOpened:
    """The hooks before this output are through; the caller's turn now reads ``text``."""

    epoch: int
    text: str


class TurnHooks:
    """Stateless: sets hooks going, and tells the Session what came of a gate."""

    def __init__(self, call: Call, now_ns: Callable[[], int]) -> None:
        """Use the hooks of ``call``."""
        self._call = call
        self._now_ns = now_ns

    @property
    def _hooks(self) -> CallHooks:
        return self._call.hooks

    def user_turn_started(self) -> None:
        """Tell that the caller begins to speak."""
        self._moment(self._hooks.user_turn_start)

    def agent_turn_ended(self, text: str) -> None:
        """Tell what the caller heard of an output that is over."""
        self._moment(self._hooks.agent_turn_end, text)

    def has_gate(self, *, is_turn: bool) -> bool:
        """Whether an output has to wait for a hook; ``is_turn``: it answers the caller."""
        ends_turn = is_turn and (self._hooks.user_turn_end is not None or self._starting() != [])
        return ends_turn or self._hooks.agent_turn_start is not None

    def pass_gate(self, epoch: int, text: str, *, is_turn: bool) -> None:
        """Run the hooks before an output; `GateOpened` follows, or `Down` if they were killed."""

        async def work() -> None:
            heard = text
            if is_turn:
                await self._servers_started()
            if is_turn and self._hooks.user_turn_end is not None:
                heard = await self._changed(self._hooks.user_turn_end, text)
            if self._hooks.agent_turn_start is not None:
                await self._run(self._hooks.agent_turn_start)
            self._call.addresses.session.tell(GateOpened(epoch, heard))

        self._start("before an output", work, key=("gate", epoch))

    def _starting(self) -> list[ServedTools]:
        return [server for server in self._call.on_stage.part.servers if server.is_starting]

    async def _servers_started(self) -> None:
        """Give servers that are just starting a moment, for what they can do may be the answer."""
        try:
            async with asyncio.timeout(SERVERS_START_S):
                for server in self._starting():
                    await server.settled()
        except TimeoutError:  # they join when they are there
            return

    def _moment(self, hook: Hook | None, *given: object) -> None:
        if hook is not None:
            self._start(hook.name, lambda: self._run(hook, *given))

    async def _changed(self, hook: Hook, text: str) -> str:
        result = await hook.change(text)
        if isinstance(result, Failure):
            self._report(result)
            return text
        return result

    async def _run(self, hook: Hook, *given: object) -> None:
        result = await hook.run(*given)
        if isinstance(result, Failure):
            self._report(result)

    def _report(self, failure: Failure) -> None:
        self._call.report(failure, at_ns=self._now_ns())

    def _start(
        self, name: str, work: Callable[[], Awaitable[None]], *, key: tuple[str, int] | None = None
    ) -> None:
        address: Address[object] = Address(f"hook {name}")
        if key is not None:
            address.monitor(self._call.addresses.session, key)
        spec = ChildSpec(
            id=new_id("hook"),
            start=lambda: HookRunner(work, timeout_s=None),
            restart=Restart.TEMPORARY,
            address=address,
        )
        self._call.addresses.tools.tell(StartChild(spec))
