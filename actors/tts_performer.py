"""The TTS performer: speaks pieces with one voice."""

from dataclasses import dataclass
from typing import assert_never

from actors.performer import Cancel, Finished, Performer, Result
from actors.ports import TextToSpeech
from actors.vendor import FailureKind, ProviderError, SpeechPcm, SpeechRequest


@dataclass(frozen=True, slots=True)
class Speak:
    """One piece for the performer."""

    attempt: int
    request: SpeechRequest


class TtsPerformer(Performer[TextToSpeech]):
    """Speaks one piece at a time with one voice."""

    def facts(self) -> object:
        """Tell the role the voice's sample rate."""
        return self.vendor.sample_rate_hz

    def on_receive(self, message: Speak | Cancel) -> None:
        """Begin or cancel a piece."""
        match message:
            case Speak(attempt, request):
                self.work(attempt, self._speak(attempt, request))
            case Cancel(attempt):
                self.cancel(attempt)
            case _:
                assert_never(message)

    async def _speak(self, attempt: int, request: SpeechRequest) -> None:
        sounded = False
        async for chunk in self.vendor.synthesize(request):
            sounded = sounded or isinstance(chunk, SpeechPcm)
            self.role.tell(Result(attempt, chunk))
        if not sounded:
            raise ProviderError(f"no audio for {request.text!r}", kind=FailureKind.EMPTY)
        self.role.tell(Finished(attempt))
