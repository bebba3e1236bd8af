"""The declaration of an agent, checked: what one call needs to know about it.

A field with a wrong name or a wrong value is found here, before anything is started, and told in
one line that names the class and the field.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeVar, cast, get_args

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
from actors.promptness import Promptness
from actors.session.call_limits import CallLimits
from actors.text import TextFilter
from actors.tts_seam import BrokenSpeech
from actors.turn_taking.config import TurnTakingConfig
from runtime.agent import Agent
from runtime.agent_names import (
    FIELDS,
    SLOTS,
    check_names,
    is_provider,
    of_classes,
    place_of,
)
from runtime.catalogue import resolve
from runtime.errors import UserError
from runtime.hooks import hooks_of
from runtime.slot_fit import misfit
from runtime.tools import AgentToolbox, FunctionTool

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
    hot_stt: bool
    promptness: Promptness
    context: ContextPolicy
    limits: CallLimits
    in_flow: CallHooks
    """The user's code that changes what flows."""

    @property
    def is_empty(self) -> bool:
        """Whether it has neither parts nor tools nor hooks in what flows."""
        parts = (getattr(self, slot) for slot in SLOTS)
        return not (
            any(parts) or self.mcp_servers or self.toolbox.schemas or self.in_flow != CallHooks()
        )

    @classmethod
    def of(cls, agent: Agent, *, executor: Executor | None = None) -> "AgentConfig":
        """Read and check the declaration; sync tools will run in the executor.

        Raises:
            UserError: a field is unknown or has a value that it cannot have.
        """
        name = type(agent).__name__
        check_names(agent)
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
            hot_stt=_of_type(agent, "hot_stt", bool, "True or False"),
            promptness=_of_type(agent, "promptness", Promptness, "a Promptness"),
            context=_of_type(agent, "context", ContextPolicy, "a ContextPolicy"),
            limits=_of_type(agent, "limits", CallLimits, "CallLimits"),
            in_flow=hooks_of(agent, of_classes(agent), executor),
        )


# ---------------------------------------------------------------- values


def _check_hooks(agent: Agent) -> None:
    for hook in (agent.on_enter, agent.on_wake_up, agent.on_exit):
        if not inspect.iscoroutinefunction(hook):
            raise UserError(f"{place_of(agent, hook.__name__)} must be a method with 'async def'")


def _of_type(agent: Agent, field: str, kind: type[ValueT], described: str) -> ValueT:
    value: object = getattr(agent, field)
    if not isinstance(value, kind):
        raise UserError(f"{place_of(agent, field)} must be {described}, not {_kind(value)}")
    return value


def _hedge_after_s(agent: Agent) -> float | None:
    value = cast("object", agent.hedge_after_s)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        place = place_of(agent, "hedge_after_s")
        raise UserError(f"{place} must be a positive number of seconds or None, not {_kind(value)}")
    return float(value)


def _broken_speech(agent: Agent) -> BrokenSpeech:
    value = _of_type(agent, "broken_speech", str, "a text")
    if value not in get_args(BrokenSpeech):
        place = place_of(agent, "broken_speech")
        raise UserError(f'{place} must be "repeat" or "estimate", not {value!r}')
    return cast("BrokenSpeech", value)


def _text_filter(agent: Agent) -> Callable[[], TextFilter]:
    value: object = inspect.getattr_static(agent, "text_filter")
    if not callable(value):
        allowed = "a class or function without arguments that makes a text filter"
        raise UserError(f"{place_of(agent, 'text_filter')} must be {allowed}, not {_kind(value)}")
    return cast("Callable[[], TextFilter]", value)


def _providers(agent: Agent, slot: str) -> tuple[Provider[Any], ...]:
    return providers_of(place_of(agent, slot), slot, getattr(agent, slot))


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
    return _fitting(place, slot, value, "be a provider, a name of the catalogue or a list of these")


def _fitting(place: str, slot: str, value: object, allowed: str) -> Provider[Any]:
    if inspect.isclass(value):
        name = value.__name__
        raise UserError(f"{place} is the class {name}; write {name}(...)")
    if not is_provider(value):
        raise UserError(f"{place} must {allowed}, not {_kind(value)}")
    if problem := misfit(slot, value):
        raise UserError(f"{place}: {problem}")
    return value


def _servers(agent: Agent) -> tuple[Provider[ToolServer], ...]:
    place, declared = place_of(agent, "mcp_servers"), cast("object", agent.mcp_servers)
    if not isinstance(declared, list | tuple):
        raise UserError(f"{place} must be a list, not {_kind(declared)}")
    allowed = "hold servers such as McpStdio(command=...) or McpHttp(url=...)"
    members = cast("Sequence[object]", declared)
    servers = [_fitting(place, "mcp_servers", member, allowed) for member in members]
    names = [server.name for server in servers]
    for name in names:
        if names.count(name) > 1:
            raise UserError(
                f"{place}: two servers are called {name}; give each a name of its own: name=..."
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
    for name, value in of_classes(agent).items():
        if isinstance(value, FunctionTool) and name not in FIELDS:
            yield cast("FunctionTool[..., Any]", value.__get__(agent))
    extras: object = agent.tools
    if not isinstance(extras, list | tuple):
        raise UserError(
            f"{place_of(agent, 'tools')} must be a list of functions, not {_kind(extras)}"
        )
    for extra in cast("Sequence[object]", extras):
        yield _tool(agent, extra)


def _tool(agent: Agent, value: object) -> FunctionTool[..., Any]:
    if isinstance(value, FunctionTool):
        return cast("FunctionTool[..., Any]", value)
    if not inspect.isroutine(value):
        raise UserError(f"{place_of(agent, 'tools')} may hold functions only, not {_kind(value)}")
    return FunctionTool(value, value.__name__)


def _kind(value: object) -> str:
    return f"{value!r:.80} ({type(value).__name__})"
