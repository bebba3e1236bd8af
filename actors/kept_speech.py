"""Phrases that a voice has spoken in advance, for the time when no voice can speak them.

The rooms of a worker share them: each phrase is paid for once for each voice and rate.
"""

from dataclasses import dataclass

MOST = 256
"""More phrases, voices and rates than a worker's agents have; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was spoken, by whom and how."""

    text: str
    health_key: str
    """Of the vendor (`actors.health_board`)."""
    voice: str | None
    language: str
    sample_rate_hz: int


class KeptSpeech:
    """The sound of phrases (s16le mono). One loop writes and reads it: no locks."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._pcm: dict[Spoken, bytes] = {}

    def keep(self, spoken: Spoken, pcm: bytes) -> None:
        """Keep the sound of a phrase."""
        self._pcm[spoken] = pcm
        if len(self._pcm) > MOST:
            del self._pcm[next(iter(self._pcm))]

    def get(self, spoken: Spoken) -> bytes | None:
        """Return the sound of a phrase, if it was spoken in advance."""
        return self._pcm.get(spoken)
