"""Reading and writing WAV files in frames of 20 ms.

Neither side holds more than a second of audio, however long the file.
"""

import os
import wave
from collections.abc import Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.error
from av.audio.resampler import AudioResampler

from actors.arrivals import AudioIn
from actors.audio import BYTES_PER_SAMPLE

FRAMES_PER_S = 50
JITTER_FRAMES = 3
"""Audio that comes this much late belongs to the audio before it: a pacer's jitter is no pause."""


class WavFileError(ValueError):
    """A file cannot be the caller or cannot take the answer; the text is one line that says why."""


def read_frames(path: Path) -> Generator[AudioIn, None, None]:
    """Yield a WAV file of any rate, width and number of channels in frames of 20 ms.

    The last frame is filled up with silence. Where 20 ms are no whole number of samples (11,025
    Hz), frames differ by one sample so that fifty of them are exactly one second.

    Raises:
        WavFileError: the file is missing, no WAV, broken or empty.
    """
    if path.is_dir():
        raise WavFileError(f"{path}: this is a folder; name a file in it")
    if not path.is_file():
        raise WavFileError(f"{path}: there is no such file")
    if not path.stat().st_size:
        raise WavFileError(f"{path}: this file is empty")
    try:
        yield from _decode(path)
    except PermissionError as error:
        raise WavFileError(f"{path}: this file may not be read") from error
    except av.error.FFmpegError as error:
        raise WavFileError(f"{path}: this is not a WAV file that can be read") from error


def samples_of_frame(number: int, rate_hz: int) -> int:
    """Count the samples of one frame so that every fiftieth ends on a whole second."""
    return (number + 1) * rate_hz // FRAMES_PER_S - number * rate_hz // FRAMES_PER_S


def silent_frame(number: int, *, like: AudioIn) -> AudioIn:
    """Return the frame of that number without any sound."""
    samples = samples_of_frame(number, like.sample_rate_hz)
    return like._replace(pcm=bytes(samples * like.channels * BYTES_PER_SAMPLE))


def _decode(path: Path) -> Iterator[AudioIn]:
    with av.open(str(path), format="wav") as container:
        stream = container.streams.audio[0]
        rate_hz, channels = stream.rate, stream.channels
        to_s16 = AudioResampler(format="s16", layout=stream.layout, rate=rate_hz)
        cutter = _Cutter(rate_hz, channels * BYTES_PER_SAMPLE)
        for decoded in container.decode(stream):
            for frame in to_s16.resample(decoded):
                size = frame.samples * channels * BYTES_PER_SAMPLE
                for pcm in cutter.cut(bytes(frame.planes[0])[:size]):
                    yield AudioIn(pcm, rate_hz, channels)
        for pcm in cutter.rest():
            yield AudioIn(pcm, rate_hz, channels)
    if not cutter.frames:
        raise WavFileError(f"{path}: this WAV file is empty")


class _Cutter:
    """Cuts a stream of bytes into frames of 20 ms, the fiftieth of which ends on a whole second."""

    def __init__(self, rate_hz: int, bytes_per_sample: int) -> None:
        self.frames = 0
        self._rate_hz = rate_hz
        self._width = bytes_per_sample
        self._pending = bytearray()

    def cut(self, pcm: bytes) -> Iterator[bytes]:
        """Yield the frames that are complete now."""
        self._pending += pcm
        while len(self._pending) >= (size := self._next_size()):
            yield self._take(size)

    def rest(self) -> Iterator[bytes]:
        """Yield what is left, filled up with silence, if anything is."""
        if self._pending:
            size = self._next_size()
            self._pending += bytes(size - len(self._pending))
            yield self._take(size)

    def _take(self, size: int) -> bytes:
        frame = bytes(self._pending[:size])
        del self._pending[:size]
        self.frames += 1
        return frame

    def _next_size(self) -> int:
        return samples_of_frame(self.frames, self._rate_hz) * self._width


class WavRecorder:
    """Writes mono s16le audio at the time of its playing; silence stands where nothing was.

    A context manager; leaving it completes the file. Times are seconds since its first sample.

    Raises:
        WavFileError: the folder is missing or may not be written to.
    """

    def __init__(self, path: Path, sample_rate_hz: int) -> None:
        check_output(path)
        self._rate_hz = sample_rate_hz
        self._written = 0
        try:
            self._place = path.open("wb")
        except OSError as error:
            raise WavFileError(f"{path}: cannot be written ({error.strerror})") from error
        self._file = wave.open(self._place, "wb")  # noqa: SIM115 - closed by __exit__
        self._file.setnchannels(1)
        self._file.setsampwidth(BYTES_PER_SAMPLE)
        self._file.setframerate(sample_rate_hz)

    def play(self, pcm: bytes, *, at_s: float) -> None:
        """Write audio that was played at this time, or right after the audio before it."""
        late = round(at_s * self._rate_hz) - self._written
        if late > JITTER_FRAMES * self._rate_hz // FRAMES_PER_S:
            self._write_silence(late)
        self._write(pcm)

    def fill(self, *, until_s: float) -> None:
        """Write silence up to this time, if the file is not that long yet."""
        self._write_silence(round(until_s * self._rate_hz) - self._written)

    def __enter__(self) -> Self:
        """Return the recorder."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Complete the file."""
        with self._place:
            self._file.close()

    def _write_silence(self, samples: int) -> None:
        while samples > 0:
            chunk = min(samples, self._rate_hz)
            self._write(bytes(chunk * BYTES_PER_SAMPLE))
            samples -= chunk

    def _write(self, pcm: bytes) -> None:
        # "raw": the header is completed once, by close.
        self._file.writeframesraw(pcm)
        self._written += len(pcm) // BYTES_PER_SAMPLE


def check_output(path: Path) -> None:
    """Check that a file can be written there.

    Raises:
        WavFileError: the folder is missing or may not be written to, or a folder has this name.
    """
    if path.is_dir():
        raise WavFileError(f"{path}: this is a folder; name a file in it")
    if not path.parent.is_dir():
        raise WavFileError(f"{path}: the folder {path.parent} does not exist; make it first")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise WavFileError(f"{path}: cannot be written (Permission denied)")
