"""What a peer sends, until the call takes it."""

import asyncio
from collections import deque
from typing import Final

from actors.arrivals import AudioIn
from actors.audio import CALLER_RATE_HZ

MAX_SOUNDS: Final = 50
"""A second of sound; the oldest goes."""
MAX_TEXTS: Final = 400
"""Messages of the data channel; once so many wait, newer ones are not taken."""


class Inbox:
    """Bounded, on the loop; sound and messages keep their order among themselves."""

    def __init__(self) -> None:
        """Begin empty."""
        self.lost = 0
        """Sounds that gave way to newer ones, and messages that were not taken."""
        self._sounds: deque[AudioIn] = deque(maxlen=MAX_SOUNDS)
        self._texts: deque[str | bytes] = deque()
        self._news = asyncio.Event()

    def hear(self, pcm: bytes) -> None:
        """Take a piece of sound (s16le mono at 16 kHz)."""
        self.lost += len(self._sounds) == MAX_SOUNDS
        self._sounds.append(AudioIn(pcm, CALLER_RATE_HZ))
        self._news.set()

    def read(self, text: str | bytes) -> None:
        """Take a message."""
        if len(self._texts) == MAX_TEXTS:
            self.lost += 1
            return
        self._texts.append(text)
        self._news.set()

    def wake(self) -> None:
        """Let whoever waits look again."""
        self._news.set()

    async def wait(self, within_s: float) -> None:
        """Return once there is something, or after ``within_s``."""
        if not self._sounds and not self._texts:
            self._news.clear()
            try:
                async with asyncio.timeout(within_s):
                    await self._news.wait()
            except TimeoutError:
                return

    def take(self) -> list[AudioIn | str | bytes]:
        """Return all that has come: messages first."""
        taken = [*self._texts, *self._sounds]
        self._texts.clear()
        self._sounds.clear()
        return taken
