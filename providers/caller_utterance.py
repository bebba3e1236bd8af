"""The caller's audio cut into utterances, for recognisers that take them one at a time. Pure.

An utterance begins a little before the VAD noticed it: the first sound of a word is soft. It ends
with the silence in which the VAD made sure, for the last sound is soft too.
"""

from collections import deque
from dataclasses import dataclass, field

from actors.audio import BYTES_PER_SAMPLE, CALLER_RATE_HZ
from actors.vendor import SttAudio


@dataclass(slots=True, kw_only=True)
class UtteranceCutter:
    """Keeps the open utterance, or else the last moments of silence."""

    lead_s: float
    longest_s: float
    _begins_at: int | None = None
    """Its first sample; None while nobody speaks."""
    _frames: deque[SttAudio] = field(default_factory=deque[SttAudio])
    _bytes: int = 0

    def hear(self, audio: SttAudio) -> bytes:
        """Take the next audio; return an utterance that has become too long to go on with."""
        self._frames.append(audio)
        self._bytes += len(audio.pcm)
        if self._begins_at is None:
            while self._bytes - len(self._frames[0].pcm) >= byte_count(self.lead_s):
                self._bytes -= len(self._frames.popleft().pcm)
        elif self._bytes >= byte_count(self.longest_s):
            return self._take(self._begins_at)
        return b""

    def begin(self, at: int) -> None:
        """Note that speech began at this sample."""
        if self._begins_at is None:
            self._begins_at = at - round(self.lead_s * CALLER_RATE_HZ)

    def end(self) -> bytes:
        """Return the utterance, with all that was heard by now; nothing if none was open."""
        begins_at, self._begins_at = self._begins_at, None
        return b"" if begins_at is None else self._take(begins_at)

    def _take(self, begins_at: int) -> bytes:
        heard = b"".join(
            frame.pcm[max(0, begins_at - frame.at) * BYTES_PER_SAMPLE :] for frame in self._frames
        )
        self._frames.clear()
        self._bytes = 0
        return heard


def byte_count(seconds: float) -> int:
    """Return how many bytes of the caller's audio last so long."""
    return round(seconds * CALLER_RATE_HZ) * BYTES_PER_SAMPLE
