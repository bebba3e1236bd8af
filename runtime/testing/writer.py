"""A simulated caller who writes: the same deeds, without a sound."""

import asyncio
from dataclasses import dataclass, field

from actors.audio import CALLER_RATE_HZ
from runtime.testing.caller import FRAME_S, SimulatedCaller, Word
from transports.text_line import TextCaller


@dataclass(slots=True)
class WritingCaller(SimulatedCaller):
    """Sends each text as a line; what he cannot do in writing he leaves."""

    text: TextCaller = field(default_factory=TextCaller)

    def say(self, text: str, *, seconds: float | None = None) -> float:
        """Write a line, if there is anything to write; return how long that takes."""
        if text:
            at = round(asyncio.get_running_loop().time() * CALLER_RATE_HZ)
            self.words.extend(Word(word, at, at) for word in text.split())
            self.text.write(text)
        return FRAME_S

    def press(self, digit: str) -> None:
        """Press no key: there is none."""

    def join(self) -> None:
        """Come (back) into the room."""
        self.text.join()

    def leave(self) -> None:
        """Leave the room; the line stays open."""
        self.text.leave()

    def finish(self) -> None:
        """Let the call end once everything is answered."""
        self.text.finish()

    def hang_up(self) -> None:
        """End the line."""
        self.text.hang_up()
