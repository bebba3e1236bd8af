"""Speech that can be read: each frame of a word bears the word's number and its own.

The signs of 20 stretches of 16 samples are the bits, so that a gain or a fade changes nothing.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

FRAME_SAMPLES = 320
CELL = 16
WORD_BITS, FRAME_BITS = 15, 4
FRAMES = 12
"""A word lasts 240 ms."""
AMPLITUDE = 6000
CELLS = tuple(sign.to_bytes(2, "little", signed=True) * CELL for sign in (-AMPLITUDE, AMPLITUDE))


@dataclass(frozen=True, slots=True)
class Sound:
    """A frame of a word that was heard; both count from 0."""

    word: int
    frame: int


@dataclass(slots=True)
class CodeBook:
    """The words of one call and their sounds."""

    words: list[str] = field(default_factory=list[str])
    _numbers: dict[str, int] = field(default_factory=dict[str, int])
    _sounds: dict[bytes, Sound] = field(default_factory=dict[bytes, Sound])
    _pcm: dict[int, bytes] = field(default_factory=dict[int, bytes])

    def speak(self, word: str) -> bytes:
        """Return a word as 240 ms of s16le at 16 kHz."""
        number = self._numbers.setdefault(word, len(self.words))
        if number == len(self.words):
            self.words.append(word)
            frames = _sound(number)
            self._sounds.update((pcm, Sound(number, n)) for n, pcm in enumerate(frames))
            self._pcm[number] = b"".join(frames)
        return self._pcm[number]

    def read(self, pcm: bytes) -> Sound | None:
        """Return what a frame sounds like; None: silence, or no whole frame of a word."""
        found = self._sounds.get(pcm)
        return _read(pcm, len(self.words)) if found is None and any(pcm) else found


@lru_cache(maxsize=1024)
def _sound(word: int) -> tuple[bytes, ...]:
    """Make the frames of a word; every call counts its words from 0."""
    return tuple(_frame(word, frame) for frame in range(FRAMES))


def _frame(word: int, frame: int) -> bytes:
    bits = 1 << (WORD_BITS + FRAME_BITS) | frame << WORD_BITS | word
    return b"".join([CELLS[bits >> n & 1] for n in range(FRAME_SAMPLES // CELL)])


def _read(pcm: bytes, words: int) -> Sound | None:
    samples = np.frombuffer(pcm, dtype="<i2")
    if len(samples) != FRAME_SAMPLES:
        return None
    cells = np.sign(samples).reshape(-1, CELL)
    if not (cells == cells[:, :1]).all() or (cells[:, 0] == 0).any():
        return None
    bits = sum(1 << n for n, sign in enumerate(cells[:, 0]) if sign > 0)
    word, frame = bits & (1 << WORD_BITS) - 1, bits >> WORD_BITS & (1 << FRAME_BITS) - 1
    return Sound(word, frame) if word < words and frame < FRAMES else None
