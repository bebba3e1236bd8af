"""Between the sound card's thread and the event loop: bounded, and without a lock.

Both directions are deques, whose ends one thread each may use at once. The sound thread never
waits for the loop: if that is late, old audio from the microphone is dropped and the loudspeaker
gets silence.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Final

LEAD_FRAMES: Final = 2
"""So much is gathered before speech begins to sound: the loop may be late by as much."""
INBOX_FRAMES: Final = 50
OUTBOX_FRAMES: Final = 25
SILENT_FOR_S: Final = 5.0
"""A microphone that delivers nothing for so long is gone."""


class SoundGoneError(Exception):
    """Raised when a microphone stops delivering in mid-call; the call ends."""


class Inbox:
    """What the microphone hears, on its way to the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Deliver to ``loop``."""
        self.lost = 0
        """Frames that gave way to newer ones, since the loop was busy."""
        self._loop = loop
        self._frames: deque[bytes] = deque(maxlen=INBOX_FRAMES)
        self._news = asyncio.Event()
        self._is_told = False
        self._is_over = False

    def put(self, pcm: bytes) -> None:
        """Add a frame; on the sound thread."""
        if len(self._frames) == INBOX_FRAMES:
            self.lost += 1
        self._frames.append(pcm)
        self._tell()

    def end(self) -> None:
        """Say that nothing follows; on the sound thread."""
        self._is_over = True
        self._tell()

    def _tell(self) -> None:
        if not self._is_told:  # once until the loop has looked, or a blocked loop gathers wake-ups
            self._is_told = True
            self._loop.call_soon_threadsafe(self._news.set)

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """Yield frame by frame until the device ends; on the loop.

        Raises:
            SoundGoneError: nothing has come for 5 s.
        """
        while not self._is_over:
            self._news.clear()
            self._is_told = False  # before looking: what comes from here on tells again
            while self._frames:
                yield self._frames.popleft()
            try:
                async with asyncio.timeout(SILENT_FOR_S):
                    await self._news.wait()
            except TimeoutError as error:
                raise SoundGoneError("the microphone delivers nothing any more") from error


class Outbox:
    """What the agent says, on its way to the loudspeaker."""

    def __init__(self, frame_bytes: int) -> None:
        """Hand out frames of that size."""
        self.lost = 0
        """Frames that gave way to newer ones: the sound card is slower than the loop's clock."""
        self._frames: deque[bytes] = deque(maxlen=OUTBOX_FRAMES)
        self._silence = bytes(frame_bytes)
        self._flows = False
        self._waited = 0

    @property
    def waiting(self) -> int:
        """How many frames are to be played."""
        return len(self._frames)

    def put(self, pcm: bytes) -> None:
        """Add a frame; on the loop."""
        if len(self._frames) == OUTBOX_FRAMES:
            self.lost += 1
        self._frames.append(pcm)

    def take(self) -> bytes:
        """Return what sounds next; on the sound thread."""
        if not self._flows and not self._may_begin():
            return self._silence
        try:
            pcm = self._frames.popleft()
        except IndexError:  # speech is over, or the loop is late: gather again
            self._flows, self._waited = False, 0
            return self._silence
        self._flows = True
        return pcm

    def _may_begin(self) -> bool:
        """Begin with a lead, or after as long a wait: an utterance may be one frame."""
        if self._frames:
            self._waited += 1
        return len(self._frames) >= LEAD_FRAMES or self._waited > LEAD_FRAMES
