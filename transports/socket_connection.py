"""One WebSocket of a room, whoever sits at its other end: bounded in both directions.

It is served by whoever accepted it, in a task of theirs; everything else only leaves something in
its queue. An end that sends nothing for 9 s is gone, whatever TCP believes.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

from actors.arrivals import AudioIn
from actors.audio import BYTES_PER_SAMPLE
from transports.control import CLEAR, BadMessageError, ClientMessage, Pong, parse, written
from transports.token_bucket import TokenBucket

LARGEST_MESSAGE: Final = 64 * 1024
LONGEST_AUDIO_S: Final = 0.2
PING_S: Final = 3.0
SILENT_S: Final = 9.0
LOOK_S: Final = 0.5
HELD_UP_S: Final = 2.0
"""A look that comes so late says that we were held up, not that the far end is silent."""
FLUSH_S: Final = 2.0
"""So long the far end may take to read what is left once the connection is to close."""
GIVE_UP_S: Final = 0.2
"""The same for one that does not read."""
WAITING_FRAMES: Final = 250
"""5 s of audio."""
WAITING_TEXTS: Final = 500
MOST_BAD_MESSAGES: Final = 10

OVER: Final = 1000
GOING_AWAY: Final = 1001
TOO_BIG: Final = 1009
UNREADABLE: Final = 4400
SILENT: Final = 4408
REPLACED: Final = 4409
TOO_MUCH: Final = 4429
TOO_SLOW: Final = 4431

Incoming: TypeAlias = AudioIn | ClientMessage


class Wire(Protocol):
    """An open WebSocket, whoever serves it. Sending over a closed one raises ConnectionError."""

    async def receive(self) -> bytes | str | None:
        """Return the next message; None once the far end has closed."""
        ...

    async def send(self, data: bytes | str) -> None:
        """Send a message, waiting while the far end does not read."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close with this code."""
        ...


class SocketConnection:
    """The far end of one WebSocket; used on the loop."""

    def __init__(
        self, wire: Wire, sample_rate_hz: int, take: Callable[["SocketConnection", Incoming], None]
    ) -> None:
        """Give what comes in, audio at this rate and control, to ``take``, which must not wait."""
        self._wire = wire
        self._rate_hz = sample_rate_hz
        self._take = take
        self._waiting: deque[bytes | str] = deque()
        self._frames = 0
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self.outcome: tuple[int, str] | None = None
        """How we ended it; None while it stands, or if the far end closed."""
        self._flush_s = FLUSH_S
        self._clock = asyncio.get_running_loop().time
        self._heard_s = self._clock()
        self._messages = TokenBucket(200, 400)
        self._texts = TokenBucket(50, 100)
        self._audio_s = TokenBucket(1.5, 5.0)
        self._bad = 0
        self._told_of_excess = False

    # ------------------------------------------------------------ for the room

    def play(self, pcm: bytes) -> None:
        """Send 20 ms of the agent."""
        self._frames += 1
        self._put(pcm)
        if self._frames > WAITING_FRAMES:
            self.end(TOO_SLOW, "the far end reads too slowly")

    def clear(self) -> None:
        """Let the far end fall silent."""
        self.send(CLEAR)

    def send(self, text: str) -> None:
        """Send a text message."""
        self._put(text)
        if len(self._waiting) - self._frames > WAITING_TEXTS:
            self.end(TOO_SLOW, "the far end reads too slowly")

    def end(self, code: int, reason: str) -> None:
        """Close once what waits has been sent; the first end counts."""
        if self._over.is_set():
            return
        if code in {SILENT, TOO_SLOW}:  # it does not read: what waits is of no use
            self._waiting.clear()
            self._frames = 0
            self._flush_s = GIVE_UP_S
        self.outcome = (code, reason)
        self._over.set()
        self._news.set()

    def refuse(self, code: str, message: str) -> None:
        """Tell the far end that a message of its was not taken."""
        self.send(written("error", code=code, message=message))

    # ------------------------------------------------------------ for whoever accepted it

    async def serve(self) -> None:
        """Carry both ways until either end closes."""
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(self._read())
            writing = tasks.create_task(self._write())
            looking = tasks.create_task(self._look())
            try:
                await self._over.wait()
                await asyncio.wait({writing}, timeout=self._flush_s)
            finally:
                for task in (reading, writing, looking):
                    task.cancel()

    async def _read(self) -> None:
        while (message := await self._wire.receive()) is not None:
            now_s = self._heard_s = self._clock()
            if len(message) > LARGEST_MESSAGE:
                self.end(TOO_BIG, f"a message has at most {LARGEST_MESSAGE} bytes")
            elif not self._messages.take(1, now_s):
                self.end(TOO_MUCH, "more messages than real time needs")
            elif isinstance(message, bytes):
                self._hear(message, now_s)
            else:
                self._obey(message, now_s)
        self._over.set()
        self._news.set()

    def _hear(self, pcm: bytes, now_s: float) -> None:
        length_s = len(pcm) / BYTES_PER_SAMPLE / self._rate_hz
        if not pcm or len(pcm) % BYTES_PER_SAMPLE or length_s > LONGEST_AUDIO_S:
            self._count_bad(f"audio is PCM16 of at most {LONGEST_AUDIO_S * 1000:g} ms a message")
        elif self._audio_s.take(length_s, now_s):
            self._take(self, AudioIn(pcm, self._rate_hz))
        elif not self._told_of_excess:
            self._told_of_excess = True
            self.refuse("too_much_audio", "audio comes faster than real time: some is dropped")

    def _obey(self, text: str, now_s: float) -> None:
        if not self._texts.take(1, now_s):
            self.end(TOO_MUCH, "more text messages than a call needs")
            return
        try:
            message = parse(text)
        except BadMessageError as error:
            self._count_bad(str(error))
            return
        if not isinstance(message, Pong):
            self._take(self, message)

    def _count_bad(self, why: str) -> None:
        self._bad += 1
        self.refuse("bad_message", why)
        if self._bad >= MOST_BAD_MESSAGES:
            self.end(UNREADABLE, "too many messages that could not be read")

    async def _write(self) -> None:
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    data = self._waiting.popleft()
                    self._frames -= isinstance(data, bytes)
                    await self._wire.send(data)
                if self._over.is_set():
                    if self.outcome is not None:
                        await self._wire.close(*self.outcome)
                    return
        except ConnectionError:  # the far end is gone
            self._over.set()

    async def _look(self) -> None:
        """Notice a far end that is silent; ask it before."""
        looked_s, pings = self._clock(), 0
        while True:
            await asyncio.sleep(LOOK_S)
            now_s = self._clock()
            if now_s - looked_s > HELD_UP_S:
                self._heard_s = now_s
            looked_s, silent_s = now_s, now_s - self._heard_s
            if silent_s >= SILENT_S:
                self.end(SILENT, f"nothing came for {SILENT_S:g} s")
            elif silent_s >= PING_S * (1 + pings):
                pings += 1
                self.send(written("ping", n=pings))
            elif silent_s < PING_S:
                pings = 0

    def _put(self, data: bytes | str) -> None:
        if not self._over.is_set():
            self._waiting.append(data)
            self._news.set()
