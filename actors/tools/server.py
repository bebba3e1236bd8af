"""A tool server: another program whose tools the language model may call, held open by an actor.

Whatever ends the connection ends the actor, and its supervisor starts the next one after a rest.
Meanwhile its tools stay on offer, and a call of one is answered at once: it cannot be reached.
"""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, cast

from actors.call import AnyAddress, Call
from actors.ports import Provider, ToolServer
from actors.reports import ToolServerChanged
from actors.tool_limits import ToolError, ToolLimits
from actors.vendor import ServedTool, ToolSchema
from supervision.actor import Actor
from supervision.errors import ActorDeadError
from supervision.messages import Request
from supervision.reply import Reply

CONNECT_S: Final = 20.0
"""For the start of the server, the handshake and the list of its tools."""
PROBE_S: Final = 5.0
"""A server that let a call time out must answer something else within this, or it is replaced."""
CLOSE_S: Final = 6.0
SPARE_S: Final = 5.0
"""Beyond the tool's own deadline, which its runner keeps."""


@dataclass(slots=True)
class ServerHold:
    """What is known of the server, also while it is away."""

    tools: tuple[ServedTool, ...] = ()
    is_open: bool = False
    trouble: str = "it is still starting"
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once it has come up, or failed to, for the first time."""


@dataclass(frozen=True, slots=True)
class UseTool(Request[str]):
    """Run a tool and answer with its output."""

    name: str
    arguments: dict[str, Any] = field(repr=False)
    timeout_s: float


class ToolServerActor(Actor):
    """Owns one open server, and the calls that are under way there."""

    def __init__(self, provider: Provider[ToolServer], call: Call) -> None:
        """Keep the declaration; the server is opened by `on_start`."""
        super().__init__()
        self._provider = provider
        self._call = call
        self._server: ToolServer | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def _held(self) -> ServerHold:
        return cast("ServerHold", self.hold)

    def on_start(self) -> None:
        """Begin to open it; nobody waits for that."""
        self._call.name_in_logs(f"tool server {self._provider.name}")
        if self.hold is None:
            self.hold = ServerHold()
        self._serving = self.spawn(self._serve(), name=f"server {self._provider.name}")

    async def on_stop(self) -> None:
        """Let the server end."""
        await self._close()

    async def on_failure(
        self,
        exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Say why the server is away."""
        self._held.trouble = _in_words(exception_value)
        self._held.settled.set()
        self._report("lost", self._held.trouble)
        await self._close()

    async def _close(self) -> None:
        """Give a child process its time: it is asked, then told, then killed."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait({self._serving}, timeout=CLOSE_S)

    def on_receive(self, message: UseTool) -> None:
        """Run a tool beside the others."""
        reply: Reply[str] = self.defer()
        if self._server is None:
            reply.fail(ToolError(unreachable(self._provider.name, self._held.trouble)))
            return
        self.spawn(self._use(self._server, message, reply), name=f"tool {message.name}")

    async def _serve(self) -> None:
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(CONNECT_S):
                server = await stack.enter_async_context(self._provider.open(self._call.services))
                self._held.tools = await server.tools()
            stack.callback(self._away)
            self._server, self._held.is_open = server, True
            self._held.settled.set()
            self._report("ready", self._names())
            async for _ in server.changes():
                async with asyncio.timeout(PROBE_S):
                    self._held.tools = await server.tools()
                self._report("ready", self._names())

    def _away(self) -> None:
        self._server, self._held.is_open = None, False

    async def _use(self, server: ToolServer, order: UseTool, reply: Reply[str]) -> None:
        try:
            async with asyncio.timeout(order.timeout_s):
                reply.set(await server.call(order.name, order.arguments))
        except ToolError as error:
            reply.fail(error)
        except TimeoutError as error:
            reply.fail(error)
            async with asyncio.timeout(PROBE_S):  # it may be this tool, or the whole server
                await server.tools()

    def _names(self) -> str:
        return ", ".join(tool.schema.name for tool in self._held.tools)

    def _report(self, state: str, detail: str) -> None:
        changed = ToolServerChanged(self._provider.name, state, detail)
        self._call.report(changed, at_ns=self.clock.now_ns())


class ServedToolbox:
    """The tools of one server as the call sees them; satisfies `actors.ports.Toolbox`."""

    def __init__(self, name: str, address: AnyAddress) -> None:
        """Reach the server of that ``name`` at its actor's ``address``."""
        self._name = name
        self._address = address

    @property
    def _held(self) -> ServerHold:
        hold = self._address.hold
        return hold if isinstance(hold, ServerHold) else ServerHold()

    @property
    def is_starting(self) -> bool:
        """Whether it is not known yet which tools there are."""
        return not self._held.settled.is_set()

    async def settled(self) -> None:
        """Wait until it has come up, or failed to."""
        await self._held.settled.wait()

    @property
    def schemas(self) -> tuple[ToolSchema, ...]:
        """What the language model is told, as far as it is known by now."""
        return tuple(tool.schema for tool in self._held.tools)

    def limits(self, name: str) -> ToolLimits:
        """Return how the tool may be used; of an unknown one the defaults."""
        known = (tool.limits for tool in self._held.tools if tool.schema.name == name)
        return next(known, ToolLimits())

    async def call(self, name: str, arguments: str) -> str:
        """Let the server run a tool.

        Raises:
            ToolError: the tool failed, or the server is away or fell in the middle of it.
        """
        if not self._held.is_open:
            raise ToolError(unreachable(self._name, self._held.trouble))
        timeout_s = self.limits(name).timeout_s
        order = UseTool(name, _read(name, arguments), timeout_s)
        try:
            return await self._address.ask(order, timeout_s=timeout_s + SPARE_S)
        except ActorDeadError as error:
            raise ToolError(
                f"{name}: {self._name} broke down in the middle of it; unknown whether it was done"
            ) from error


def unreachable(name: str, trouble: str) -> str:
    """Return what the model is told of a server that is away."""
    return f"{name} cannot be reached at the moment: {trouble}"


def _in_words(error: BaseException | None) -> str:
    match error:
        case BaseExceptionGroup():
            return _in_words(error.exceptions[0])
        case TimeoutError():
            return "it does not answer"
        case _:
            return str(error) or type(error).__name__


def _read(name: str, arguments: str) -> dict[str, Any]:
    try:
        given = json.loads(arguments or "{}")
    except json.JSONDecodeError as error:
        raise ToolError(f"{name}: the arguments are not JSON: {error}") from error
    if not isinstance(given, dict):
        raise ToolError(f"{name}: the arguments must be a JSON object, not {arguments}")
    return cast("dict[str, Any]", given)
