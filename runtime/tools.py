"""Functions that a language model may call.

Whatever a tool returns becomes text for the model; whatever the model asks wrongly becomes a
`ToolError`, whose one line the model reads and can act on. A sync tool runs in the worker's
executor, because it may block.
"""

import asyncio
import contextvars
import functools
import inspect
import json
import re
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from types import MethodType
from typing import Any, Final, Generic, ParamSpec, TypeVar, cast, overload

from pydantic import ValidationError
from pydantic_core import to_json

from actors.tool_limits import ToolError, ToolLimits
from actors.vendor import ToolSchema
from runtime.agent import Agent, instantiate
from runtime.errors import UserError, complaints
from runtime.tool_schema import Signature, raw_signature, read_signature

NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

P = ParamSpec("P")
R = TypeVar("R")
FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


class FunctionTool(Generic[P, R]):
    """A function that a language model may call; called from Python, it is the function."""

    def __init__(
        self,
        function: Callable[P, R],
        name: str,
        limits: ToolLimits | None = None,
        schema: dict[str, Any] | None = None,
        told: list[Signature] | None = None,
    ) -> None:
        self.function = function
        self.name = name
        self.limits = limits or ToolLimits()
        self.schema = schema
        self._told: list[Signature] = [] if told is None else told
        self._told_of_methods: list[Signature] = []
        """What is told of it as a method, which lacks ``self``; shared by all that are bound."""
        self.__doc__ = function.__doc__
        self.__wrapped__ = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function."""
        return self.function(*args, **kwargs)

    def __get__(self, instance: object | None, owner: type | None = None) -> "FunctionTool[..., R]":
        """Return the method of an instance, or the tool itself if asked for on the class."""
        if instance is None:
            return self
        method = cast("Callable[..., R]", MethodType(self.function, instance))
        return FunctionTool(method, self.name, self.limits, self.schema, self._told_of_methods)

    @property
    def signature(self) -> Signature:
        """What the model is told of it; read once, not for each agent whose method it is.

        Raises:
            UserError: it cannot be told to a model.
        """
        if not self._told:
            self._told.append(
                read_signature(self.function, self.name)
                if self.schema is None
                else raw_signature(self.function, self.name, self.schema)
            )
        return self._told[0]


@overload
def function_tool(function: FunctionT, /) -> FunctionT: ...
@overload
def function_tool(
    *,
    name: str | None = None,
    timeout_s: float = 30.0,
    safe: bool = False,
    repeatable: bool = False,
    schema: dict[str, Any] | None = None,
) -> Callable[[FunctionT], FunctionT]: ...
def function_tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    timeout_s: float = 30.0,
    safe: bool = False,
    repeatable: bool = False,
    schema: dict[str, Any] | None = None,
) -> Any:
    """Make a function or method, sync or async, a tool of the agent.

    The language model sees its name, its docstring and its parameters with their types.

    Args:
        function: the function, where the decorator is used without parentheses.
        name: what the model calls it, where the function's own name will not do.
        timeout_s: after this the call goes on without it.
        safe: it only looks: it may run before the turn is certain, and be cut off.
        repeatable: a model that takes over in mid-reply may have it run once more with the same
            arguments; else it is given the first output.
        schema: JSON Schema of the arguments, in place of the signature's; they are passed on as
            the model gives them.

    Raises:
        ValueError: the deadline is not positive.
    """
    limits = ToolLimits(timeout_s=timeout_s, safe=safe, repeatable=repeatable)
    make = functools.partial(_make_tool, name=name, limits=limits, schema=schema)
    return make if function is None else make(function)


def _make_tool(
    function: Callable[..., Any],
    *,
    name: str | None,
    limits: ToolLimits,
    schema: dict[str, Any] | None,
) -> FunctionTool[..., Any]:
    return FunctionTool(function, name or function.__name__, limits, schema)


def as_tool(function: Callable[..., Any]) -> FunctionTool[..., Any]:
    """Return the function as a tool, which it may be already."""
    if isinstance(function, FunctionTool):
        return cast("FunctionTool[..., Any]", function)
    return FunctionTool(function, function.__name__)


class AgentToolbox:
    """The tools of one agent in one call; satisfies `actors.ports.Toolbox`.

    Args:
        tools: the tools, those that are methods bound to their agent.
        executor: runs the sync ones; the loop's own if None.
        hand_over: is given the agent that a tool returns, to take over the call.

    Raises:
        UserError: two tools have one name, or a name or a signature cannot be told to a model.
    """

    def __init__(
        self,
        tools: Iterable[FunctionTool[..., Any]] = (),
        *,
        executor: Executor | None = None,
        hand_over: Callable[[Agent], None] | None = None,
    ) -> None:
        self._hand_over = hand_over
        self._tools: dict[str, _Tool] = {}
        for tool in tools:
            if not NAME.fullmatch(tool.name):
                can = "1 to 64 of A-Z a-z 0-9 _ -, which every model takes"
                raise UserError(f"the tool {tool.name!r} needs a name of {can}: name=...")
            if tool.name in self._tools:
                raise UserError(f"two tools are called {tool.name}; rename one of them")
            self._tools[tool.name] = _Tool(tool, executor)

    @property
    def schemas(self) -> tuple[ToolSchema, ...]:
        """What the language model is told."""
        return tuple(tool.signature.schema for tool in self._tools.values())

    def limits(self, name: str) -> ToolLimits:
        """Return how the tool may be used; of an unknown one the defaults."""
        tool = self._tools.get(name)
        return ToolLimits() if tool is None else tool.limits

    async def call(self, name: str, arguments: str) -> str:
        """Run a tool with JSON arguments and return its output: a str as it is, else as JSON.

        Raises:
            ToolError: no such tool, or arguments that it cannot take. What the tool raises comes
                through as it is.
        """
        tool = self._tools.get(name)
        if tool is None:
            known = ", ".join(self._tools) or "none"
            raise ToolError(f"there is no tool {name}; the tools are: {known}")
        result = await tool.run(_read_object(name, arguments))
        successor, result = _read_successor(result)
        if successor is not None:
            self._pass_on(successor, tool)
        return result if isinstance(result, str) else to_json(result, fallback=str).decode()

    def _pass_on(self, successor: Agent, tool: "_Tool") -> None:
        name = tool.signature.schema.name
        if tool.limits.safe:
            raise ToolError(f"{name} is declared safe=True: it may look, not hand the call over")
        if self._hand_over is None:
            raise ToolError(f"{name} returned an agent, but there is no call to hand over")
        self._hand_over(successor)


def _read_successor(result: object) -> tuple[Agent | None, object]:
    """Tell whether a tool returned an agent or its class, alone or with what the model is told."""
    match result:
        case Agent():
            return result, f"{type(result).__name__} has taken over the call"
        case type() if issubclass(result, Agent):
            return _read_successor(instantiate(result))
        case (Agent() | type() as agent, str(text)):
            successor, _ = _read_successor(agent)
            return successor, (result if successor is None else text)
        case _:
            return None, result


class _Tool:
    """One tool, its signature, and the way it must be run."""

    def __init__(self, tool: FunctionTool[..., Any], executor: Executor | None) -> None:
        self._function = tool.function
        self._executor = executor
        self.limits = tool.limits
        self.signature = tool.signature

    async def run(self, given: dict[str, Any]) -> Any:
        try:
            arguments = self.signature.validate(given)
        except ValidationError as error:
            raise ToolError(f"{self.signature.schema.name}: {complaints(error)}") from error
        if inspect.iscoroutinefunction(inspect.unwrap(self._function)):
            return await self._function(**arguments)
        # The context goes along, so that what the tool logs bears its room.
        call = functools.partial(contextvars.copy_context().run, self._function, **arguments)
        result = await asyncio.get_running_loop().run_in_executor(self._executor, call)
        return await result if inspect.isawaitable(result) else result


def _read_object(name: str, arguments: str) -> dict[str, Any]:
    try:
        given = json.loads(arguments or "{}")
    except json.JSONDecodeError as error:
        raise ToolError(f"{name}: the arguments are not JSON: {error}") from error
    if not isinstance(given, dict):
        raise ToolError(f"{name}: the arguments must be a JSON object, not {arguments}")
    return cast("dict[str, Any]", given)
