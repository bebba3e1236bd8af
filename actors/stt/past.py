"""Speech that is over and was not put into words: one request for all of it. Pure.

A recogniser that may not be given audio much faster than it is spoken would catch up for minutes.
Where its vendor also takes speech as a whole, that is used up to the last pause; what comes after
is streamed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from actors.audio import BYTES_PER_SAMPLE, CALLER_RATE_HZ, samples_to_s
from actors.frames import CallerAudio, SpeechEnd
from actors.stt.replay import NO_BATCH_S, Attempt, Mark
from actors.vendor import SttAudio

WORTH_IT: Final = CALLER_RATE_HZ
"""Less than this is caught up with as soon as it would be asked for."""


@dataclass(frozen=True, slots=True)
class Past:
    """What lies before the last pause, and the end of speech that its words answer."""

    audio: SttAudio
    mark: int

    @property
    def within_s(self) -> float:
        """How long its words may take."""
        samples = len(self.audio.pcm) // BYTES_PER_SAMPLE
        return max(NO_BATCH_S, samples_to_s(samples, CALLER_RATE_HZ) / 2)


def last_pause(attempt: Attempt, marks: Iterable[Mark]) -> Mark | None:
    """Return up to which mark a new attempt should be asked in one request, if that is worth it."""
    if not attempt.can.past or attempt.can.max_rate is None:
        return None
    ended = [mark for mark in marks if isinstance(mark.what, SpeechEnd)]
    if not ended or ended[-1].place - attempt.next_at < WORTH_IT:
        return None
    return ended[-1]


def joined(frames: Iterable[CallerAudio], begin: int, end: int) -> SttAudio:
    """Return the audio from ``begin`` to ``end``; what is gone becomes silence of equal length."""
    pcm = bytearray((end - begin) * BYTES_PER_SAMPLE)
    for frame in frames:
        if begin <= frame.at < end:  # both are the first samples of frames
            at = (frame.at - begin) * BYTES_PER_SAMPLE
            pcm[at : at + len(frame.pcm)] = frame.pcm
    return SttAudio(begin, bytes(pcm))
