"""Sounds for tests: made by arithmetic, or spoken by flite."""

import random
import subprocess
import wave
from array import array
from functools import cache
from math import pi, sin
from pathlib import Path
from tempfile import TemporaryDirectory

RATE_HZ = 16_000


def silence(seconds: float) -> bytes:
    return bytes(int(seconds * RATE_HZ) * 2)


def tone(seconds: float, *, hz: float = 440.0, amplitude: int = 8000) -> bytes:
    count = int(seconds * RATE_HZ)
    return array(
        "h", (int(amplitude * sin(2 * pi * hz * n / RATE_HZ)) for n in range(count))
    ).tobytes()


def noise(seconds: float, *, amplitude: int, seed: int = 1) -> bytes:
    dice = random.Random(seed)
    count = int(seconds * RATE_HZ)
    return array("h", (int(dice.gauss(0, amplitude)) for _ in range(count))).tobytes()


@cache
def spoken(text: str, voice: str = "slt") -> bytes:
    """Let flite say it; s16le mono 16 kHz."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        with wave.open(str(path)) as reader:
            assert reader.getframerate() == RATE_HZ
            return reader.readframes(reader.getnframes())


def pieces(pcm: bytes, samples: int) -> list[bytes]:
    """Cut into pieces of so many samples; what does not fill a piece is left out."""
    size = samples * 2
    return [pcm[at : at + size] for at in range(0, len(pcm) - size + 1, size)]


def rms(pcm: bytes) -> float:
    samples = array("h", pcm)
    return (sum(sample * sample for sample in samples) / len(samples)) ** 0.5
