"""The audio of one epoch as the track holds it.

What came, what was played, to the sample. Plain data, no clock.
"""

from collections import deque
from dataclasses import dataclass, field

from actors.audio import BYTES_PER_SAMPLE


@dataclass(slots=True)
class EpochAudio:
    """Received, waiting and played samples of one epoch."""

    epoch: int
    received: int = 0
    played: int = 0
    """Samples of speech that went out; the silence that fills a last frame does not count."""
    total: int | None = None
    """How many samples there will be, once it is known."""
    started: bool = False
    drained: bool = False
    _chunks: deque[bytes] = field(default_factory=deque[bytes])

    @property
    def buffered(self) -> int:
        """Samples that wait to be played."""
        return self.received - self.played

    @property
    def finished(self) -> bool:
        """Whether everything that will ever come has been played."""
        return self.total is not None and self.buffered == 0

    def push(self, off: int, pcm: bytes) -> None:
        """Add audio that begins at sample ``off``; what is here already is ignored.

        Raises:
            ValueError: samples between what is here and ``off`` are missing.

        """
        if off > self.received:
            raise ValueError(f"epoch {self.epoch}: audio at {off}, expected {self.received}")
        fresh = pcm[(self.received - off) * BYTES_PER_SAMPLE :]
        if fresh:
            self._chunks.append(fresh)
            self.received += len(fresh) // BYTES_PER_SAMPLE

    def can_take(self, samples: int) -> bool:
        """Whether a whole frame waits, or the last partial one."""
        return self.buffered >= samples or (self.total is not None and self.buffered > 0)

    def take(self, samples: int) -> bytes:
        """Return the next frame; the last one of the epoch is filled up with silence."""
        wanted = samples * BYTES_PER_SAMPLE
        parts: list[bytes] = []
        while wanted and self._chunks:
            chunk = self._chunks.popleft()
            if len(chunk) > wanted:
                self._chunks.appendleft(chunk[wanted:])
                chunk = chunk[:wanted]
            parts.append(chunk)
            wanted -= len(chunk)
        self.played += samples - wanted // BYTES_PER_SAMPLE
        if wanted:
            parts.append(bytes(wanted))
        return parts[0] if len(parts) == 1 else b"".join(parts)
