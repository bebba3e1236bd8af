"""Hooks: methods of an agent that change what flows through its call.

``@hook("stt")`` on a method, or for the four at the turns a method of a certain name, such as
``on_user_turn_end``. A plain function runs in a thread, because it may block.
"""

import asyncio
import contextvars
import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import aclosing
from types import MethodType
from typing import Any, Final, Literal

from actors.hooks import DEADLINE_S, CallHooks, Hook
from runtime.errors import UserError

HookName = Literal[
    "stt",
    "llm",
    "tts",
    "tts_audio",
    "vision_frame",
    "user_turn_start",
    "user_turn_end",
    "agent_turn_start",
    "agent_turn_end",
]

PARAMETERS: Final[Mapping[HookName, int]] = {
    "stt": 2,
    "llm": 1,
    "tts": 1,
    "tts_audio": 2,
    "vision_frame": 1,
    "user_turn_start": 0,
    "user_turn_end": 1,
    "agent_turn_start": 0,
    "agent_turn_end": 1,
}
"""The hooks, and how many arguments each is given."""
METHODS: Final[Mapping[str, HookName]] = {
    "on_user_turn_start": "user_turn_start",
    "on_user_turn_end": "user_turn_end",
    "on_agent_turn_start": "agent_turn_start",
    "on_agent_turn_end": "agent_turn_end",
}
"""Methods that are hooks by their name alone."""


class HookMethod:
    """A method that is a hook; called from Python, it is the method."""

    def __init__(self, function: Callable[..., Any], name: HookName, deadline_s: float) -> None:
        self.function = function
        self.name: HookName = name
        self.deadline_s = deadline_s
        self.__doc__ = function.__doc__
        self.__wrapped__ = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the method."""
        return self.function(*args, **kwargs)

    def __get__(self, instance: object | None, owner: type | None = None) -> Callable[..., Any]:
        """Return the method of an instance, or the hook itself if asked for on the class."""
        return self if instance is None else MethodType(self.function, instance)


def hook(
    name: HookName, *, deadline_s: float = DEADLINE_S
) -> Callable[[Callable[..., Any]], HookMethod]:
    """Make a method of an agent a hook.

    Args:
        name: where it is called.
            ``stt(text, final)``: what the caller is heard to say.
            ``llm(texts)``: the model's text as it streams; an async generator.
            ``tts(text)``: a piece of text on its way to the voice.
            ``tts_audio(pcm, sample_rate_hz)``: what the voice gave; its length must stay.
            ``vision_frame(frames)``: pictures (`av.VideoFrame`) that are about to be shown to the
            model; an async generator. What it does not yield is not shown; if it fails, nothing is.
            ``user_turn_start()``, ``user_turn_end(text)``: the caller's turn; its text may change.
            ``agent_turn_start()``: before the agent speaks, which waits for it.
            ``agent_turn_end(text)``: what was heard of the agent.
            None leaves things as they are; an empty text drops them.
        deadline_s: after this the call goes on without it.

    Raises:
        ValueError: there is no such hook, or the deadline is not positive.
    """
    if name not in PARAMETERS:
        raise ValueError(f"there is no hook {name!r}; there are: {', '.join(PARAMETERS)}")
    if not deadline_s > 0:
        raise ValueError(f"hook {name}: deadline_s must be positive, not {deadline_s}")
    return lambda function: HookMethod(function, name, deadline_s)


def hooks_of(agent: object, members: Mapping[str, Any], executor: Executor | None) -> CallHooks:
    """Return the hooks of one agent in one call; ``members`` is what its classes define.

    Raises:
        UserError: two methods are one hook, or a method cannot be that hook.
    """
    found: dict[str, Hook] = {}
    for method_name, declared in _declared(agent, members):
        place = f"{type(agent).__name__}.{method_name}"
        if declared.name in found:
            raise UserError(f"{place}: the hook {declared.name} is there already; join the two")
        function = _checked(place, declared, declared.__get__(agent))
        if declared.name == "vision_frame":
            function = _collected(function)
        elif not _is_stream(declared.name):
            function = _awaitable(function, executor)
        found[declared.name] = Hook(declared.name, function, declared.deadline_s)
    return CallHooks(**found)


def _declared(agent: object, members: Mapping[str, Any]) -> Iterator[tuple[str, HookMethod]]:
    for name, value in members.items():
        if isinstance(value, HookMethod):
            yield name, value
        elif name in METHODS:
            if not inspect.isfunction(value):
                raise UserError(f"{type(agent).__name__}.{name} must be a method")
            yield name, HookMethod(value, METHODS[name], DEADLINE_S)


def _is_stream(name: str) -> bool:
    return name in {"llm", "vision_frame"}


def _checked(place: str, declared: HookMethod, function: Callable[..., Any]) -> Callable[..., Any]:
    count = PARAMETERS[declared.name]
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError as error:
        given = f"{count} argument{'' if count == 1 else 's'} besides self"
        raise UserError(f"{place}: the hook {declared.name} is given {given}; {error}") from error
    if inspect.isasyncgenfunction(function) is not _is_stream(declared.name):
        wanted = "an async generator" if _is_stream(declared.name) else "no generator"
        raise UserError(f"{place}: the hook {declared.name} must be {wanted}")
    return function


def _collected(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what gives a list to the generator function and takes a list of what it yields."""

    async def collect(items: list[Any]) -> list[Any]:
        async def each() -> AsyncGenerator[Any]:
            for item in items:
                yield item

        async with aclosing(function(each())) as given:
            return [_like(items[0], item) async for item in given]

    return collect


def _like(given: object, yielded: object) -> object:
    if not isinstance(yielded, type(given)):
        raise TypeError(f"it yielded {type(yielded).__name__}, not {type(given).__name__}")
    return yielded


def _awaitable(function: Callable[..., Any], executor: Executor | None) -> Callable[..., Any]:
    """Return what can be awaited: a plain function runs in a thread, in the caller's context."""
    if inspect.iscoroutinefunction(function):
        return function

    async def in_thread(*given: object) -> object:
        call = functools.partial(contextvars.copy_context().run, function, *given)
        return await asyncio.get_running_loop().run_in_executor(executor, call)

    return in_thread
