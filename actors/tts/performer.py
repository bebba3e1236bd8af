"""The TTS performer: speaks pieces with one voice."""

from dataclasses import dataclass, replace
from typing import assert_never

from actors.audio import BYTES_PER_SAMPLE
from actors.ports import TextToSpeech
from actors.slots.performer import Cancel, Finished, Performer
from actors.slots.promise import promised
from actors.vendor import (
    FailureKind,
    ProviderError,
    SpeechChunk,
    SpeechPcm,
    SpeechRequest,
    SpeechTimings,
)


@dataclass(frozen=True, slots=True)
class Speak:
    """One piece for the performer."""

    attempt: int
    request: SpeechRequest


class TtsPerformer(Performer[TextToSpeech]):
    """Speaks one piece at a time with one voice."""

    port = TextToSpeech

    def facts(self) -> object:
        """Tell the role the voice's sample rate."""
        rate_hz = self.vendor.sample_rate_hz
        promised(rate_hz, int)
        return rate_hz

    def on_receive(self, message: Speak | Cancel) -> None:
        """Begin or cancel a piece."""
        match message:
            case Speak(attempt) if attempt <= self._attempt:  # a role that fell asks once more
                pass
            case Speak(attempt, request):
                self.work(attempt, lambda: self._speak(attempt, request))
            case Cancel(attempt):
                self.cancel(attempt)
            case _:
                assert_never(message)

    async def _speak(self, attempt: int, request: SpeechRequest) -> None:
        sounded, half = False, b""
        if self.hooks.tts is not None and not request.is_probe:
            request = replace(request, text=await self.hooked(self.hooks.tts, request.text))
        if not request.text.strip():  # the hook wants it left out
            self.role.tell(Finished(attempt))
            return
        async for chunk in self.vendor.synthesize(request):
            promised(chunk, SpeechPcm, SpeechTimings)
            if isinstance(chunk, SpeechPcm):
                promised(chunk.pcm, bytes)
                chunk, half = _whole(half + chunk.pcm)  # noqa: PLW2901 - it may end in mid-sample
            sounded = sounded or isinstance(chunk, SpeechPcm)
            self.give(attempt, chunk if request.is_probe else await self._coloured(chunk))
        if not sounded:
            raise ProviderError(f"no audio for {request.text!r}", kind=FailureKind.EMPTY)
        self.role.tell(Finished(attempt))

    async def _coloured(self, chunk: SpeechChunk) -> SpeechChunk:
        hook = self.hooks.tts_audio
        if hook is None or not isinstance(chunk, SpeechPcm):
            return chunk
        return SpeechPcm(await self.hooked(hook, chunk.pcm, self.vendor.sample_rate_hz))


def _whole(pcm: bytes) -> tuple[SpeechPcm, bytes]:
    """Return the whole samples, and the half one that the next part brings to its end."""
    end = len(pcm) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
    return SpeechPcm(pcm[:end]), pcm[end:]
