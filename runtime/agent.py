"""What a user declares: an agent is a class whose fields are its config.

An instance will do as well, or a factory. Nothing connects while it is declared. Each call gets an
instance of its own, so that two rooms never share a session.
"""

import copy
import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar, cast

from actors.conversation import ContextPolicy
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
from actors.text import SpeakableFilter, TextFilter
from actors.tts_seam import BrokenSpeech
from actors.turn_taking.config import TurnTakingConfig
from runtime.errors import UserError
from runtime.session_handle import SessionHandle

VendorT = TypeVar("VendorT")

Slot: TypeAlias = Provider[VendorT] | str | Sequence[Provider[VendorT] | str] | None
"""A provider, its name in the catalogue, or several: the first on stage, the rest understudies."""


class Agent:
    """Somebody who can be spoken with; subclass it and fill in the fields."""

    instructions: str = ""
    """What the language model is told about its part."""
    language: str = "en"
    """The language of the call (BCP 47)."""
    voice: str | None = None
    """The voice of the call, by the vendor's name for it; None: as the provider is declared."""
    broken_speech: BrokenSpeech = "repeat"
    """What is said after a voice that does not tell where its words lie broke off: the whole piece
    again ("repeat"), or what follows the word that it probably reached ("estimate")."""
    hedge_after_s: float | None = None
    """After how long without a word the understudy of the language model is asked as well, and
    whoever speaks first goes on: one reply in ten at most; None: never."""
    hot_stt: bool = False
    """Whether the understudy of the recogniser hears everything as well, at twice the price."""
    promptness: Promptness = Promptness()
    """By when first results should be there: who is late three turns in a row gives way to an
    understudy that is quicker."""
    denoise: Slot[Denoiser] = None
    """Takes noise out of the caller's audio."""
    vad: Slot[VoiceActivityDetector] = None
    """Tells when the caller speaks."""
    stt: Slot[SpeechToText] = None
    """Writes down what the caller says."""
    turn_detector: Slot[TurnDetector] = None
    """Judges whether the caller has finished."""
    llm: Slot[LanguageModel] = None
    """Finds the answer."""
    tts: Slot[TextToSpeech] = None
    """Speaks it."""
    turn_taking: TurnTakingConfig | None = None
    """Who speaks when; None is the library's default."""
    tools: Sequence[Callable[..., Any]] = ()
    """Functions that the language model may call, besides the methods marked `function_tool`."""

    mcp_servers: Sequence[Provider[ToolServer]] = ()
    """Other programs whose tools the language model may call (`providers.McpStdio`, `McpHttp`)."""

    text_filter: Callable[[], TextFilter] = SpeakableFilter
    """Makes what turns written text into speakable text, anew for each reply."""
    apology: str = "Sorry, something went wrong on my side. Could you say that again?"
    """What is said when a reply cannot be given."""
    phrases: Phrases = Phrases()
    """What is said while vendors are gone."""

    context: ContextPolicy = ContextPolicy()
    """How much of the conversation the model is shown."""
    limits: CallLimits = CallLimits()
    """When the call ends by itself."""

    session: SessionHandle
    """The call that this agent is in; there from `on_enter` on."""

    async def on_enter(self) -> None:
        """Do something when the call begins, such as greet; does nothing by itself."""

    async def on_wake_up(self) -> None:
        """Do something when nothing has happened for `TurnTakingConfig.wake_up_s`."""

    async def on_exit(self) -> None:
        """Do something when the call ends; does nothing by itself."""


AgentTarget: TypeAlias = type[Agent] | Agent | Callable[[], Agent]
"""An agent as it is declared: a class, an instance (copied for each call) or a factory."""


def instantiate(target: AgentTarget) -> Agent:
    """Return the agent of one call.

    Raises:
        UserError: the target is no agent, or needs arguments that a call cannot give.
    """
    if isinstance(target, Agent):
        return copy.copy(target)
    _check_target(target)
    made = cast("object", target())
    if not isinstance(made, Agent):
        raise UserError(f"{_name(target)} returned {_kind(made)}, not an agent")
    return made


def _check_target(target: object) -> None:
    if not callable(target):
        raise UserError(f"{_kind(target)} is not an agent: give a class derived from Agent")
    name = _name(target)
    if inspect.iscoroutinefunction(target):
        raise UserError(f"{name} is async: what makes an agent must be an ordinary function")
    if inspect.isclass(target) and not issubclass(target, Agent):
        raise UserError(f"the class {name} is not an agent: derive it from runtime.Agent")
    try:
        inspect.signature(target).bind()
    except TypeError as error:
        raise UserError(f"{name} cannot be called without arguments ({error})") from error


def _name(target: Callable[..., Any]) -> str:
    return str(getattr(target, "__qualname__", target))


def _kind(value: object) -> str:
    return f"{value!r} of type {type(value).__name__}"
