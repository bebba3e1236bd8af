"""What user code wishes of the Session: to speak, to stop speaking, to end the call, to look in."""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import TypeAlias

from actors.conversation import Conversation, ImagePart, Summary
from actors.ports import Toolbox
from actors.utterance import Utterance
from supervision.messages import Request


@dataclass(frozen=True, slots=True)
class Recording:
    """Speech that was made elsewhere: s16le mono."""

    pcm: bytes
    sample_rate_hz: int

    def __post_init__(self) -> None:
        """Refuse a rate that is none."""
        _check_rate(self.sample_rate_hz)


@dataclass(frozen=True, slots=True)
class PcmStream:
    """Speech that is made elsewhere while it is heard: s16le mono, in parts of any length.

    It is read once, from when it has the floor. An async generator is closed when it is cut off:
    what it needs is best opened inside it, for one that never gets the floor is never begun.
    """

    chunks: AsyncIterable[bytes]
    sample_rate_hz: int

    def __post_init__(self) -> None:
        """Refuse a rate that is none."""
        _check_rate(self.sample_rate_hz)


MadeSpeech: TypeAlias = Recording | PcmStream


def _check_rate(sample_rate_hz: int) -> None:
    if sample_rate_hz <= 0:
        raise ValueError(f"sample_rate_hz must be positive, not {sample_rate_hz}")


@dataclass(frozen=True, slots=True)
class Say:
    """Speak this text, or play this audio of it, when the floor is free."""

    utterance: Utterance
    text: str
    audio: MadeSpeech | None = None
    interruptible: bool = True
    unless_user_spoke: bool = False
    within: int | None = None
    """The epoch in whose tool it was called."""
    part: str = ""
    """The id of the agent whose wish it is; empty: of whoever is on stage. So below."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Let the language model speak without a turn of the caller.

    ``instructions`` hold for this reply only.
    """

    utterance: Utterance
    instructions: str
    images: tuple[ImagePart, ...] = ()
    """Shown to the model for this reply only."""
    interruptible: bool = True
    within: int | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class StopSpeaking:
    """Cut the agent off; an uninterruptible output needs ``force``."""

    force: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """End the call."""

    reason: str


@dataclass(frozen=True, slots=True)
class UpdateInstructions:
    """Use these instructions from the next reply on."""

    instructions: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class UpdateTools:
    """Offer these tools from the next reply on."""

    toolbox: Toolbox
    part: str = ""


@dataclass(frozen=True, slots=True)
class ChangeLineup(Request[None]):
    """Go on with these vendor slots; answered once the turn machine and the stages know."""

    filled: frozenset[str]
    cuts_agent: bool
    """Whether what makes the agent's speech is not the same: what it is saying ends here."""


@dataclass(frozen=True, slots=True)
class SummaryWritten:
    """The model has summarised what lies long ago."""

    summary: Summary


@dataclass(frozen=True, slots=True)
class GetConversation(Request[Conversation]):
    """Answer with the conversation as it stands."""
