"""What a line was given and what of it was heard, in samples since the connection began.

Plain data, no clock. The far end tells positions in the stream that it receives; the track wants
positions in an epoch.
"""

from collections import deque
from dataclasses import dataclass, field

from actors.playback import Heard


@dataclass(frozen=True, slots=True)
class _Frame:
    start: int
    """The position of its first sample in the stream."""
    end: int
    epoch: int
    off: int
    samples: int
    """How many of its samples are speech; silence follows them."""

    def heard_at(self, position: int) -> Heard:
        return Heard(self.epoch, self.off + min(self.samples, position - self.start))


@dataclass(slots=True)
class Playout:
    """One connection: the frames that are under way, and the clears that are not answered yet."""

    sent: int = 0
    heard: int = 0
    _frames: deque[_Frame] = field(default_factory=deque[_Frame])
    _clears: deque[int] = field(default_factory=deque[int])

    def send(self, length: int, *, epoch: int, off: int, samples: int) -> None:
        """Note a frame of ``length`` samples whose first ``samples`` are speech of the epoch."""
        end = self.sent + length
        self._frames.append(_Frame(self.sent, end, epoch, off, samples))
        self.sent = end

    def clear(self) -> None:
        """Note that the far end was told to drop what it has."""
        self._clears.append(self.sent)

    def hear(self, position: int) -> tuple[Heard, ...]:
        """Take in that the far end has played up to this position; return what that means.

        It cannot have played what it was not given, nor, before it answers a clear, what came
        after that.
        """
        bound = self._clears[0] if self._clears else self.sent
        position = min(position, bound)
        if position <= self.heard:
            return ()
        self.heard = position
        news: dict[int, Heard] = {}
        while self._frames and self._frames[0].start < position:
            frame = self._frames[0]
            news[frame.epoch] = frame.heard_at(position)
            if frame.end > position:
                break
            self._frames.popleft()
        return tuple(news.values())

    def cleared(self, position: int) -> tuple[Heard, ...] | None:
        """Take in the answer to a clear: it stopped there, and the rest is dropped.

        None: there was no clear to answer.
        """
        if not self._clears:
            return None
        news = self.hear(position)
        mark = self._clears.popleft()
        while self._frames and self._frames[0].end <= mark:
            self._frames.popleft()
        self.heard = max(self.heard, mark)
        return news
