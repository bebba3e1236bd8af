"""One performer's take of a text, as in a recording studio: its sound on the way to the track.

What the vendor gave is kept until the take is over, so that a role that was restarted makes the
same sound again; the track ignores what it has already.
"""

from dataclasses import dataclass, field

from actors.call import AnyAddress
from actors.events import SpokenWord
from actors.loudness import Level, gain, louder
from actors.resample import StreamResampler
from actors.vendor import FailureKind, WordTiming
from actors.word_map import estimated, from_timings

RAMP_S = 0.02


class Sound:
    """A vendor's audio made fit for the track: its loudness, then its rate."""

    def __init__(self, rate_hz: int, track_rate_hz: int, level: Level, reference: Level) -> None:
        """Bring sound of ``level``, at ``rate_hz``, near the level of ``reference``."""
        self._rate_hz = rate_hz
        self._resampler = StreamResampler(rate_hz, track_rate_hz)
        self._reference = reference
        self._is_reference = level is reference
        self._own = Level(level.energy, level.frames)
        self._gain = self._wanted()
        self._is_settled = self._own.rms is not None

    def push(self, pcm: bytes) -> bytes:
        """Convert the next part."""
        before = self._gain
        if not (self._is_settled or self._is_reference) and self._reference.rms is not None:
            self._own.measure(pcm, self._rate_hz)
            self._is_settled = self._own.rms is not None
            self._gain = self._wanted()
        return self._resampler.push(louder(pcm, before, self._gain, round(RAMP_S * self._rate_hz)))

    def flush(self) -> bytes:
        """Return what is left in the filter; the take is over."""
        return self._resampler.flush()

    def _wanted(self) -> float:
        return 1.0 if self._is_reference else gain(self._own, self._reference)


@dataclass(slots=True)
class Take:
    """A text with a performer, and what came of it."""

    attempt: int
    performer: str
    address: AnyAddress
    text: str
    rate_hz: int
    sound: Sound
    asked_s: float
    start: int | None = None
    """The epoch's sample at which it begins; None while it is not known whether it is wanted."""
    lead_in: bytes = b""
    """Silence between it and the voice before."""
    skip: int = 0
    """How many of its first words the caller has heard before."""
    raw: list[bytes] = field(default_factory=list[bytes])
    used: int = 0
    """How much of ``raw`` went through ``sound``."""
    timings: list[WordTiming] = field(default_factory=list[WordTiming])
    latest: object = None
    """The last message that counted: told once more after a crash, it does not count again."""
    latest_s: float = 0.0
    """When the last sound came."""
    was_silent: bool = False
    """Whether it went on before its rival once: it does not get away with that twice."""
    over: bool = False
    """Whether the performer has said that this is all."""
    failing: FailureKind | None = None
    """Why its performer is being ended; what it still gives is not wanted."""
    fallen: tuple[FailureKind, str] | None = None
    """Why it goes no further, until somebody else goes on."""

    @property
    def has_sounded(self) -> bool:
        """Whether any sound came."""
        return bool(self.raw)

    def convert(self) -> bytes:
        """Return the sound of what came since the last time."""
        if not self.raw:
            return b""
        parts = [self.lead_in] if self.used == 0 else []
        fresh, self.used = self.raw[self.used :], len(self.raw)
        parts += [self.sound.push(pcm) for pcm in fresh]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def again(self, sound: Sound) -> bytes:
        """Return once more what was converted so far, and go on with ``sound``."""
        self.sound = sound
        made = self.raw[: self.used]
        return b"".join([self.lead_in, *map(sound.push, made)]) if made else b""

    def words(
        self, end: int, track_rate_hz: int, *, whole_s: float | None
    ) -> tuple[SpokenWord, ...]:
        """Place the words of the text in its sound, which ends at sample ``end``.

        With ``whole_s`` the take broke off: without timings its words are spread over that long.
        """
        if self.start is None:
            return ()
        start = self.start + len(self.lead_in) // 2
        if self.timings:
            ratio = track_rate_hz / self.rate_hz
            return from_timings(
                self.timings, self.text, start=start, ratio=ratio, whole=whole_s is None
            )
        samples = end - start
        if whole_s is not None:
            samples = max(samples, round(whole_s * track_rate_hz))
        return estimated(self.text, start=start, samples=samples)
