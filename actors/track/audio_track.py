"""The audio track: plays the agent's speech, and knows to the sample what was heard.

Audio of an epoch whose gate is shut (`Begin` has not come) waits here; audio of a cut epoch never
leaves, but for the frame with which it fades out at once. The track is the one place that paces
the agent, so pause, cut and position are exact.

What was heard is what was sent, unless the far end reports it: then a position is what it has
reported, and what a lost connection has swallowed is sent again over the next one.
"""

from typing import assert_never

from structlog.contextvars import bind_contextvars

from actors.audio import frame_samples
from actors.call import Call
from actors.events import Begin, Cut, Pause, Played, PlayPhase, Resume
from actors.frames import AgentAudio, FallSilent, PlayFrame, SpeechOver
from actors.playback import Heard, LineState, Silenced
from actors.take_back import CutBack, WasCutBack
from actors.track.audio import EpochAudio, TrackHold
from actors.track.fade import fade_out
from actors.track.mail import FarEnd, SilencedLate, Speech, StillAway, Tick, TrackMail
from actors.track.pacer import FRAME_S, Pacer
from supervision.actor import Actor

PROGRESS_FRAMES = 5
"""A position is reported every 100 ms."""
OUT_OF_REACH_S = 0.06
"""What follows the last frame so closely is not taken back: it is as good as heard."""
SEAM_FADE_S = 0.015
"""How long what was taken back fades, so that a word in the midst does not end with a click."""
SILENCED_WITHIN_S = 0.5
"""A far end that was told to fall silent says within this time where it stopped."""
AWAY_REPORT_S = 1.0
"""While the caller is away the position is told so often, or the reply would count as stalled."""


class AudioTrack(Actor):
    """Owns what the caller hears. Restarted, it goes on at the sample where it stood."""

    def __init__(self, call: Call, *, fade_s: float = FRAME_S, is_reported: bool = False) -> None:
        """Play to the call's transport at its rate; what is cut fades out within ``fade_s``.

        ``is_reported``: the far end tells what was heard.
        """
        super().__init__()
        self._call = call
        self._is_reported = is_reported
        self._frame_samples = frame_samples(call.track_rate_hz)
        self._fade_samples = round(fade_s * call.track_rate_hz)
        self._pacer = Pacer()
        self._since_report = 0

    def on_start(self) -> None:
        """Take up the position, and go on playing."""
        self._call.name_in_logs("audio_track")
        self._held: TrackHold = self.hold or TrackHold()
        self.hold = self._held
        self._silencing_is_over()
        if self._held.away:
            self._still_away()
        self._play_on()

    def on_receive(self, message: TrackMail) -> None:
        """Take audio, gate orders and ticks."""
        match message:
            case Tick():
                self._tick()
            case AgentAudio(epoch) | SpeechOver(epoch) | CutBack(epoch):
                if (audio := self._held.audio_of(epoch)) is not None:
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
            case Heard() | Silenced() | SilencedLate():
                self._far_end(message)
            case LineState():
                self._line_changed(message)
            case StillAway():
                self._still_away()
            case _:
                assert_never(message)

    def _take(self, audio: EpochAudio, message: Speech) -> None:
        match message:
            case AgentAudio(_, off, pcm):
                audio.push(off, pcm)
            case SpeechOver(_, samples):
                audio.total = samples
            case CutBack():
                self._cut_back(audio, message)
        self._play_on()

    def _begin(self, epoch: int, *, paused: bool) -> None:
        if self._held.audio_of(epoch) is not None:
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
            self._fall_silent(audio)
            held.live, held.paused = 0, False
            self._stop_ticking()
        if audio.is_under_way and not held.away:
            held.silencing.append(audio)
            self.after(SILENCED_WITHIN_S, SilencedLate(), key="silenced")
        else:
            self._report(audio, PlayPhase.CUT)

    def _fall_silent(self, audio: EpochAudio) -> None:
        """Let the line drop what it has, and put out the next frame on the way to silence."""
        fade = b""
        is_sounding = self._pacer.runs and audio.started and not self._held.paused
        if is_sounding and audio.waiting and self._fade_samples and not self._is_reported:
            fade = fade_out(audio.take(self._frame_samples), self._fade_samples)
            audio.hear(audio.sent)
            self._pacer.sent()
        if audio.is_under_way or (audio.sent and not self._is_reported):
            self._call.addresses.transport.tell(FallSilent(fade, self._held.connection))

    # ------------------------------------------------------------ the far end

    def _far_end(self, message: FarEnd) -> None:
        silencing = self._held.silencing
        match message:
            case Heard(epoch, samples):
                self._heard(epoch, samples)
            case Silenced():
                if silencing:
                    self._report(silencing.popleft(), PlayPhase.CUT)
                if not silencing:
                    self.cancel_after("silenced")
            case SilencedLate():
                self._silencing_is_over()

    def _heard(self, epoch: int, samples: int) -> None:
        held = self._held
        for cut in held.silencing:
            if cut.epoch == epoch:
                cut.hear(samples)
        audio = held.audio.get(epoch)
        if audio is None:
            return
        audio.hear(samples)
        self._tell_position(audio, now_s=self.clock.now_s(), is_due=True)
        if not self._pacer.runs and not held.paused and not audio.waiting:
            self._settle(audio, dry_s=self.clock.now_s())

    def _silencing_is_over(self) -> None:
        """Believe what is known: nothing more will be told."""
        while self._held.silencing:
            self._report(self._held.silencing.popleft(), PlayPhase.CUT)
        self.cancel_after("silenced")

    def _line_changed(self, line: LineState) -> None:
        held = self._held
        held.away, held.connection = line.is_away, line.connection
        if line.is_away:
            self._stop_ticking()
            self._silencing_is_over()
            self._still_away()
            return
        self.cancel_after("away")
        for audio in held.audio.values():
            audio.rewind()
        self._play_on()

    def _still_away(self) -> None:
        audio = self._held.audio.get(self._held.live)
        if audio is not None:
            self._report(audio, PlayPhase.PROGRESS)
        self.after(AWAY_REPORT_S, StillAway(), key="away")

    # ------------------------------------------------------------ the clockwork

    def _play_on(self) -> None:
        """Begin to tick if there is something to do and no tick is under way."""
        held = self._held
        audio = held.audio.get(held.live)
        if self._pacer.runs or held.paused or held.away or audio is None:
            return
        if audio.finished or audio.can_take(self._frame_samples):
            delay_s = self._pacer.start(self.clock.now_s())
            if delay_s > 0:
                self.after(delay_s, Tick(), key="tick")
            else:
                self._tick()

    def _tick(self) -> None:
        held, due_s = self._held, self._pacer.due_s
        audio = held.audio.get(held.live)
        if due_s is None or audio is None or held.paused:
            self._stop_ticking()
            return
        if audio.can_take(self._frame_samples):
            self._play(audio, due_s)
            self.after(self._pacer.advance(self.clock.now_s()), Tick(), key="tick")
            return
        self._stop_ticking()
        self._settle(audio, dry_s=due_s)

    def _settle(self, audio: EpochAudio, *, dry_s: float) -> None:
        """Tell that the epoch is over, or has run dry."""
        if audio.finished:
            self._finish(audio)
        elif audio.started and not audio.drained and not audio.is_under_way:
            audio.drained, audio.silent_since_s = True, dry_s
            self._report(audio, PlayPhase.DRAINED)

    def _play(self, audio: EpochAudio, due_s: float) -> None:
        off = audio.sent
        pcm = audio.take(self._frame_samples)
        frame = PlayFrame(pcm, audio.epoch, off, audio.sent - off, self._held.connection)
        self._call.addresses.transport.tell(frame)
        self._pacer.sent()
        if not self._is_reported:
            audio.hear(audio.sent)
            self._since_report += 1
            is_due = self._since_report >= PROGRESS_FRAMES
            self._tell_position(audio, now_s=due_s, is_due=is_due)

    def _tell_position(self, audio: EpochAudio, *, now_s: float, is_due: bool) -> None:
        if not audio.started or audio.drained:
            audio.end_silence(now_s)
            audio.started, audio.drained = True, False
            self._report(audio, PlayPhase.STARTED)
        elif is_due:
            self._report(audio, PlayPhase.PROGRESS)

    def _finish(self, audio: EpochAudio) -> None:
        held = self._held
        del held.audio[audio.epoch]
        held.cut.append(audio.epoch)
        held.live = 0
        self._report(audio, PlayPhase.FINISHED)

    def _stop_ticking(self) -> None:
        self._pacer.stop()
        self.cancel_after("tick")

    def _report(self, audio: EpochAudio, phase: PlayPhase) -> None:
        self._since_report = 0
        starved_ms = round(audio.starved_s * 1000)
        position = Played(audio.epoch, audio.played, audio.buffered, phase, starved_ms)
        self._call.addresses.session.tell(position)
        for slot in ("tts", "llm"):
            if slot in self._call.slots:
                self._call.addresses.of_slot(slot).tell(position)
