"""Which answer does a recording end with? Heard by a recogniser that knows equally shaped answers.

The grammar makes all of them equally likely, so the right one has to win by its sound. What is
no whole answer is none: silence, another sentence, an answer that breaks off.
"""

from functools import cache
from itertools import product
from pathlib import Path
from typing import Final, Protocol, cast

import av
import numpy as np
from numpy.typing import NDArray

from actors.resample import StreamResampler
from providers.pocketsphinx.library import Decoder, pocketsphinx

NIGHTS: Final = ("two", "three", "four")
ROOMS: Final = (*NIGHTS, "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
ANSWERS: Final = tuple(
    f"we have {rooms} rooms free for {nights} nights" for rooms, nights in product(ROOMS, NIGHTS)
)
RATE_HZ: Final = 16_000
FRAME: Final = 320
"""20 ms"""
LOUD: Final = 100.0
"""The root mean square of a frame that belongs to speech."""
PAUSE_FRAMES: Final = 25
"""So many quiet frames part two utterances; pauses inside a sentence are shorter."""
LINE_NOISE: Final = 60.0
"""The recogniser was made on recordings: in digital silence it loses the last word."""


def answer_of(recording: Path) -> str | None:
    """Return the answer that is the last thing said in a WAV file; None if that is no answer."""
    return heard(samples_of(recording))


def heard(samples: NDArray[np.int16]) -> str | None:
    """Return the answer that is the last thing said (16 kHz); None if that is no answer."""
    last = last_utterance(samples)
    return _recognised(_on_a_line(last)) if last.size else None


def samples_of(recording: Path) -> NDArray[np.int16]:
    """Read a WAV file as 16 kHz mono."""
    with av.open(str(recording)) as container:
        parts = [frame.to_ndarray() for frame in container.decode(audio=0)]
        rate_hz = container.streams.audio[0].rate
    return at_16_khz(np.concatenate(parts, axis=1)[0].tobytes(), rate_hz)


def at_16_khz(pcm: bytes, rate_hz: int) -> NDArray[np.int16]:
    """Convert mono s16le to the recogniser's rate."""
    resampler = StreamResampler(rate_hz, RATE_HZ)
    return np.frombuffer(resampler.push(pcm) + resampler.flush(), dtype=np.int16)


def last_utterance(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Cut off everything up to the last pause between utterances, and the silence at the end."""
    frames = samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME)
    loud = np.flatnonzero(np.sqrt(np.mean(frames.astype(np.float64) ** 2, axis=1)) > LOUD)
    if not loud.size:
        return samples[:0]
    pauses = np.flatnonzero(np.diff(loud) > PAUSE_FRAMES)
    first = loud[pauses[-1] + 1] if pauses.size else loud[0]
    return frames[first : loud[-1] + 1].reshape(-1)


def _on_a_line(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    padded = np.pad(samples, (RATE_HZ // 3, RATE_HZ // 2)).astype(np.float64)
    noise = np.random.default_rng(1).normal(0, LINE_NOISE, padded.size)
    return np.clip(padded + noise, -32768, 32767).astype(np.int16)


class _Decoder(Decoder, Protocol):
    def process_raw(self, data: bytes, *, full_utt: bool = False) -> object: ...


def _recognised(samples: NDArray[np.int16]) -> str | None:
    decoder = _decoder()
    decoder.start_utt()
    decoder.process_raw(samples.tobytes(), full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return hypothesis.hypstr if hypothesis and hypothesis.hypstr in ANSWERS else None


@cache
def _decoder() -> _Decoder:
    # "batch": each utterance is normalised by itself, so what was heard before does not matter.
    decoder = cast("_Decoder", pocketsphinx().Decoder(loglevel="FATAL", lm=None, cmn="batch"))
    decoder.add_jsgf_string("answers", f"#JSGF V1.0; grammar answers; public <answer> = {_ANY};")
    decoder.activate_search("answers")
    return decoder


_ANY = f"we have ({' | '.join(ROOMS)}) rooms free for ({' | '.join(NIGHTS)}) nights"
