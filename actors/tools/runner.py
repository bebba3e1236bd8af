"""The tool runner: the temporary actor in which one tool call runs, apart from the call itself.

What the tool returns, says in a `ToolError`, or that its time was up, is told to the asker; what
else it raises is a bug and ends this actor, and the asker learns it from `Down`.
"""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

import structlog

from actors.call import AnyAddress
from actors.conversation import ToolCall
from actors.part import HandOver
from actors.ports import Toolbox
from actors.tool_limits import ToolError
from actors.user_code import confined
from supervision.actor import Actor

log = structlog.get_logger(__name__)

LETS_GO_WITHIN_S: Final = 0.5
"""So long a tool may take, once it is cancelled at its deadline, until it is left to itself."""


@dataclass(slots=True)
class ToolScope:
    """What the code of a tool does to its own reply."""

    epoch: int
    """The reply; `say` and `reply` called in its tool belong to it."""
    hand_over: HandOver | None = None
    """Who takes over the call once the tool has returned."""


tool_scope: ContextVar[ToolScope | None] = ContextVar("tool_scope", default=None)
"""Set where the code of a tool runs, in its threads as well."""


def reply_of_tool() -> int | None:
    """Return the epoch of the reply in whose tool the present code runs, if it does."""
    scope = tool_scope.get()
    return None if scope is None else scope.epoch


@dataclass(frozen=True, slots=True)
class ToolReturned:
    """The tool gave this output."""

    call_id: str
    output: str
    hand_over: HandOver | None = None


@dataclass(frozen=True, slots=True)
class ToolRefused:
    """The tool gave an error in words for the model, which is an output like another."""

    call_id: str
    error: str


@dataclass(frozen=True, slots=True)
class ToolHangs:
    """The tool has given nothing by its deadline: nobody waits for it any more."""

    call_id: str


@dataclass(frozen=True, slots=True)
class _Overdue:
    """By now it should have let go."""


class ToolRunner(Actor):
    """Runs one call within its deadline and ends."""

    def __init__(
        self,
        toolbox: Toolbox,
        tool_call: ToolCall,
        epoch: int,
        asker: AnyAddress,
        *,
        timeout_s: float,
    ) -> None:
        """Run ``tool_call`` of the reply ``epoch`` and tell ``asker`` what came of it."""
        super().__init__()
        self._toolbox = toolbox
        self._tool_call = tool_call
        self._epoch = epoch
        self._asker = asker
        self._timeout_s = timeout_s

    def on_start(self) -> None:
        """Begin at once."""
        self.spawn(self._run(), name=f"tool {self._tool_call.name}")
        self.after(self._timeout_s + LETS_GO_WITHIN_S, _Overdue())

    def on_receive(self, message: _Overdue) -> None:
        """Give up a tool that holds on to its cancellation."""
        self._asker.tell(self._hangs())
        self.stop()

    async def _run(self) -> None:
        self._asker.tell(await self._outcome())
        self.stop()

    async def _outcome(self) -> ToolReturned | ToolRefused | ToolHangs:
        tool, call_id = self._tool_call.name, self._tool_call.call_id
        scope = ToolScope(self._epoch)
        tool_scope.set(scope)
        deadline = asyncio.timeout(self._timeout_s)
        try:
            with confined():
                async with deadline:
                    output = await self._toolbox.call(tool, self._tool_call.arguments)
        except ToolError as error:
            return self._refused(str(error))
        except TimeoutError as error:  # of what it waited for, or of ours: no bug either
            own = f"{tool} timed out: {error}".removesuffix(": ")
            return self._hangs() if deadline.expired() else self._refused(own)
        return ToolReturned(call_id, output, scope.hand_over)

    def _refused(self, error: str) -> ToolRefused:
        log.warning("tool failed", tool=self._tool_call.name, error=error)
        return ToolRefused(self._tool_call.call_id, error)

    def _hangs(self) -> ToolHangs:
        late = f"no answer within {self._timeout_s:g} s"
        log.warning("tool failed", tool=self._tool_call.name, error=late)
        return ToolHangs(self._tool_call.call_id)
