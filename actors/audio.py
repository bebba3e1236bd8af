"""The audio constants of a call, and the arithmetic that follows from them.

The caller's audio is normalised once, by ingress; every stage after it relies on this one format:
16-bit signed little-endian mono PCM at 16 kHz in frames of 20 ms. The agent's audio has the rate
that the transport asks for.
"""

from typing import Final

CALLER_RATE_HZ: Final = 16_000
FRAME_MS: Final = 20
CALLER_FRAME_SAMPLES: Final = CALLER_RATE_HZ * FRAME_MS // 1000
CALLER_FRAME_BYTES: Final = CALLER_FRAME_SAMPLES * 2
BYTES_PER_SAMPLE: Final = 2


def frame_samples(sample_rate_hz: int) -> int:
    """Count the samples of one 20 ms frame at the given rate."""
    return sample_rate_hz * FRAME_MS // 1000


def samples_to_s(samples: int, sample_rate_hz: int) -> float:
    """Turn a number of samples into seconds."""
    return samples / sample_rate_hz


def samples_to_ms(samples: int, sample_rate_hz: int) -> int:
    """Turn a number of samples into whole milliseconds."""
    return samples * 1000 // sample_rate_hz
