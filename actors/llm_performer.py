"""The LLM performer: streams the answers of one model."""

from dataclasses import dataclass
from typing import assert_never

from actors.performer import Cancel, Finished, Performer, Result
from actors.ports import LanguageModel
from actors.vendor import ChatDone, ChatRequest, FailureKind, ProviderError


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to the performer."""

    attempt: int
    request: ChatRequest


class LlmPerformer(Performer[LanguageModel]):
    """Streams one answer at a time from one model."""

    def on_receive(self, message: Ask | Cancel) -> None:
        """Begin or cancel an answer."""
        match message:
            case Ask(attempt, request):
                self.work(attempt, self._answer(attempt, request))
            case Cancel(attempt):
                self.cancel(attempt)
            case _:
                assert_never(message)

    async def _answer(self, attempt: int, request: ChatRequest) -> None:
        done = False
        async for event in self.vendor.chat(request):
            done = done or isinstance(event, ChatDone)
            self.role.tell(Result(attempt, event))
        if not done:
            raise ProviderError("the answer ended without its end mark", kind=FailureKind.CLOSED)
        self.role.tell(Finished(attempt))
