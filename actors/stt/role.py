"""The STT slot: numbers utterances and sees to it that all the caller says is put into words.

Who hears the stream is an *attempt*. When a recogniser falls, hangs or gives way, the next one is
another attempt: it hears again, in order and with every mark in its place, what its predecessor did
not put into words. A text that comes from a former attempt no longer counts.
"""

from typing import assert_never

from actors.audio import BYTES_PER_SAMPLE, CALLER_RATE_HZ, FRAME_MS, samples_to_ms, samples_to_s
from actors.frames import CallerAudio, SpeechEnd, SpeechStart
from actors.recogniser_news import RecogniserReady
from actors.slots.cast import Cast
from actors.slots.handover import Seam, SeamKind
from actors.slots.performer import Cancel, Result
from actors.slots.role import Role
from actors.stt.hold import Joining, SttHold
from actors.stt.past import Past, joined, last_pause
from actors.stt.performer import CONSUMED_STEP, Heard, Listen
from actors.stt.replay import NO_EVENT_S, Attempt, Mark, answer_within_s, silence_ends
from actors.stt.scribe import written
from actors.stt.texts import Said
from actors.stt.timers import More, Overdue
from actors.stt_capabilities import SttCapabilities
from actors.vendor import FailureKind, SttEvent, SttFinal, SttFlushed

PATIENCE_S = 1.9
"""The Session waits so long for a text by itself; of a later one it must be told."""
MOST_OVERDUE = 3
"""Speech on which so many recognisers in a row hung is given up."""


class SttRole(Role[SttHold]):
    """Gives the whole stream to one recogniser at a time."""

    def first_hold(self, cast: Cast) -> SttHold:
        """Begin with nothing heard, perhaps in the midst of a call."""
        here = self.call.ring.end
        said = Said(resume_at=here)
        return SttHold(cast, heard_to=here, said=said, utt=self.call.lineup.utterances)

    def on_receive(self, message: object) -> None:
        """Take audio before anything else: it comes fifty times a second."""
        if isinstance(message, CallerAudio):
            self.take_audio(message)
        else:
            super().on_receive(message)

    def handle(self, message: object) -> None:
        """Take marks from the VAD side, and texts from the performer."""
        attempt = self.held.listening
        match message:
            case SpeechStart() | SpeechEnd():
                self._take_mark(message)
            case Result(number, Heard(count, event)):
                if attempt is None or attempt.number != number:
                    self.held.stale += 1
                elif count > attempt.results:
                    self._heard(attempt, event)
                    attempt.results = count
            case More(number) if attempt is not None and attempt.number == number:
                self._feed(attempt)
            case Overdue() if attempt is not None and attempt.number == message.attempt:
                self._overdue(attempt, message)
            case _:
                pass

    def on_resumed(self) -> None:
        """Go on with the attempt, and set its deadlines again."""
        attempt = self.held.listening
        if attempt is None:
            self._listen()
            return
        for mark in self.held.marks:
            if mark.number <= attempt.marked and isinstance(mark.what, SpeechEnd):
                self._expect_answer(attempt, mark)
        self._feed(attempt)

    # ------------------------------------------------------------ the caller's stream

    def take_audio(self, frame: CallerAudio) -> None:
        """Give the next frame to whoever listens, once."""
        held, attempt = self.held, self.held.listening
        end = frame.at + len(frame.pcm) // BYTES_PER_SAMPLE
        if end <= held.heard_to:
            return
        held.heard_to = end
        if attempt is None:
            return
        now_s = self.clock.now_s()
        is_next = attempt.next_at == frame.at and attempt.marked == held.noted
        if is_next and attempt.may_take(now_s):
            self._give(attempt, frame, now_s)
        else:
            self._feed(attempt)

    def _take_mark(self, mark: SpeechStart | SpeechEnd) -> None:
        held = self.held
        if not held.owes:
            self._change_if_due()
        if not held.note(mark):
            return
        held.forget_before(self.call.ring.start)
        attempt = held.listening
        if attempt is not None:
            self._feed(attempt)
        if isinstance(mark, SpeechEnd) and (attempt is None or attempt.marked < held.noted):
            self._tell_behind()

    def _feed(self, attempt: Attempt) -> None:
        """Give the attempt what it has not heard yet, as fast as it may be given."""
        held, ring, now_s = self.held, self.call.ring, self.clock.now_s()
        may_skip = attempt.can.max_rate is not None and self.call.has_vad
        while True:
            self._give_marks(attempt)
            if may_skip:
                attempt.jump(silence_ends(attempt.next_at, held.marks, held.heard_to))
            if attempt.next_at >= held.heard_to:
                self._tell_forgotten()
                return
            if not attempt.may_take(now_s):
                self.after(FRAME_MS / 1000, More(attempt.number), key="more")
                return
            frame = ring.first_since(attempt.next_at)
            if frame is None or frame.at >= held.heard_to:
                held.miss(attempt, held.heard_to)
            else:
                held.miss(attempt, frame.at)
                self._give(attempt, frame, now_s)

    def _give(self, attempt: Attempt, frame: CallerAudio, now_s: float) -> None:
        self.held.live[attempt.name].tell(frame)
        attempt.took(frame.at, len(frame.pcm) // BYTES_PER_SAMPLE, now_s)

    def _give_marks(self, attempt: Attempt) -> None:
        for mark in self.held.marks:
            if attempt.marked < mark.number and mark.place <= attempt.next_at:
                self.held.live[attempt.name].tell(mark.what)
                attempt.marked = mark.number
                self._expect_answer(attempt, mark)

    # ------------------------------------------------------------ who listens

    def on_performer_ready(self, name: str) -> None:
        """Let whoever is on stage listen, if nobody does."""
        if self.held.listening is None:
            self._listen()

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Let another one hear again what this one did not put into words."""
        attempt = self.held.listening
        if attempt is not None and attempt.name == name:
            self._drop(attempt)
        if self.held.listening is None:
            self._listen()

    def on_performer_left(self, name: str) -> None:
        """Let the new one listen from here on."""
        self.on_performer_down(name, FailureKind.CLOSED, "it has left")

    def _change_if_due(self) -> None:
        """Give the stage to whoever should have it, between two utterances."""
        attempt, name = self.held.listening, self.on_stage()
        if attempt is None or name in {None, attempt.name, *self.held.condemned}:
            return
        if attempt.name in self.held.live:
            self.held.live[attempt.name].tell(Cancel(attempt.number))
        self._listen()

    def _listen(self) -> None:
        """Open an attempt at whoever is on stage."""
        held, name = self.held, self.on_stage()
        if name is None or name in held.condemned:
            return
        staged = self.put_on_stage(name)
        can = held.facts[name]
        if not isinstance(can, SttCapabilities):
            raise TypeError(f"{name} does not say what it can do")
        self._tell_joined(SeamKind.UNCHECKED)
        held.forget_before(self.call.ring.start)
        attempt = held.open_attempt(name, can, has_vad=self.call.has_vad)
        past = self._past(attempt)
        staged.address.tell(Listen(attempt.number, past))
        if held.told_of != name:
            held.told_of = name
            self.call.addresses.session.tell(RecogniserReady(can))
        if staged.handover is not None:
            backlog_ms = samples_to_ms(attempt.backlog, CALLER_RATE_HZ) if held.owes else 0
            held.joining = Joining(staged.handover, backlog_ms)
        if held.owes:
            self._tell_behind(0.0 if past is None else past.within_s)
        else:
            self._tell_joined(SeamKind.CLEAN)
        self._feed(attempt)

    def _past(self, attempt: Attempt) -> Past | None:
        """Leave out of the stream what its vendor takes as a whole, and expect the words of it."""
        mark = last_pause(attempt, self.held.marks)
        if mark is None or not isinstance(mark.what, SpeechEnd):
            return None
        audio = joined(self.call.ring.since(attempt.next_at), attempt.next_at, mark.place)
        past = Past(audio, mark.what.mark)
        attempt.leave_out(mark, past.mark)
        self.expect(mark.number, past.within_s, Overdue(attempt.number, mark))
        return past

    def _drop(self, attempt: Attempt) -> None:
        """Take the stream from an attempt: what it says from now on is stale."""
        held = self.held
        held.listening = None
        self.settle("speech")
        for mark in held.marks:
            self.settle(mark.number)
        if held.owes:
            self._tell_behind()

    def _give_up(self, attempt: Attempt, detail: str) -> None:
        """End a recogniser that hangs; `on_performer_down` follows."""
        self._drop(attempt)
        if attempt.name in self.held.live:
            self.condemn(attempt.name, FailureKind.LATE, detail)

    # ------------------------------------------------------------ deadlines

    def _expect_answer(self, attempt: Attempt, mark: Mark) -> None:
        """Set the deadline of a mark that was given; of a start only where interims show it."""
        match mark.what:
            case SpeechStart():
                if attempt.can.interims:
                    self.expect("speech", NO_EVENT_S, Overdue(attempt.number, mark))
            case SpeechEnd():
                self.settle("speech")
                at_once = attempt.behind_to if mark.place <= attempt.behind_to else 0
                backlog = max(0, at_once - self.held.said.resume_at)
                within_s = answer_within_s(
                    attempt.can,
                    speech_s=self.held.speech_s(mark),
                    backlog_s=samples_to_s(backlog, CALLER_RATE_HZ),
                )
                overdue = Overdue(attempt.number, mark, attempt.consumed)
                self.expect(mark.number, within_s, overdue)
                if within_s > PATIENCE_S:
                    self._tell_behind(within_s)
            case _:
                assert_never(mark.what)

    def _overdue(self, attempt: Attempt, overdue: Overdue) -> None:
        """Wait on for one that still works through the audio; end one that hangs."""
        held, mark = self.held, overdue.mark
        if isinstance(mark.what, SpeechStart):
            self._give_up(attempt, f"not a word within {NO_EVENT_S:g} s of speech")
            return
        if overdue.consumed < attempt.consumed < mark.place - CONSUMED_STEP:
            self._expect_answer(attempt, mark)
            self._tell_behind()
            return
        detail = f"no Final of {held.speech_s(mark):.1f} s of speech"
        times = held.left_unanswered(mark)
        if times >= MOST_OVERDUE:
            held.answered(mark.what.mark)
        self._give_up(attempt, detail)

    # ------------------------------------------------------------ what the Session is told

    def _heard(self, attempt: Attempt, event: SttEvent) -> None:
        held = self.held
        self.settle("speech")
        before = held.marks
        for text in written(held, attempt, event):
            self.call.addresses.session.tell(text)
        self.call.lineup.utterances = held.utt
        for mark in before[: len(before) - len(held.marks)]:
            self.settle(mark.number)
        if held.joining is not None and attempt.has_spoken:
            self._tell_joined(held.seam)
        if isinstance(event, SttFinal | SttFlushed):
            if held.behind_to:
                self._tell_waiting()
            if not held.owes:
                self._change_if_due()

    def _tell_joined(self, kind: SeamKind) -> None:
        """Report a hand-over, now that it is known how the texts join."""
        joining, self.held.joining = self.held.joining, None
        if joining is not None:
            self.report_switch(joining.handover, Seam(kind, backlog_ms=joining.backlog_ms))

    def _tell_forgotten(self) -> None:
        """Say once how much of the caller nobody can hear any more."""
        if detail := self.held.take_forgotten():
            self.report_failure(self.slot.name, FailureKind.LATE, detail)

    def _tell_behind(self, at_least_s: float = 0.0) -> None:
        """Let the turn wait for the texts of all that has come so far."""
        self.held.behind_to = self.held.heard_to
        self._tell_waiting(at_least_s)

    def _tell_waiting(self, at_least_s: float = 0.0) -> None:
        waiting = self.held.waiting(self.clock.now_ns(), at_least_s)
        self.call.addresses.session.tell(waiting)
