"""The audio that the track holds, epoch by epoch.

What came, what was sent, what was heard, what was taken back, to the sample. Plain data, no clock.
Audio is kept as views of the messages in which it came; only the frame that is sent is a copy.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from actors.audio import BYTES_PER_SAMPLE
from actors.track.fade import fade_out


@dataclass(slots=True)
class EpochAudio:
    """Received, sent and heard samples of one epoch; what is not heard yet can be sent again."""

    epoch: int
    received: int = 0
    sent: int = 0
    """Samples of speech that went out; the silence that fills a last frame does not count."""
    played: int = 0
    """Of these, samples that were heard."""
    total: int | None = None
    """How many samples there will be, once it is known."""
    started: bool = False
    drained: bool = False
    """Whether everything that is here has been played, though more will come."""
    silent_since_s: float | None = None
    """Since when the caller therefore hears silence, unless the silence is wanted."""
    starved_s: float = 0.0
    """How long that was the case before."""
    _fades_at: int | None = None
    """Where audio was cut back and faded last."""
    _chunks: deque[memoryview] = field(default_factory=deque[memoryview])
    """What was not sent yet."""
    _under_way: deque[memoryview] = field(default_factory=deque[memoryview])
    """What was sent and not heard yet."""

    @property
    def buffered(self) -> int:
        """Samples that wait to be heard."""
        return self.received - self.played

    @property
    def waiting(self) -> int:
        """Samples that wait to be sent."""
        return self.received - self.sent

    @property
    def is_under_way(self) -> bool:
        """Whether something was sent and not heard yet."""
        return self.sent > self.played

    @property
    def finished(self) -> bool:
        """Whether everything that will ever come has been heard."""
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
        return self.waiting >= samples or (self.total is not None and self.waiting > 0)

    def take(self, samples: int) -> bytes:
        """Return the next frame; the last one of the epoch is filled up with silence."""
        wanted = samples * BYTES_PER_SAMPLE
        parts: list[memoryview] = []
        while wanted and self._chunks:
            chunk = self._chunks.popleft()
            if len(chunk) > wanted:
                self._chunks.appendleft(chunk[wanted:])
                chunk = chunk[:wanted]
            parts.append(chunk)
            wanted -= len(chunk)
        self._under_way.extend(parts)
        self.sent += samples - wanted // BYTES_PER_SAMPLE
        return b"".join(parts) + bytes(wanted)

    def hear(self, samples: int) -> None:
        """Note that it was heard up to this sample, as far as it was sent."""
        if samples >= self.sent:
            self._under_way.clear()
            self.played = self.sent
            return
        fresh = (min(samples, self.sent) - self.played) * BYTES_PER_SAMPLE
        while fresh > 0:
            chunk = self._under_way.popleft()
            if len(chunk) > fresh:
                self._under_way.appendleft(chunk[fresh:])
                chunk = chunk[:fresh]
            fresh -= len(chunk)
            self.played += len(chunk) // BYTES_PER_SAMPLE

    def rewind(self) -> None:
        """Go back to what was heard last: the rest is sent again."""
        self._chunks.extendleft(reversed(self._under_way))
        self._under_way.clear()
        self.sent = self.played

    def cut_back(self, places: Sequence[int], *, ahead: int, fade_samples: int, keep: bool) -> int:
        """Let the audio end at the first of ``places`` that can still be had; return where it ends.

        Nothing is taken back within ``ahead`` samples of what was sent, for that is on its way
        to the caller; before the first frame everything can be. With none of the places left the
        audio ends as early as can be, or with ``keep`` stays whole. ``keep`` is said where voices
        end by themselves: nothing fades there. Where the epoch ends has to be said again.
        """
        earliest = self.sent + ahead if self.sent else 0
        last = self.received if keep else earliest
        end = min(self.received, next((at for at in places if at >= earliest), last))
        self._drop(self.received - end)
        self.total = None
        if not keep and end != self._fades_at:  # ordered once more, it fades no further
            self._fade(fade_samples)
            self._fades_at = end
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
        wanted = min(samples, self.waiting) * BYTES_PER_SAMPLE
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


@dataclass(slots=True)
class TrackHold:
    """What outlives a fall of the track."""

    live: int = 0
    """The epoch whose gate is open; 0 while there is none."""
    paused: bool = False
    away: bool = False
    """Whether the caller's connection is lost."""
    connection: int = 0
    audio: dict[int, EpochAudio] = field(default_factory=dict[int, EpochAudio])
    silencing: deque[EpochAudio] = field(default_factory=deque[EpochAudio])
    """What was cut while the far end had some of it, in the order in which it was told."""
    cut: deque[int] = field(default_factory=lambda: deque[int](maxlen=64))
    """The epochs that are over."""

    def audio_of(self, epoch: int) -> EpochAudio | None:
        """Return the epoch's audio, new if need be; None if the epoch is over."""
        if epoch in self.cut:
            return None
        return self.audio.setdefault(epoch, EpochAudio(epoch))
