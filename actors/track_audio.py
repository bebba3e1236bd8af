"""The audio of one epoch as the track holds it.

What came, what was played, what was taken back, to the sample. Plain data, no clock. Audio is kept
as views of the messages in which it came; only the frame that is played is a copy.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from actors.audio import BYTES_PER_SAMPLE
from actors.fade import fade_out


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
    """Whether everything that is here has been played, though more will come."""
    silent_since_s: float | None = None
    """Since when the caller therefore hears silence, unless the silence is wanted."""
    starved_s: float = 0.0
    """How long that was the case before."""
    _chunks: deque[memoryview] = field(default_factory=deque[memoryview])

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
        fresh = memoryview(pcm)[(self.received - off) * BYTES_PER_SAMPLE :]
        if fresh:
            self._chunks.append(fresh)
            self.received += len(fresh) // BYTES_PER_SAMPLE

    def can_take(self, samples: int) -> bool:
        """Whether a whole frame waits, or the last partial one."""
        return self.buffered >= samples or (self.total is not None and self.buffered > 0)

    def take(self, samples: int) -> bytes:
        """Return the next frame; the last one of the epoch is filled up with silence."""
        wanted = samples * BYTES_PER_SAMPLE
        parts: list[bytes | memoryview] = []
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
        return b"".join(parts)

    def cut_back(self, places: Sequence[int], *, ahead: int, fade_samples: int, keep: bool) -> int:
        """Let the audio end at the first of ``places`` that can still be had; return where it ends.

        Nothing is taken back within ``ahead`` samples of what was played, for that is on its way
        to the caller; before the first sound everything can be. With none of the places left the
        audio ends as early as can be, or with ``keep`` stays whole. ``keep`` is said where voices
        end by themselves: nothing fades there. Where the epoch ends has to be said again.
        """
        earliest = self.played + ahead if self.started else 0
        last = self.received if keep else earliest
        end = min(self.received, next((at for at in places if at >= earliest), last))
        self._drop(self.received - end)
        self.total = None
        if not keep:
            self._fade(fade_samples)
        return end

    def end_silence(self, now_s: float) -> None:
        """Count the silence that the caller heard because nothing was there."""
        if self.silent_since_s is not None:
            self.starved_s += max(0.0, now_s - self.silent_since_s)
            self.silent_since_s = None

    def _drop(self, samples: int) -> None:
        excess = samples * BYTES_PER_SAMPLE
        self.received -= samples
        while excess:
            chunk = self._chunks.pop()
            if len(chunk) > excess:
                self._chunks.append(chunk[:-excess])
            excess -= min(excess, len(chunk))

    def _fade(self, samples: int) -> None:
        """Let what waits fall to silence at its end."""
        tail = deque[memoryview]()
        wanted = min(samples, self.buffered) * BYTES_PER_SAMPLE
        left = wanted
        while left:
            chunk = self._chunks.pop()
            if len(chunk) > left:
                self._chunks.append(chunk[:-left])
                chunk = chunk[-left:]
            tail.appendleft(chunk)
            left -= len(chunk)
        if tail:
            faded = fade_out(b"".join(tail), wanted // BYTES_PER_SAMPLE)
            self._chunks.append(memoryview(faded))
