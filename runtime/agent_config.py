"""The declaration of an agent, checked: what one call needs to know about it.

A field with a wrong name or a wrong value is found here, before anything is started, and told in
one line that names the class and the field.
"""

import difflib
import inspect
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeGuard, TypeVar, cast, get_args

from actors.call_limits import CallLimits
from actors.conversation import ContextPolicy
from actors.hooks import CallHooks
from actors.phrases import Phrases
from actors.ports import (
    Denoiser,
    LanguageModel,
    Provider,
    SpeechToText,
    TextToSpeech,
    ToolServer,
    TurnDetector,
    VoiceActivityDetector,
)
from actors.text import TextFilter
from actors.tts_seam import BrokenSpeech
from actors.turn_taking.config import TurnTakingConfig
from runtime.agent import Agent
from runtime.catalogue import resolve
from runtime.errors import UserError
from runtime.hooks import METHODS as TURN_HOOKS
from runtime.hooks import hooks_of
from runtime.tools import AgentToolbox, FunctionTool

SLOTS = ("denoise", "vad", "stt", "turn_detector", "llm", "tts")
FIELDS = (
    *("instructions", "language", *SLOTS, "turn_taking", "tools"),
    *(
        "mcp_servers",
        "text_filter",
        "apology",
        "phrases",
        "voice",
        "broken_speech",
        "hedge_after_s",
    ),
    *("context", "limits"),
)
HOOKS = ("on_enter", "on_wake_up", "on_exit")
ALIKE = 0.75
"""Names at least this similar (difflib's ratio) are taken for a slip of the pen."""

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """One agent as its call needs it; an empty slot has no performer."""

    name: str
    instructions: str
    language: str
    denoise: tuple[Provider[Denoiser], ...]
    vad: tuple[Provider[VoiceActivityDetector], ...]
    stt: tuple[Provider[SpeechToText], ...]
    turn_detector: tuple[Provider[TurnDetector], ...]
    llm: tuple[Provider[LanguageModel], ...]
    tts: tuple[Provider[TextToSpeech], ...]
    turn_taking: TurnTakingConfig | None
    toolbox: AgentToolbox
    mcp_servers: tuple[Provider[ToolServer], ...]
    text_filter: Callable[[], TextFilter]
    apology: str
    phrases: Phrases
    voice: str | None
    broken_speech: BrokenSpeech
    hedge_after_s: float | None
    context: ContextPolicy
    limits: CallLimits
    in_flow: CallHooks
    """The user's code that changes what flows."""

    @classmethod
    def of(cls, agent: Agent, *, executor: Executor | None = None) -> "AgentConfig":
        """Read and check the declaration; sync tools will run in the executor.

        Raises:
            UserError: a field is unknown or has a value that it cannot have.
        """
        name = type(agent).__name__
        _check_names(agent)
        _check_hooks(agent)
        return cls(
            name=name,
            instructions=_of_type(agent, "instructions", str, "a text"),
            language=_of_type(agent, "language", str, "a text such as 'en'"),
            denoise=_providers(agent, "denoise"),
            vad=_providers(agent, "vad"),
            stt=_providers(agent, "stt"),
            turn_detector=_providers(agent, "turn_detector"),
            llm=_providers(agent, "llm"),
            tts=_providers(agent, "tts"),
            turn_taking=None
            if agent.turn_taking is None
            else _of_type(agent, "turn_taking", TurnTakingConfig, "a TurnTakingConfig"),
            toolbox=_toolbox(agent, executor),
            mcp_servers=_servers(agent),
            text_filter=_text_filter(agent),
            apology=_of_type(agent, "apology", str, "a text"),
            phrases=_of_type(agent, "phrases", Phrases, "Phrases"),
            voice=None
            if agent.voice is None
            else _of_type(agent, "voice", str, "the name of a voice"),
            broken_speech=_broken_speech(agent),
            hedge_after_s=_hedge_after_s(agent),
            context=_of_type(agent, "context", ContextPolicy, "a ContextPolicy"),
            limits=_of_type(agent, "limits", CallLimits, "CallLimits"),
            in_flow=hooks_of(agent, _of_classes(agent), executor),
        )


# ---------------------------------------------------------------- names


def declared_fields(agent: Agent) -> dict[str, Any]:
    """Return what the user has declared, in classes or on the agent itself."""
    return _of_classes(agent) | vars(agent)


def _of_classes(agent: Agent) -> dict[str, Any]:
    """Return what the user's classes define, without evaluating properties."""
    layers = [layer for layer in type(agent).__mro__ if layer not in Agent.__mro__]
    found: dict[str, Any] = {}
    for layer in reversed(layers):
        found.update(vars(layer))
    return found


def _check_names(agent: Agent) -> None:
    allowed = (*FIELDS, *HOOKS, *TURN_HOOKS)
    for name, value in declared_fields(agent).items():
        if name.startswith("_") or name in (*allowed, "session"):
            continue
        is_slip = _is_data(value) and difflib.get_close_matches(name, allowed, cutoff=ALIKE)
        if name.startswith("on_") or _is_provider(value) or is_slip:
            raise UserError(_unknown_field(agent, name, allowed))


def _is_data(value: object) -> bool:
    return not (callable(value) or isinstance(value, property | classmethod))


def _unknown_field(agent: Agent, name: str, allowed: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, allowed, n=1)
    meant = f"did you mean {close[0]}? " if close else ""
    return f"{_place(agent, name)}: no field of an agent; {meant}There are: {', '.join(allowed)}"


def _check_hooks(agent: Agent) -> None:
    for hook in (agent.on_enter, agent.on_wake_up, agent.on_exit):
        if not inspect.iscoroutinefunction(hook):
            raise UserError(f"{_place(agent, hook.__name__)} must be a method with 'async def'")


# ---------------------------------------------------------------- values


def _of_type(agent: Agent, field: str, kind: type[ValueT], described: str) -> ValueT:
    value: object = getattr(agent, field)
    if not isinstance(value, kind):
        raise UserError(f"{_place(agent, field)} must be {described}, not {_kind(value)}")
    return value


def _hedge_after_s(agent: Agent) -> float | None:
    if agent.hedge_after_s is None:
        return None
    value = _of_type(agent, "hedge_after_s", float, "a number of seconds such as 1.0, or None")
    if not value > 0:
        raise UserError(f"{_place(agent, 'hedge_after_s')} must be positive, not {value}")
    return value


def _broken_speech(agent: Agent) -> BrokenSpeech:
    value = _of_type(agent, "broken_speech", str, "a text")
    if value not in get_args(BrokenSpeech):
        place = _place(agent, "broken_speech")
        raise UserError(f'{place} must be "repeat" or "estimate", not {value!r}')
    return cast("BrokenSpeech", value)


def _text_filter(agent: Agent) -> Callable[[], TextFilter]:
    value: object = inspect.getattr_static(agent, "text_filter")
    if not callable(value):
        allowed = "a class or function without arguments that makes a text filter"
        raise UserError(f"{_place(agent, 'text_filter')} must be {allowed}, not {_kind(value)}")
    return cast("Callable[[], TextFilter]", value)


def _providers(agent: Agent, slot: str) -> tuple[Provider[Any], ...]:
    return providers_of(_place(agent, slot), slot, getattr(agent, slot))


def providers_of(place: str, slot: str, value: object) -> tuple[Provider[Any], ...]:
    """Return what a slot is declared with: a provider, a name of the catalogue, a list, or None.

    Raises:
        UserError: it is something else; the message begins with ``place``.
    """
    if value is None:
        return ()
    members = cast("Sequence[object]", value if isinstance(value, list | tuple) else [value])
    return tuple(_provider(place, slot, member) for member in members)


def _provider(place: str, slot: str, value: object) -> Provider[Any]:
    if isinstance(value, str):
        try:
            return resolve(slot, value)
        except UserError as error:
            raise UserError(f"{place}: {error}") from error
    if inspect.isclass(value):
        name = value.__name__
        raise UserError(f"{place} is the class {name}; write {name}(...)")
    if not _is_provider(value):
        allowed = "a provider, a name of the catalogue or a list of these"
        raise UserError(f"{place} must be {allowed}, not {_kind(value)}")
    return value


def _is_provider(value: object) -> TypeGuard[Provider[Any]]:
    """Tell whether a value of the user's looks like a provider; it need not inherit anything."""
    is_named = isinstance(getattr(value, "name", None), str)
    return is_named and callable(getattr(value, "open", None)) and not inspect.isclass(value)


def _servers(agent: Agent) -> tuple[Provider[ToolServer], ...]:
    declared: object = agent.mcp_servers
    if not isinstance(declared, list | tuple):
        raise UserError(f"{_place(agent, 'mcp_servers')} must be a list, not {_kind(declared)}")
    for server in cast("Sequence[object]", declared):
        if not _is_provider(server):
            allowed = "servers such as McpStdio(command=...) or McpHttp(url=...)"
            raise UserError(
                f"{_place(agent, 'mcp_servers')} may hold {allowed}, not {_kind(server)}"
            )
    servers = cast("Sequence[Provider[ToolServer]]", declared)
    names = [server.name for server in servers]
    for name in names:
        if names.count(name) > 1:
            raise UserError(
                f"{_place(agent, 'mcp_servers')}: two servers are called {name}; "
                "give each a name of its own: name=..."
            )
    return tuple(servers)


def _toolbox(agent: Agent, executor: Executor | None) -> AgentToolbox:
    tools = tuple(_tools(agent))

    def hand_over(successor: Agent) -> None:
        agent.session.hand_over(successor)

    try:
        return AgentToolbox(tools, executor=executor, hand_over=hand_over)
    except UserError as error:
        raise UserError(f"{type(agent).__name__}: {error}") from error


def _tools(agent: Agent) -> Iterator[FunctionTool[..., Any]]:
    for name, value in _of_classes(agent).items():
        if isinstance(value, FunctionTool) and name not in FIELDS:
            yield cast("FunctionTool[..., Any]", value.__get__(agent))
    extras: object = agent.tools
    if not isinstance(extras, list | tuple):
        raise UserError(
            f"{_place(agent, 'tools')} must be a list of functions, not {_kind(extras)}"
        )
    for extra in cast("Sequence[object]", extras):
        yield _tool(agent, extra)


def _tool(agent: Agent, value: object) -> FunctionTool[..., Any]:
    if isinstance(value, FunctionTool):
        return cast("FunctionTool[..., Any]", value)
    if not inspect.isroutine(value):
        raise UserError(f"{_place(agent, 'tools')} may hold functions only, not {_kind(value)}")
    return FunctionTool(value, value.__name__)


def _place(agent: Agent, field: str) -> str:
    return f"{type(agent).__name__}.{field}"


def _kind(value: object) -> str:
    return f"{value!r} ({type(value).__name__})"
