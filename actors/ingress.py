"""Ingress: the one place where the caller's audio gets its format and its clock.

Whatever comes in is mixed down to mono, resampled to 16 kHz and cut into frames of 20 ms; each
frame gets the number of its first sample. From here on the audio can be asked for again
(`CallerRing`).
"""

from dataclasses import dataclass, field

from actors.arrivals import AudioIn
from actors.audio import CALLER_FRAME_BYTES, CALLER_FRAME_SAMPLES, CALLER_RATE_HZ
from actors.call import Call
from actors.frames import CallerAudio
from actors.resample import StreamResampler, to_mono
from supervision.actor import Actor


@dataclass(slots=True)
class _Hold:
    next_at: int = 0
    rest: bytes = b""
    resamplers: dict[int, StreamResampler] = field(default_factory=dict[int, StreamResampler])


class Ingress(Actor):
    """Owns the caller's sample clock; restarted, it goes on at the next sample."""

    def __init__(self, call: Call) -> None:
        """Send frames to the first stage of the caller's side that this agent has."""
        super().__init__()
        self._call = call

    def on_start(self) -> None:
        """Take up the clock where the last incarnation left it."""
        self._call.name_in_logs("ingress")
        self._held: _Hold = self.hold or _Hold()
        self.hold = self._held

    def on_receive(self, message: AudioIn) -> None:
        """Normalise, cut into frames, remember, pass on."""
        held = self._held
        pcm = message.pcm if message.channels == 1 else to_mono(message.pcm, message.channels)
        if message.sample_rate_hz != CALLER_RATE_HZ:
            pcm = self._resampler(held, message.sample_rate_hz).push(pcm)
        if len(pcm) == CALLER_FRAME_BYTES and not held.rest:  # as most lines send it
            self._pass_on(held, pcm)
            return
        if held.rest:
            pcm = held.rest + pcm
        whole = len(pcm) - len(pcm) % CALLER_FRAME_BYTES
        held.rest = pcm[whole:]
        for start in range(0, whole, CALLER_FRAME_BYTES):
            self._pass_on(held, pcm[start : start + CALLER_FRAME_BYTES])

    def _pass_on(self, held: _Hold, pcm: bytes) -> None:
        frame = CallerAudio(held.next_at, pcm)
        held.next_at += CALLER_FRAME_SAMPLES
        self._call.ring.append(frame)
        if (next_stage := self._call.after("ingress")) is not None:
            next_stage.tell(frame)

    @staticmethod
    def _resampler(held: _Hold, sample_rate_hz: int) -> StreamResampler:
        found = held.resamplers.get(sample_rate_hz)
        if found is None:
            found = StreamResampler(sample_rate_hz, CALLER_RATE_HZ)
            held.resamplers = {sample_rate_hz: found}
        return found
