"""The simulated caller: says texts as sound, coughs, presses keys, and hears every frame.

What is said stands on the line by sample, so that a simulated recogniser can hear it from the
audio's own clock: the same again after a crash, and nothing of what has not sounded yet.
"""

import asyncio
from dataclasses import dataclass, field

from actors.arrivals import Arrival, Joined
from actors.audio import CALLER_FRAME_SAMPLES, CALLER_RATE_HZ, FRAME_MS
from providers.scripted_tts import tone
from transports.loopback import LoopbackCaller

FRAME_S = FRAME_MS / 1000
VOICE = tone(CALLER_RATE_HZ, FRAME_MS)
"""20 ms of somebody who makes himself heard; one object for all frames."""
WORD_S = 0.3


@dataclass(frozen=True, slots=True)
class Word:
    """A word on the line, from sample to sample of the caller's clock."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was pressed."""

    digit: str
    at_s: float


@dataclass(slots=True)
class SimulatedCaller(LoopbackCaller):
    """The human's side of a simulated call."""

    words: list[Word] = field(default_factory=list[Word])
    """What was said so far or will be said by what lies in line, in order."""
    keys: list[Key] = field(default_factory=list[Key])
    """Those pressed so far."""
    frames_sent: int = 0

    def say(self, text: str, *, seconds: float | None = None) -> float:
        """Say a text after what is still being said; return how long it takes.

        Args:
            text: the words; none: a sound that means nothing, such as a cough.
            seconds: how long it takes; None: 0.3 s a word.
        """
        spoken = text.split()
        frames = max(1, round((seconds or WORD_S * len(spoken)) / FRAME_S))
        start = self.sample_in_line
        for number, word in enumerate(spoken):
            begin = start + number * frames // len(spoken) * CALLER_FRAME_SAMPLES
            end = start + (number + 1) * frames // len(spoken) * CALLER_FRAME_SAMPLES
            self.words.append(Word(word, begin, end))
        self._frames.extend([VOICE] * frames)
        return frames * FRAME_S

    @property
    def sample_in_line(self) -> int:
        """The sample at which whatever is said next will begin."""
        return (self.frames_sent + len(self._frames)) * CALLER_FRAME_SAMPLES

    def press(self, digit: str) -> None:
        """Press a key."""
        self.keys.append(Key(digit, asyncio.get_running_loop().time()))
        LoopbackCaller.press(self, digit)

    def join(self) -> None:
        """Come (back) into the room."""
        self._events.append(Joined())

    def next_arrivals(self) -> list[Arrival] | None:
        """Return what comes in during the next 20 ms, and count it."""
        self.frames_sent += 1
        return LoopbackCaller.next_arrivals(self)
