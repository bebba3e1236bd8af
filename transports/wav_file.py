"""A WAV file as the caller and another one for what the caller would hear.

The file is spoken at the pace of the event loop's clock: in real time on an ordinary loop, as fast
as the stages allow on a virtual-time loop. After it comes silence, as on a line that stays open.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from actors.arrivals import Arrival, AudioIn, InputEnded, Joined
from actors.ports import Line, Services
from transports.wav_format import (
    FRAMES_PER_S,
    WavFileError,
    WavRecorder,
    check_output,
    read_frames,
    silent_frame,
)


class WavFileTransport(BaseModel):
    """One call whose caller is a WAV file of any rate, width and number of channels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Path
    """What the caller says."""
    output: Path | None = None
    """Where to write what the agent says: begins when the line opens, keeps the call's time."""
    output_sample_rate_hz: Annotated[int, Field(ge=8_000, le=192_000)] = 24_000
    tail_s: Annotated[float, Field(ge=0.0)] = 0.6
    """The silence after the file, before the input is declared to have ended."""

    @property
    def name(self) -> str:
        """The name under which logs and the tree know it."""
        return "wav_file"

    @property
    def resumable(self) -> bool:
        """A file cannot be joined again in the middle."""
        return False

    @property
    def reports_playback(self) -> bool:
        """What is recorded counts as heard."""
        return False

    @property
    def cancels_echo(self) -> bool:
        """A file does not hear the agent."""
        return True

    def check(self) -> None:
        """Check both files before a call begins.

        Raises:
            WavFileError: the input is missing, no WAV or empty, or the output has no place.
        """
        with contextlib.closing(read_frames(self.input)) as frames:
            next(frames)  # raises if there is none
        if self.output is None:
            return
        check_output(self.output)
        if self.output.exists() and self.output.samefile(self.input):
            raise WavFileError(f"{self.output}: this is the input; name another output")

    @contextlib.asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Line]:
        """Open both files; leaving the context completes the output.

        Raises:
            WavFileError: see `check`.
        """
        self.check()
        if self.output is None:
            yield _WavLine(self, recorder=None)
            return
        with WavRecorder(self.output, self.output_sample_rate_hz) as recorder:
            line = _WavLine(self, recorder=recorder)
            try:
                yield line
            finally:
                recorder.fill(until_s=line.elapsed_s())


class _WavLine:
    """The open files of one call."""

    def __init__(self, transport: WavFileTransport, *, recorder: WavRecorder | None) -> None:
        self._transport = transport
        self._recorder = recorder
        self._clock = asyncio.get_running_loop().time
        self._opened_s = self._clock()

    def elapsed_s(self) -> float:
        """Return for how long the line has been open."""
        return self._clock() - self._opened_s

    async def arrivals(self) -> AsyncGenerator[Arrival, None]:
        """Yield the caller, the file, its end, and silence for ever."""
        yield Joined()
        begun_s = self._clock()
        frames = 0
        with contextlib.closing(_said(self._transport)) as said:
            for arrival in said:
                await asyncio.sleep(max(0.0, begun_s + frames / FRAMES_PER_S - self._clock()))
                yield arrival
                frames += isinstance(arrival, AudioIn)

    def play(self, pcm: bytes) -> None:
        """Record the next 20 ms of the agent."""
        if self._recorder is not None:
            self._recorder.play(pcm, at_s=self.elapsed_s())

    def fall_silent(self, fade: bytes) -> None:
        """Record the last of it."""
        if fade:
            self.play(fade)


def _said(transport: WavFileTransport) -> Generator[AudioIn | InputEnded, None, None]:
    """Yield all that comes in, without its pace."""
    with contextlib.closing(read_frames(transport.input)) as speech:
        first = next(speech)
        yield first
        spoken = 1
        for frame in speech:
            yield frame
            spoken += 1
    end = spoken + round(transport.tail_s * FRAMES_PER_S)
    for number in itertools.count(spoken):
        if number == end:
            yield InputEnded()
        yield silent_frame(number, like=first)
