"""The audio track: plays the agent's speech, and knows to the sample what was heard.

Audio of an epoch whose gate is shut (`Begin` has not come) waits here; audio of a cut epoch never
leaves, but for the frame with which it fades out at once. The track is the one place that paces
the agent, so pause, cut and position are exact.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never, cast

from structlog.contextvars import bind_contextvars

from actors.audio import FRAME_MS, frame_samples
from actors.call import Call
from actors.events import Begin, Cut, Pause, Played, PlayPhase, Resume
from actors.fade import fade_out
from actors.frames import AgentAudio, PlayFrame, SpeechOver
from actors.take_back import CutBack, WasCutBack
from actors.track_audio import EpochAudio
from supervision.actor import Actor

FRAME_S = FRAME_MS / 1000
PROGRESS_FRAMES = 5
"""A position is reported every 100 ms."""
MAX_CATCH_UP_S = 0.1
"""A tick later than this (the loop was blocked) is not made up for.

A burst would only be cut off elsewhere.
"""
OUT_OF_REACH_S = 0.06
"""What follows the last frame so closely is not taken back: it is as good as heard."""
SEAM_FADE_S = 0.015
"""How long what was taken back fades, so that a word in the midst does not end with a click."""


@dataclass(frozen=True, slots=True)
class _Tick:
    """The next frame is due."""


@dataclass(slots=True)
class _Hold:
    live: int = 0
    paused: bool = False
    audio: dict[int, EpochAudio] = field(default_factory=dict[int, EpochAudio])
    cut: deque[int] = field(default_factory=lambda: deque[int](maxlen=64))


TrackMail: TypeAlias = AgentAudio | SpeechOver | CutBack | Begin | Cut | Pause | Resume | _Tick


class AudioTrack(Actor):
    """Owns what the caller hears. Restarted, it goes on at the sample where it stood."""

    def __init__(self, call: Call, *, fade_s: float = FRAME_S) -> None:
        """Play to the call's transport at its rate; what is cut fades out within ``fade_s``."""
        super().__init__()
        self._call = call
        self._frame_samples = frame_samples(call.track_rate_hz)
        self._fade_samples = round(fade_s * call.track_rate_hz)
        self._due_s: float | None = None
        """When the next frame is due, while there is something to play."""
        self._free_s = 0.0
        """Until when the line has sound from the last frame: none goes out before."""
        self._since_report = 0

    @property
    def _held(self) -> _Hold:
        return cast("_Hold", self.hold)

    def on_start(self) -> None:
        """Take up the position, and go on playing."""
        self._call.name_in_logs("audio_track")
        if self.hold is None:
            self.hold = _Hold()
        self._play_on()

    def on_receive(self, message: TrackMail) -> None:
        """Take audio, gate orders and ticks."""
        match message:
            case _Tick():
                self._tick()
            case AgentAudio(epoch) | SpeechOver(epoch) | CutBack(epoch):
                if (audio := self._audio(epoch)) is not None:
                    self._take(audio, message)
            case Begin(epoch, paused):
                self._begin(epoch, paused=paused)
            case Cut(epoch):
                self._cut(epoch)
            case Pause(epoch) if epoch == self._held.live:
                self._pause()
            case Resume(epoch) if epoch == self._held.live:
                self._resume()
            case Pause() | Resume():  # of an epoch that is not heard, or not any more
                pass
            case _:
                assert_never(message)

    def _audio(self, epoch: int) -> EpochAudio | None:
        """Return the epoch's audio, new if need be; None if the epoch is over."""
        held = self._held
        if epoch in held.cut:
            return None
        return held.audio.setdefault(epoch, EpochAudio(epoch))

    def _take(self, audio: EpochAudio, message: AgentAudio | SpeechOver | CutBack) -> None:
        match message:
            case AgentAudio(_, off, pcm):
                audio.push(off, pcm)
            case SpeechOver(_, samples):
                audio.total = samples
            case CutBack():
                self._cut_back(audio, message)
        self._play_on()

    def _begin(self, epoch: int, *, paused: bool) -> None:
        if self._audio(epoch) is not None:
            bind_contextvars(epoch=epoch)
            self._held.live = epoch
            self._held.paused = paused
            self._play_on()

    def _pause(self) -> None:
        held = self._held
        if not held.paused:
            held.paused = True
            audio = held.audio[held.live]
            audio.end_silence(self.clock.now_s())
            self._report(audio, PlayPhase.PAUSED)

    def _resume(self) -> None:
        held = self._held
        if held.paused:
            held.paused = False
            audio = held.audio[held.live]
            if audio.drained:
                audio.silent_since_s = self.clock.now_s()
            self._report(audio, PlayPhase.RESUMED)
            self._play_on()

    def _cut_back(self, audio: EpochAudio, order: CutBack) -> None:
        rate_hz = self._call.track_rate_hz
        off = audio.cut_back(
            order.places,
            ahead=round(OUT_OF_REACH_S * rate_hz),
            fade_samples=round(SEAM_FADE_S * rate_hz),
            keep=order.keep,
        )
        self._call.addresses.tts.tell(WasCutBack(audio.epoch, off, order.number))

    def _cut(self, epoch: int) -> None:
        held = self._held
        if epoch in held.cut:
            return
        held.cut.append(epoch)
        audio = held.audio.pop(epoch, EpochAudio(epoch))
        if epoch == held.live:
            self._fade(audio)
            held.live, held.paused = 0, False
            self._stop_ticking()
        self._report(audio, PlayPhase.CUT)

    def _fade(self, audio: EpochAudio) -> None:
        """Put out the next frame on the way to silence, if there is sound to be faded."""
        is_sounding = self._due_s is not None and audio.started and not self._held.paused
        if is_sounding and audio.buffered and self._fade_samples:
            self._send(fade_out(audio.take(self._frame_samples), self._fade_samples))

    # ------------------------------------------------------------ the clockwork

    def _play_on(self) -> None:
        """Begin to tick if there is something to do and no tick is under way."""
        held = self._held
        audio = held.audio.get(held.live)
        if self._due_s is not None or held.paused or audio is None:
            return
        if audio.finished or audio.can_take(self._frame_samples):
            now_s = self.clock.now_s()
            self._due_s = max(now_s, self._free_s)
            if self._due_s > now_s:  # it stopped less than a frame ago: no two frames at once
                self.after(self._due_s - now_s, _Tick(), key="tick")
            else:
                self._tick()

    def _tick(self) -> None:
        held = self._held
        audio = held.audio.get(held.live)
        if self._due_s is None or audio is None or held.paused:
            self._stop_ticking()
            return
        if audio.can_take(self._frame_samples):
            self._play(audio, self._due_s)
            self._schedule(self._due_s)
            return
        dry_s = self._due_s
        self._stop_ticking()
        if audio.finished:
            self._finish(audio)
        elif audio.started and not audio.drained:
            audio.drained, audio.silent_since_s = True, dry_s
            self._report(audio, PlayPhase.DRAINED)

    def _play(self, audio: EpochAudio, due_s: float) -> None:
        self._send(audio.take(self._frame_samples))
        self._since_report += 1
        if not audio.started or audio.drained:
            audio.end_silence(due_s)
            audio.started, audio.drained = True, False
            self._report(audio, PlayPhase.STARTED)
        elif self._since_report >= PROGRESS_FRAMES:
            self._report(audio, PlayPhase.PROGRESS)

    def _send(self, pcm: bytes) -> None:
        self._call.addresses.transport.tell(PlayFrame(pcm))
        begins_s = self._free_s if self._due_s is None else max(self._due_s, self._free_s)
        self._free_s = begins_s + FRAME_S

    def _finish(self, audio: EpochAudio) -> None:
        held = self._held
        del held.audio[audio.epoch]
        held.cut.append(audio.epoch)
        held.live = 0
        self._report(audio, PlayPhase.FINISHED)

    def _schedule(self, due_s: float) -> None:
        now_s = self.clock.now_s()
        due_s += FRAME_S
        if now_s - due_s > MAX_CATCH_UP_S:
            due_s = now_s + FRAME_S
        self._due_s = due_s
        self.after(max(0.0, due_s - now_s), _Tick(), key="tick")

    def _stop_ticking(self) -> None:
        self._due_s = None
        self.cancel_after("tick")

    def _report(self, audio: EpochAudio, phase: PlayPhase) -> None:
        self._since_report = 0
        starved_ms = round(audio.starved_s * 1000)
        position = Played(audio.epoch, audio.played, audio.buffered, phase, starved_ms)
        self._call.addresses.session.tell(position)
        for slot in ("tts", "llm"):
            if slot in self._call.slots:
                self._call.addresses.of_slot(slot).tell(position)
