"""The LLM performer: streams the answers of one model."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final, assert_never, get_args

from actors.chat_capabilities import ChatCapabilities
from actors.llm.delta_filter import DeltaFilter
from actors.ports import LanguageModel
from actors.slots.performer import Cancel, Finished, Performer
from actors.slots.promise import promised
from actors.vendor import (
    ChatDone,
    ChatEvent,
    ChatRequest,
    FailureKind,
    ProviderError,
    TextDelta,
)

EVENTS: Final[tuple[type[Any], ...]] = get_args(ChatEvent)


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to the performer."""

    attempt: int
    request: ChatRequest


class LlmPerformer(Performer[LanguageModel]):
    """Streams one answer at a time from one model."""

    port = LanguageModel

    def facts(self) -> ChatCapabilities:
        """Return what the model can do."""
        capabilities = self.vendor.capabilities
        promised(capabilities, ChatCapabilities)
        return capabilities

    def on_receive(self, message: Ask | Cancel) -> None:
        """Begin or cancel an answer."""
        match message:
            case Ask(attempt) if attempt == self._attempt:
                pass  # a role that fell while it asked has asked again
            case Ask(attempt, request):
                self.work(attempt, lambda: self._answer(attempt, request))
            case Cancel(attempt):
                self.cancel(attempt)
            case _:
                assert_never(message)

    async def _answer(self, attempt: int, request: ChatRequest) -> None:
        hook = self.hooks.llm
        if hook is None:
            await self._stream(attempt, request, lambda text: self._give(attempt, text))
        else:
            deltas = DeltaFilter(hook, lambda text: self._give(attempt, text), self.report)
            with closing(deltas):
                await self._stream(attempt, request, deltas.feed)
                await deltas.finish()
        self.role.tell(Finished(attempt))

    async def _stream(
        self, attempt: int, request: ChatRequest, take: Callable[[str], None]
    ) -> None:
        done = False
        async for event in self.vendor.chat(request):
            promised(event, *EVENTS)
            if isinstance(event, TextDelta):
                promised(event.text, str)
                take(event.text)
            else:
                done = done or isinstance(event, ChatDone)
                self.give(attempt, event)
        if not done:
            raise ProviderError("the answer ended without its end mark", kind=FailureKind.CLOSED)

    def _give(self, attempt: int, text: str) -> None:
        self.give(attempt, TextDelta(text))
