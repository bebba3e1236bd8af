"""The VAD slot.

Tells where the caller's speech begins and ends, and marks it in the stream to the recogniser.
"""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from actors.audio import BYTES_PER_SAMPLE, CALLER_FRAME_SAMPLES, CALLER_RATE_HZ
from actors.call import AnyAddress
from actors.events import CallerSilent, CallerSpoke
from actors.frames import CallerAudio, SpeechEnd, SpeechStart
from actors.ports import VoiceActivityDetector
from actors.slots.cast import Cast
from actors.slots.performer import Performer
from actors.slots.promise import broken, promised
from actors.slots.role import Role
from actors.slots.slot import Hold, Slot
from actors.speech_gate import Began, Ended, GateConfig, GateEvent, SpeechGate
from actors.vendor import FailureKind

JUDGED_AGAIN_S = 0.2
"""Speech that was open when its detector fell is judged again by then, or it ends."""
MOST_AGAIN = CALLER_RATE_HZ
"""More than this is not judged again: it would tell of a speech long over."""
LATE_S = 0.1
"""A window takes up to two frames, and its judgement may be late by 60 ms."""
PAUSE_S = 0.2


class Judged(NamedTuple):
    """The probability of speech in the window of ``samples`` at ``at``."""

    at: int
    samples: int
    probability: float


class VadPerformer(Performer[VoiceActivityDetector]):
    """Collects frames into the detector's windows and judges them."""

    port = VoiceActivityDetector

    _window: bytes = b""
    _window_at: int = 0

    def facts(self) -> object:
        """Tell the role which gate suits this detector."""
        gate = self.vendor.gate
        promised(gate, GateConfig)
        return gate

    def on_receive(self, message: CallerAudio) -> None:
        """Judge every window that this frame completes; a gap in `at` begins a new window."""
        vendor, window, at = self.vendor, self._window, self._window_at
        if message.at != at + len(window) // BYTES_PER_SAMPLE:
            window, at = b"", message.at
        window += message.pcm
        samples = vendor.window_samples
        size = samples * BYTES_PER_SAMPLE
        while len(window) >= size:
            probability = vendor.probability(window[:size])
            if not 0.0 <= probability <= 1.0:
                raise broken(f"a probability of {probability}")
            self.role.tell(Judged(at, samples, probability))
            window, at = window[size:], at + samples
        self._window, self._window_at = window, at


@dataclass(slots=True)
class VadHold(Hold):
    """The gate, the number of the last mark, and how far the audio has come."""

    gate: SpeechGate = field(default_factory=lambda: SpeechGate(GateConfig()))
    marks: int = 0
    through: int = 0
    fed_to: int = 0
    """Audio before this sample was given to the present detector."""
    judged_to: int = 0
    waits_since_s: float | None = None
    """Since when the detector owes a judgement."""
    fed_at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Unjudged:
    """Nothing was judged after this sample since the detector fell."""

    judged_to: int


class VadRole(Role[VadHold]):
    """Passes frames on, has them judged beside it, and reports and marks what the gate says."""

    def __init__(self, slot: Slot) -> None:
        """Send frames and marks to the next stage of the caller's side, news to the Session."""
        super().__init__(slot)
        self._session: AnyAddress = self.call.addresses.session

    def first_hold(self, cast: Cast) -> VadHold:
        """Begin in silence, perhaps in the midst of a call: what was said before is past."""
        here = self.call.ring.end
        return VadHold(cast, through=here, fed_to=here, judged_to=here)

    def on_receive(self, message: object) -> None:
        """Take a frame, or a judgement of one: fifty a second each, so these come first."""
        match message:
            case CallerAudio():
                self._pass_on(message)
            case Judged():
                if message.at >= self.held.judged_to:
                    self._take(message)
            case _:
                super().on_receive(message)

    def handle(self, message: object) -> None:
        """End speech that nobody has judged in time."""
        match message:
            case _Unjudged(judged_to) if self.held.judged_to == judged_to:
                self._end_speech()
            case _:
                pass

    def on_performer_ready(self, name: str) -> None:
        """Judge by the thresholds of whoever is on stage."""
        held = self.held
        gate = held.facts.get(self.on_stage() or name)
        if isinstance(gate, GateConfig):
            held.gate = replace(held.gate, config=gate)

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Let the next detector judge what this one did not; if none does, end open speech."""
        held = self.held
        held.fed_to = max(held.judged_to, held.through - MOST_AGAIN)
        held.waits_since_s = None
        if held.gate.speaking:
            self.after(JUDGED_AGAIN_S, _Unjudged(held.judged_to), key="unjudged")

    def on_resumed(self) -> None:
        """Do not rely on a detector for speech that was open."""
        if self.held.gate.speaking:
            self.after(JUDGED_AGAIN_S, _Unjudged(self.held.judged_to), key="unjudged")

    def _take(self, judged: Judged) -> None:
        held = self.held
        held.judged_to, held.waits_since_s = judged.at + judged.samples, None
        held.gate, happened = held.gate.step(judged.at, judged.samples, judged.probability)
        if happened is not None:
            self._happened(happened)

    def _end_speech(self) -> None:
        """Better a turn too early than one that never ends."""
        held = self.held
        if held.gate.speaking:
            began_at = held.gate.began_at or 0
            held.gate = SpeechGate(held.gate.config)
            speech_ms = (held.through - began_at) * 1000 // CALLER_RATE_HZ
            self._happened(Ended(held.through, speech_ms, 0))

    def _pass_on(self, frame: CallerAudio) -> None:
        held = self.held
        held.through = frame.at + CALLER_FRAME_SAMPLES
        stage = self.stage()
        if stage is not None:
            if held.fed_to < frame.at:
                for missed in self.call.ring.since(held.fed_to):
                    if missed.at < frame.at:
                        stage.tell(missed)
            stage.tell(frame)
            held.fed_to = held.through
            self._watch()
        if (next_stage := self.call.after("vad")) is not None:
            next_stage.tell(frame)

    def _watch(self) -> None:
        """End a detector that owes a judgement for too long.

        Not after a pause of the line or the loop: then nobody could have judged.
        """
        held, now_s = self.held, self.clock.now_s()
        if held.waits_since_s is None or now_s - held.fed_at_s > PAUSE_S:
            held.waits_since_s = now_s
        elif now_s - held.waits_since_s > LATE_S and held.last_on_stage not in held.condemned:
            detail = f"no judgement within {LATE_S * 1000:g} ms"
            self.condemn(held.last_on_stage, FailureKind.LATE, detail)
        held.fed_at_s = now_s

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
