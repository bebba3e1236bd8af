"""A turn detector without a model: it looks at how the caller's sentence ends."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from actors.conversation import Message
from actors.ports import Services, TurnDetector
from actors.vendor import TurnScore, TurnText
from providers.config import ProviderConfig
from providers.turn_heuristics import UNKNOWN, judge, plain


class HeuristicTurnDetector(ProviderConfig):
    """Hears from the words whether more must follow; in English, else it does not know."""

    name: str = "heuristic"
    phrases: Sequence[str] = ()
    """Sentences of the agent's domain that are known to be whole."""

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[TurnDetector]:
        """Have it ready: there is nothing to load."""
        yield _Judge(frozenset(map(plain, self.phrases)))


class _Judge:
    """Keeps nothing between two texts."""

    def __init__(self, phrases: frozenset[str]) -> None:
        self._phrases = phrases

    @property
    def audio_s(self) -> float:
        return 0.0

    async def score(self, turn: TurnText) -> TurnScore:
        if not turn.language.lower().startswith("en"):
            return UNKNOWN
        said = [item for item in turn.before if isinstance(item, Message)]
        asked = said[-1].text if said and said[-1].role == "assistant" else ""
        return judge(turn.text, asked=asked, phrases=self._phrases)
