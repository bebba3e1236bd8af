"""The stream reader: the temporary actor that airs one stream of audio which user code gives.

It reads by credit, never more than 10 s ahead of what was heard; the Session tells it what was. Its
end is the stream's end: cut off, it closes the stream at once, and what the stream raises ends it
as well, which the Session learns from `Down`.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Final, TypeAlias, assert_never

from actors.audio import BYTES_PER_SAMPLE
from actors.call import Call
from actors.events import Cut, Played, SpokenWord, WordsPlaced
from actors.frames import AgentAudio, SpeechOver
from actors.resample import StreamResampler
from actors.track.stream_words import StreamWords
from actors.user_code import confined
from actors.wishes import PcmStream
from supervision.actor import Actor

MAX_LEAD_S: Final = 10.0

StreamMail: TypeAlias = Played | Cut


class StreamReader(Actor):
    """Owns the reading of one stream; it cannot be restarted, for a stream is read once."""

    def __init__(self, call: Call, stream: PcmStream, epoch: int, text: str) -> None:
        """Air ``stream`` as the output ``epoch``; ``text`` is what it says."""
        super().__init__()
        self._call = call
        self._stream = stream
        self._epoch = epoch
        self._resampler = StreamResampler(stream.sample_rate_hz, call.track_rate_hz)
        self._words = StreamWords(text, call.track_rate_hz)
        self._max_lead = round(MAX_LEAD_S * call.track_rate_hz)
        self._sent = 0
        self._played = 0
        self._credit = asyncio.Event()

    def on_start(self) -> None:
        """Begin at once."""
        self._call.name_in_logs("audio stream")
        self._tell_words(0, self._words.placed)
        self.spawn(self._read(), name="stream")

    def on_receive(self, message: StreamMail) -> None:
        """Read on when enough was heard; end when nothing more is wanted."""
        match message:
            case Played(_, samples):
                self._played = samples
                self._credit.set()
            case Cut():
                self.stop()
            case _:
                assert_never(message)

    async def _read(self) -> None:
        with confined():
            await self._send_all()
        self._send(self._resampler.flush(), over=True)
        self._call.addresses.audio_track.tell(SpeechOver(self._epoch, self._sent))
        self.stop()

    async def _send_all(self) -> None:
        chunks = aiter(self._stream.chunks)
        async with AsyncExitStack() as stack:
            if isinstance(chunks, AsyncGenerator):  # a plain iterator has nothing to close
                stack.push_async_callback(chunks.aclose)
            async for chunk in chunks:
                self._send(self._resampler.push(bytes(memoryview(chunk))))
                await self._has_credit()

    async def _has_credit(self) -> None:
        """Wait until little enough is unheard; the end of the output ends the waiting."""
        await asyncio.sleep(0)  # a stream that never waits must not keep the others from working
        while self._sent - self._played >= self._max_lead:
            self._credit.clear()
            await self._credit.wait()

    def _send(self, pcm: bytes, *, over: bool = False) -> None:
        if pcm:
            self._call.addresses.audio_track.tell(AgentAudio(self._epoch, self._sent, pcm))
            self._sent += len(pcm) // BYTES_PER_SAMPLE
        replaced = self._words.replaced(sent=self._sent, played=self._played, over=over)
        if replaced is not None:
            self._tell_words(*replaced)

    def _tell_words(self, start: int, words: tuple[SpokenWord, ...]) -> None:
        placed = WordsPlaced(self._epoch, words, start, estimated=True)
        self._call.addresses.session.tell(placed)
