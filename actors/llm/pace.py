"""How long a language model may take. Pure.

Something is owed from the moment of the request, and only while the caller will soon need it: as
long as there is speech that was not heard yet, a model may be silent.
"""

from dataclasses import dataclass, replace
from typing import Final

from actors.conversation import ToolCall
from actors.text.words import is_speakable
from actors.vendor import ChatEvent, ChatProgress, FailureKind, TextDelta

UNDERSTUDY_FIRST_S: Final = 1.0
"""What an understudy needs until its first words are heard, with a margin."""
CHARACTERS_PER_S: Final = 15.0
"""How fast a voice speaks."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a model may take for what."""

    progress_s: float
    """Until a first sign of work; that the connection lives is none."""
    first_s: float
    """Until something that can be spoken, or a whole tool call."""
    stall_s: float
    """Between two signs of work."""


PROMPT: Final = Patience(progress_s=2.5, first_s=5.0, stall_s=2.0)
THINKING: Final = Patience(progress_s=10.0, first_s=10.0, stall_s=10.0)
ALONE: Final = Patience(progress_s=10.0, first_s=10.0, stall_s=5.0)
"""With nobody to go on in its place, asking it again costs the caller more than waiting."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What one attempt has brought, and when; times are of one clock, in seconds."""

    asked_s: float
    is_alone: bool = False
    """Whether nobody could take its place."""
    is_thinking: bool = False
    last_s: float | None = None
    """When the last sign of work came."""
    has_answered: bool = False
    """Whether there was anything to speak, or a tool call."""

    def after(self, event: ChatEvent, now_s: float) -> "Pace":
        """Return the pace with this event."""
        match event:
            case ChatProgress(is_thinking):
                thinks = is_thinking or (self.is_thinking and not self.has_answered)
                return replace(self, last_s=now_s, is_thinking=thinks)
            case TextDelta(text):
                is_kept_back = not text  # by a hook: the model writes
                answered = self.has_answered or is_kept_back or is_speakable(text)
                return replace(self, last_s=now_s, is_thinking=False, has_answered=answered)
            case ToolCall():
                return replace(self, last_s=now_s, is_thinking=False, has_answered=True)
            case _:
                return replace(self, last_s=now_s)

    def is_sooner_due(self, before: "Pace") -> bool:
        """Whether it may count as failed sooner than it would have ``before`` the last event."""
        return self.due(covered_until_s=0)[0] < before.due(covered_until_s=0)[0]

    def due(self, *, covered_until_s: float) -> tuple[float, FailureKind]:
        """Return when it counts as failed, unless another event comes, and as what.

        Args:
            covered_until_s: Until when the caller has something to hear.
        """
        due_s, kind = self._due()
        return max(due_s, covered_until_s - UNDERSTUDY_FIRST_S), kind

    def _due(self) -> tuple[float, FailureKind]:
        patience = THINKING if self.is_thinking else ALONE if self.is_alone else PROMPT
        if self.last_s is None:
            return self.asked_s + patience.progress_s, FailureKind.LATE
        stalled_s = self.last_s + patience.stall_s
        first_s = self.asked_s + patience.first_s
        if self.has_answered or stalled_s < first_s:
            return stalled_s, FailureKind.STALL
        return first_s, FailureKind.LATE


def speech_s(text: str) -> float:
    """Return about how long it takes to say this."""
    return len(text) / CHARACTERS_PER_S
