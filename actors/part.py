"""The part: what an agent brings to a call, and what changes when another agent takes it over.

A call has one part on stage at a time; each output of the agent belongs to the part that began it,
so that a sentence is spoken to its end in the voice that began it.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, TypeAlias

from actors.conversation import ContextPolicy
from actors.hooks import CallHooks
from actors.joined_toolbox import JoinedToolbox
from actors.phrases import Phrases
from actors.ports import Toolbox
from actors.promptness import Promptness
from actors.tts_seam import BrokenSpeech
from actors.turn_taking import SpeculationConfig, SpeculationMode, TurnTakingConfig

KEPT_EPOCHS = 64
"""Whose output it is, is known of the last so many."""

Carried: TypeAlias = Literal["whole", "summary", "fresh"]
"""What an agent that takes over is shown of what was said before: all of it, a summary, or nothing
but the caller's last turn."""


@dataclass(frozen=True, slots=True)
class Script:
    """What the agent is told and what it says by itself."""

    instructions: str
    apology: str
    toolbox: Toolbox
    pieces: Callable[[str], Iterable[str]]
    """Turns a whole text into speakable pieces."""
    context: ContextPolicy = field(default_factory=ContextPolicy)
    """How much of the conversation the model is shown."""
    phrases: Phrases = field(default_factory=Phrases)
    """What is said while vendors are gone."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """The user's code that a Session sets going, never runs itself."""

    on_enter: Callable[[], Awaitable[None]]
    on_exit: Callable[[], Awaitable[None]]
    on_wake_up: Callable[[], Awaitable[None]]


class ServedTools(Toolbox, Protocol):
    """The tools of another program, which may still be starting."""

    @property
    def is_starting(self) -> bool:
        """Whether it is not known yet which tools there are."""
        ...

    async def settled(self) -> None:
        """Wait until it has come up, or failed to."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One agent, as the Session plays it."""

    id: str
    """Its own in this call, also where one agent takes over twice."""
    name: str
    script: Script
    hooks: Hooks
    servers: tuple[ServedTools, ...] = ()
    """The tools of other programs."""
    in_flow: CallHooks = field(default_factory=CallHooks)
    """The user's code that changes what flows."""
    turn_taking: TurnTakingConfig
    language: str = "en"
    voice: str | None = None
    """The voice to speak with; None: as the provider is declared."""
    broken_speech: BrokenSpeech = "repeat"
    hedge_after_s: float | None = None
    """After how long without a word a second language model is asked as well; None: never."""
    promptness: Promptness = field(default_factory=Promptness)
    """By when first results should be there."""
    enters: bool = True
    """Whether its ``on_enter`` does something: else it begins by answering the caller."""

    @property
    def toolbox(self) -> Toolbox:
        """All that the model may call; an agent's own tool goes before another's of its name."""
        return JoinedToolbox(self.script.toolbox, *self.servers)

    @property
    def rules(self) -> TurnTakingConfig:
        """Who speaks when, while this part plays.

        What to answer is not known before a hook that may change the turn has returned.
        """
        if self.in_flow.user_turn_end is None:
            return self.turn_taking
        return replace(self.turn_taking, speculation=SpeculationConfig(mode=SpeculationMode.OFF))


@dataclass(frozen=True, slots=True)
class HandOver:
    """Let this part take over the call."""

    part: Part
    conversation: Carried = "whole"


@dataclass(frozen=True, slots=True)
class EndReply:
    """The call was handed over in this reply: say to its end what there is, and ask no more."""

    epoch: int


class OnStage:
    """Which part plays now, and in which epoch. The Session alone writes it, again after a crash.

    The stages read it where a sentence must sound as its own agent does.
    """

    def __init__(self, part: Part) -> None:
        """Begin with this part."""
        self.part = part
        self._by_epoch: dict[int, Part] = {}

    def plays(self, epoch: int, part: Part) -> None:
        """Note whose output this epoch is."""
        self._by_epoch[epoch] = part
        if len(self._by_epoch) > KEPT_EPOCHS:
            del self._by_epoch[next(iter(self._by_epoch))]

    def of(self, epoch: int) -> Part:
        """Return whose output this epoch is."""
        return self._by_epoch.get(epoch, self.part)
