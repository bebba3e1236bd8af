"""A caller whose words really sound, for recognisers that are not simulated."""

import asyncio
from dataclasses import dataclass, field

from actors.audio import CALLER_RATE_HZ
from actors.ports import Provider, Services, TextToSpeech
from actors.resample import StreamResampler
from actors.vendor import SpeechPcm, SpeechRequest
from providers import EspeakTTS
from runtime.testing.caller import FRAME_S, SimulatedCaller


@dataclass(frozen=True, slots=True)
class SpokenCaller:
    """Speaks with a real voice."""

    line: SimulatedCaller
    services: Services
    voice: Provider[TextToSpeech] = field(default_factory=EspeakTTS)

    async def say(self, text: str, seconds: float | None) -> None:
        """Say it at the voice's own pace."""
        pcm = bytearray()
        async with self.voice.open(self.services) as voice:
            resampler = StreamResampler(voice.sample_rate_hz, CALLER_RATE_HZ)
            async for chunk in voice.synthesize(SpeechRequest(text)):
                if isinstance(chunk, SpeechPcm):
                    pcm += resampler.push(chunk.pcm)
            pcm += resampler.flush()
        self.line.speak(bytes(pcm))
        await asyncio.sleep(len(pcm) / 2 / CALLER_RATE_HZ + FRAME_S)
