"""The VAD slot.

Tells where the caller's speech begins and ends, and marks it in the stream to the recogniser.
"""

from dataclasses import dataclass, field, replace

from actors.audio import CALLER_FRAME_SAMPLES, CALLER_RATE_HZ
from actors.call import AnyAddress
from actors.cast import Cast
from actors.events import CallerSilent, CallerSpoke
from actors.frames import CallerAudio, SpeechEnd, SpeechStart
from actors.performer import Performer, Result
from actors.ports import VoiceActivityDetector
from actors.role import Role
from actors.slot import Hold, Slot
from actors.speech_gate import Began, Ended, GateConfig, GateEvent, SpeechGate
from actors.vendor import FailureKind


@dataclass(frozen=True, slots=True)
class Judged:
    """The probability of speech in the window of ``samples`` at ``at``."""

    at: int
    samples: int
    probability: float


class VadPerformer(Performer[VoiceActivityDetector]):
    """Collects frames into the detector's windows and judges them."""

    _window: bytes = b""
    _window_at: int = 0

    def facts(self) -> object:
        """Tell the role which gate suits this detector."""
        return self.vendor.gate

    def on_receive(self, message: CallerAudio) -> None:
        """Judge every window that this frame completes; a gap in `at` begins a new window."""
        if message.at != self._window_at + len(self._window) // 2:
            self._window, self._window_at = b"", message.at
        window_samples = self.vendor.window_samples
        window_bytes = window_samples * 2
        self._window += message.pcm
        while len(self._window) >= window_bytes:
            probability = self.vendor.probability(self._window[:window_bytes])
            self.role.tell(Result(0, Judged(self._window_at, window_samples, probability)))
            self._window = self._window[window_bytes:]
            self._window_at += window_samples


@dataclass(slots=True)
class VadHold(Hold):
    """The gate, the number of the last mark, and how far the audio has come."""

    gate: SpeechGate = field(default_factory=lambda: SpeechGate(GateConfig()))
    marks: int = 0
    through: int = 0


class VadRole(Role[VadHold]):
    """Passes frames on, has them judged beside it, and reports and marks what the gate says."""

    def __init__(self, slot: Slot) -> None:
        """Send frames and marks to the next stage of the caller's side, news to the Session."""
        super().__init__(slot)
        self._session: AnyAddress = self.call.addresses.session

    def first_hold(self, cast: Cast) -> VadHold:
        """Begin in silence."""
        return VadHold(cast)

    def handle(self, message: object) -> None:
        """Take a frame, or a judgement of one."""
        match message:
            case CallerAudio():
                self._pass_on(message)
            case Result(value=Judged(at, samples, probability)):
                held = self.held
                held.gate, happened = held.gate.step(at, samples, probability)
                if happened is not None:
                    self._happened(happened)
            case _:
                pass

    def on_performer_ready(self, name: str) -> None:
        """Judge by the thresholds of whoever is on stage."""
        held = self.held
        gate = held.facts.get(self.on_stage() or name)
        if isinstance(gate, GateConfig):
            held.gate = replace(held.gate, config=gate)

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """End open speech if nobody is there to judge it.

        Better a turn too early than one that never ends.
        """
        held = self.held
        if held.gate.speaking and self.on_stage() is None:
            began_at = held.gate.began_at or 0
            held.gate = SpeechGate(held.gate.config)
            speech_ms = (held.through - began_at) * 1000 // CALLER_RATE_HZ
            self._happened(Ended(held.through, speech_ms, 0))

    def _pass_on(self, frame: CallerAudio) -> None:
        self.held.through = frame.at + CALLER_FRAME_SAMPLES
        stage = self.stage()
        if stage is not None:
            stage.tell(frame)
        if (next_stage := self.call.after("vad")) is not None:
            next_stage.tell(frame)

    def _happened(self, event: GateEvent) -> None:
        held = self.held
        match event:
            case Began(at, speech_ms):
                self._mark(SpeechStart(at))
                self._session.tell(CallerSpoke(at, speech_ms))
            case Ended(at, speech_ms, silence_ms):
                held.marks += 1
                self._mark(SpeechEnd(at, held.marks))
                self._session.tell(CallerSilent(at, speech_ms, silence_ms))

    def _mark(self, mark: SpeechStart | SpeechEnd) -> None:
        if (next_stage := self.call.after("vad")) is not None:
            next_stage.tell(mark)
