import asyncio
import contextlib
import itertools
import struct
import wave
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.arrivals import Arrival, AudioIn, InputEnded, Joined
from actors.audio import frame_samples
from actors.ports import Line, Services, Transport
from transports import WavFileError, WavFileTransport
from transports.wav_format import samples_of_frame

NO_SERVICES = cast("Services", None)  # a file needs none


def write_wav(
    path: Path, values: Sequence[int], *, rate_hz: int = 8_000, channels: int = 1, width: int = 2
) -> Path:
    """Write samples of 16 bits in the given width (8 bit is unsigned)."""
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate_hz, 0, "NONE", ""))
        file.writeframes(b"".join(encoded(value, width) for value in values))
    return path


def encoded(value: int, width: int) -> bytes:
    if width == 1:
        return struct.pack("B", (value >> 8) + 128)
    return struct.pack("<i", value << 16)[4 - width :]


def read_wav(path: Path) -> tuple[int, list[int]]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getframerate(), array("h", file.readframes(file.getnframes())).tolist()


def wave_of(samples: int, channels: int = 1) -> list[int]:
    """Return values that survive 8 bits and differ from silence everywhere."""
    return [((n // channels % 100) + 1 + n % channels) * 256 for n in range(samples * channels)]


async def hear(transport: WavFileTransport, *, for_s: float) -> list[tuple[float, Arrival]]:
    """Return what arrives, with the time of each arrival."""
    clock = asyncio.get_running_loop().time
    heard: list[tuple[float, Arrival]] = []
    async with transport.open(NO_SERVICES) as line:
        begun_s = clock()
        async with contextlib.aclosing(cast("Any", line.arrivals())) as arrivals:
            async for arrival in arrivals:
                at_s = clock() - begun_s
                if at_s >= for_s:
                    break
                heard.append((at_s, arrival))
    return heard


def audio_of(heard: Sequence[tuple[float, Arrival]]) -> list[AudioIn]:
    return [arrival for _, arrival in heard if isinstance(arrival, AudioIn)]


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100, 48_000])
async def test_a_wav_of_any_rate_width_and_channels_arrives_sample_for_sample(
    tmp_path: Path, rate_hz: int, channels: int, width: int
) -> None:
    values = wave_of(rate_hz // 10, channels)
    path = write_wav(tmp_path / "in.wav", values, rate_hz=rate_hz, channels=channels, width=width)

    audio = audio_of(await hear(WavFileTransport(input=path), for_s=0.2))

    assert {(frame.sample_rate_hz, frame.channels) for frame in audio} == {(rate_hz, channels)}
    heard = array("h", b"".join(frame.pcm for frame in audio)).tolist()
    assert heard[: len(values)] == values
    assert not any(heard[len(values) :])


async def test_float_wav_is_heard(tmp_path: Path) -> None:
    samples = struct.pack("<800f", *([0.5] * 800))
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 3, 1, 8_000, 32_000, 4, 32),
        *(b"data", len(samples)),
    )
    path = tmp_path / "float.wav"
    path.write_bytes(header + samples)

    audio = audio_of(await hear(WavFileTransport(input=path), for_s=0.1))

    assert set(array("h", b"".join(frame.pcm for frame in audio))) == {16384}


async def test_the_caller_joins_first_and_speaks_one_frame_each_20_ms(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "in.wav", wave_of(800))

    heard = await hear(WavFileTransport(input=path), for_s=2.0)

    assert heard[0] == (0.0, Joined())
    times = [at_s for at_s, arrival in heard if isinstance(arrival, AudioIn)]
    assert times == pytest.approx([n * 0.02 for n in range(len(times))])
    assert len(times) == pytest.approx(100, abs=1)


async def test_the_input_ends_0_6_s_after_its_last_audio_and_the_line_stays_open(
    tmp_path: Path,
) -> None:
    path = write_wav(tmp_path / "in.wav", wave_of(8_000))

    heard = await hear(WavFileTransport(input=path), for_s=5.0)

    ends = [at_s for at_s, arrival in heard if isinstance(arrival, InputEnded)]
    assert ends == pytest.approx([1.6])
    assert isinstance(heard[-1][1], AudioIn)
    assert heard[-1][0] == pytest.approx(4.98)


async def test_a_reader_that_was_late_catches_up_with_the_pace(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "in.wav", wave_of(8_000))
    clock = asyncio.get_running_loop().time
    times: list[float] = []
    async with (
        WavFileTransport(input=path).open(NO_SERVICES) as line,
        contextlib.aclosing(cast("Any", line.arrivals())) as arrivals,
    ):
        begun_s = clock()
        async for arrival in arrivals:
            if isinstance(arrival, AudioIn):
                times.append(clock() - begun_s)
                await asyncio.sleep(0.1 if len(times) == 1 else 0)
            if len(times) == 10:
                break

    assert times == pytest.approx([0.0, *[0.1] * 5, 0.12, 0.14, 0.16, 0.18])


async def test_the_output_lines_up_with_the_time_of_the_call(tmp_path: Path) -> None:
    transport = recording_transport(tmp_path)
    async with transport.open(NO_SERVICES) as line:
        await asyncio.sleep(0.5)
        await speak(line, 7, frames=50)
        await asyncio.sleep(0.25)
        await speak(line, 9, frames=25)
        await asyncio.sleep(1.0)

    rate_hz, samples = read_wav(tmp_path / "out.wav")
    assert rate_hz == 24_000
    runs = [(value, len(list(run)) / rate_hz) for value, run in itertools.groupby(samples)]
    assert runs == [(0, 0.5), (7, 1.0), (0, 0.25), (9, 0.5), (0, 1.0)]


async def test_jitter_of_the_track_makes_no_hole_in_the_speech(tmp_path: Path) -> None:
    transport = recording_transport(tmp_path)
    async with transport.open(NO_SERVICES) as line:
        for late_s in (0.0, 0.02, 0.0, 0.035, 0.0):
            await asyncio.sleep(late_s)
            await speak(line, 7, frames=1)

    _, samples = read_wav(tmp_path / "out.wav")
    assert [value for value, _ in itertools.groupby(samples)] == [7, 0]
    assert samples.count(7) == 5 * 480


async def test_a_call_without_a_word_gives_silence_of_its_length(tmp_path: Path) -> None:
    async with recording_transport(tmp_path).open(NO_SERVICES):
        await asyncio.sleep(3.0)

    _, samples = read_wav(tmp_path / "out.wav")
    assert len(samples) == 3 * 24_000
    assert not any(samples)


async def test_a_call_that_breaks_off_leaves_a_complete_output(tmp_path: Path) -> None:
    with contextlib.suppress(ConnectionError):
        async with recording_transport(tmp_path).open(NO_SERVICES) as line:
            await speak(line, 7, frames=5)
            raise ConnectionError

    _, samples = read_wav(tmp_path / "out.wav")
    assert len(samples) == 5 * 480


async def test_without_an_output_the_agent_speaks_into_the_void(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "in.wav", wave_of(800))
    async with WavFileTransport(input=path).open(NO_SERVICES) as line:
        line.play(bytes(960))

    assert {file.name for file in tmp_path.iterdir()} == {"in.wav"}  # noqa: ASYNC240 - a test may


def test_it_satisfies_the_port(tmp_path: Path) -> None:
    transport: Transport = recording_transport(tmp_path)

    assert transport.name == "wav_file"
    assert not transport.resumable
    assert transport.cancels_echo
    assert transport.output_sample_rate_hz == 24_000


def missing(folder: Path) -> WavFileTransport:
    return WavFileTransport(input=folder / "none.wav")


def a_folder(folder: Path) -> WavFileTransport:
    return WavFileTransport(input=folder)


def not_a_wav(folder: Path) -> WavFileTransport:
    (folder / "bad.wav").write_text("hello, I am a text" * 100)
    return WavFileTransport(input=folder / "bad.wav")


def no_bytes(folder: Path) -> WavFileTransport:
    (folder / "bad.wav").touch()
    return WavFileTransport(input=folder / "bad.wav")


def no_samples(folder: Path) -> WavFileTransport:
    return WavFileTransport(input=write_wav(folder / "bad.wav", []))


def no_output_folder(folder: Path) -> WavFileTransport:
    return WavFileTransport(
        input=write_wav(folder / "in.wav", wave_of(800)), output=folder / "nowhere" / "out.wav"
    )


def output_is_a_folder(folder: Path) -> WavFileTransport:
    return WavFileTransport(input=write_wav(folder / "in.wav", wave_of(800)), output=folder)


def output_is_the_input(folder: Path) -> WavFileTransport:
    path = write_wav(folder / "in.wav", wave_of(800))
    return WavFileTransport(input=path, output=folder / "." / "in.wav")


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (missing, "none.wav: there is no such file"),
        (a_folder, "this is a folder; name a file in it"),
        (not_a_wav, "bad.wav: this is not a WAV file that can be read"),
        (no_bytes, "bad.wav: this file is empty"),
        (no_samples, "bad.wav: this WAV file is empty"),
        (no_output_folder, "the folder .*nowhere does not exist; make it first"),
        (output_is_a_folder, "this is a folder; name a file in it"),
        (output_is_the_input, "in.wav: this is the input; name another output"),
    ],
)
async def test_a_file_that_cannot_serve_is_refused_in_one_line(
    tmp_path: Path, make: Callable[[Path], WavFileTransport], complaint: str
) -> None:
    transport = make(tmp_path)
    with pytest.raises(WavFileError, match=complaint) as by_check:
        transport.check()
    with pytest.raises(WavFileError, match=complaint):
        async with transport.open(NO_SERVICES):
            pass

    assert "\n" not in str(by_check.value)


def test_a_refused_call_does_not_touch_the_files(tmp_path: Path) -> None:
    transport = output_is_the_input(tmp_path)
    before = transport.input.read_bytes()

    with pytest.raises(WavFileError):
        transport.check()

    assert transport.input.read_bytes() == before


@given(st.integers(1, 200_000), st.integers(0, 500))
def test_fifty_frames_are_exactly_one_second(rate_hz: int, second: int) -> None:
    numbers = range(second * 50, second * 50 + 50)
    sizes = {samples_of_frame(number, rate_hz) for number in numbers}

    assert sum(samples_of_frame(number, rate_hz) for number in numbers) == rate_hz
    assert max(sizes) - min(sizes) <= 1


def recording_transport(folder: Path) -> WavFileTransport:
    path = write_wav(folder / "in.wav", wave_of(800))
    return WavFileTransport(input=path, output=folder / "out.wav")


async def speak(line: Line, value: int, *, frames: int) -> None:
    """Play like a track: a frame each 20 ms."""
    frame = array("h", [value] * frame_samples(24_000)).tobytes()
    for _ in range(frames):
        line.play(frame)
        await asyncio.sleep(0.02)
