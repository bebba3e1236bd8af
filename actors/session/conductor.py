"""The conductor.

Carries out what the turn machine decides, by telling the stages, and keeps the record in step.
"""

from collections.abc import Callable
from typing import assert_never

from structlog.contextvars import bind_contextvars

from actors.call import Call
from actors.call_record import CallRecord, Output
from actors.decision_reports import TurnAmended
from actors.events import Begin, Cut, Pause, Quiet, Resume, SayWithin, ScoreText
from actors.frames import SpeechOver
from actors.hook_runner import failure_of
from actors.reports import (
    AgentSpeechFinished,
    AgentStateChanged,
    AgentTranscript,
    DtmfEntered,
    Interrupted,
    TurnCommitted,
    TurnDropped,
    UserStateChanged,
)
from actors.session import memory
from actors.session.decisions import told
from actors.session.producer import Producer
from actors.session.turn_hooks import TurnHooks
from actors.turn_taking import AgentState, DiscardReason, OutputKind, UserState
from actors.turn_taking import effects as fx
from actors.utterance import Utterance
from actors.vendor import TurnText
from actors.wishes import Say
from supervision.messages import ExitReason


class Conductor:
    """Stateless but for the record, which it is given anew with each effect."""

    def __init__(self, call: Call, now_ns: Callable[[], int]) -> None:
        """Tell the stages of ``call``."""
        self._call = call
        self._producer = Producer(call)
        self._hooks = TurnHooks(call, now_ns)
        self._now_ns = now_ns

    def carry_out(self, record: CallRecord, effect: fx.Effect) -> None:
        """Carry out one effect; timers and the end of the call are the Session's own."""
        self._tell_why(effect)
        match effect:
            case fx.CommitTurn() | fx.AmendTurn() | fx.TurnDiscarded() | fx.ScoreTurn():
                self._turn(record, effect)
            case fx.StartOutput():
                self._start(record, effect)
            case fx.StartSpeculation() | fx.ConfirmSpeculation() | fx.CancelSpeculation():
                self._speculate(record, effect)
            case fx.PausePlayback(epoch):
                self._call.addresses.audio_track.tell(Pause(epoch))
            case fx.ResumePlayback(epoch):
                self._call.addresses.audio_track.tell(Resume(epoch))
            case fx.InterruptOutput() | fx.OutputEnded():
                self._end(record, effect)
            case fx.SpeakWithin(epoch, ref):
                self._speak_within(record, epoch, ref)
            case fx.OutputDropped(ref):
                self._drop(record, ref)
            case fx.AgentStateChanged() | fx.UserStateChanged():
                self._state(record, effect)
            case fx.DtmfEntered(digits):
                self.report(DtmfEntered(digits))
            case _:
                pass

    def _state(self, record: CallRecord, effect: fx.StateEffect) -> None:
        match effect:
            case fx.AgentStateChanged(state):
                record.agent_state = state.value
                record.turn_begun = record.turn_begun and state is not AgentState.IDLE
                self.report(AgentStateChanged(state.value))
            case fx.UserStateChanged(state):
                record.user_state = state.value
                self.report(UserStateChanged(state.value))
                if state is UserState.SPEAKING:
                    self._turn_begins(record)
        self._tell_roles_whether_quiet(record)

    def _tell_roles_whether_quiet(self, record: CallRecord) -> None:
        speaks = record.user_state == UserState.SPEAKING.value
        is_quiet = record.agent_state == AgentState.IDLE.value and not speaks
        if is_quiet == record.quiet:
            return
        record.quiet = is_quiet
        addresses = self._call.addresses
        for slot in self._call.slots:
            role = addresses.of_slot(slot)
            if role is not addresses.audio_track:  # it stands in for the voice in writing
                role.tell(Quiet(is_quiet))

    def _tell_why(self, effect: fx.Effect) -> None:
        decision = told(effect)
        if decision is not None:
            self.report(decision[0], epoch=decision[1])

    def report(self, event: object, *, epoch: int = 0) -> None:
        """Publish an event of now."""
        self._call.report(event, at_ns=self._now_ns(), epoch=epoch)  # pyright: ignore[reportArgumentType]

    # ------------------------------------------------------------ the caller's turn

    def _turn(self, record: CallRecord, effect: fx.TurnEffect) -> None:
        match effect:
            case fx.CommitTurn(epoch, text, reason, continues):
                self._turn_begins(record)
                record.turn_begun = False
                memory.commit_turn(record, epoch, text, continues)
                record.outputs[epoch].stamps.commit = self._now_ns()
                self.report(TurnCommitted(text, reason.value), epoch=epoch)
            case fx.AmendTurn(epoch, old, new):
                memory.amend_turn(record, epoch, old, new)
            case fx.TurnDiscarded(text, reason):
                self.report(TurnDropped(text, reason.value))
                if reason is DiscardReason.STT_LOST and not record.outages.get("stt"):
                    # the caller has spoken to nobody: say so, unless an outage does
                    say = Say(Utterance(), record.part.script.apology)
                    self._call.addresses.session.tell(say)
            case fx.ScoreTurn(revision, text):
                turn = TurnText(text, record.conversation.items, record.part.language)
                self._call.addresses.turn.tell(ScoreText(revision, turn))
            case _:
                assert_never(effect)

    def _turn_begins(self, record: CallRecord) -> None:
        if not record.turn_begun:
            record.turn_begun = True
            self._hooks.user_turn_started()

    # ------------------------------------------------------------ outputs

    def _start(self, record: CallRecord, effect: fx.StartOutput) -> None:
        bind_contextvars(epoch=effect.epoch)
        request = record.requests.get(effect.ref)
        output = memory.begin_output(
            record, effect.epoch, effect.kind, request=request, continues=effect.continues
        )
        record.requests.pop(effect.ref, None)  # it is the output's now, also if this is tried again
        self._begin(record, output, effect)

    def _begin(
        self, record: CallRecord, output: Output, effect: fx.StartOutput | fx.ConfirmSpeculation
    ) -> None:
        """Begin at once, or after the hooks that have a say in it."""
        self._call.on_stage.plays(output.epoch, output.part)
        is_turn = output.kind is OutputKind.TURN
        if self._hooks.has_gate(is_turn=is_turn):
            output.gated = effect
            self._hooks.pass_gate(output.epoch, output.user_text, is_turn=is_turn)
        else:
            self._go_on(record, output, effect)

    def gate_opened(self, record: CallRecord, epoch: int, text: str | None) -> None:
        """Begin what waited for hooks; ``text`` is the caller's turn as they left it.

        None: the hooks were killed, and nothing has changed.
        """
        output = record.outputs.get(epoch)
        if output is None or output.gated is None:
            return
        effect, output.gated = output.gated, None
        if text is not None and text != output.user_text:
            memory.amend_turn(record, epoch, output.user_text, text)
            self.report(TurnAmended(output.user_text, text), epoch=epoch)
            output.user_text = text
        if not output.over:
            self._go_on(record, output, effect)

    def _go_on(
        self, record: CallRecord, output: Output, effect: fx.StartOutput | fx.ConfirmSpeculation
    ) -> None:
        addresses = self._call.addresses
        live = record.machine.live
        paused = live is not None and live.epoch == output.epoch and live.pause is not None
        addresses.audio_track.tell(Begin(output.epoch, paused))
        if isinstance(effect, fx.StartOutput):
            self._produce(record, output, effect)
        elif "llm" in self._call.slots:
            addresses.llm.tell(Begin(output.epoch))

    def _produce(self, record: CallRecord, output: Output, effect: fx.StartOutput) -> None:
        produce, request = self._producer, output.request
        match effect.kind:
            case OutputKind.TURN if not output.user_text.strip():
                produce.nothing(output)
            case OutputKind.TURN:
                produce.answer(record, output)
            case OutputKind.REPLY:
                produce.reply(record, output, request)
            case OutputKind.SAY if request is not None and request.audio is not None:
                produce.play(output, request.text, request.audio)
            case OutputKind.SAY:
                produce.speak(output, "" if request is None else request.text)
            case OutputKind.APOLOGY:
                produce.speak(output, output.part.script.apology)
            case OutputKind.CONTINUE:
                produce.speak(output, memory.unheard_text(record, effect.continues))
            case _:
                assert_never(effect.kind)

    def _speculate(
        self,
        record: CallRecord,
        effect: fx.StartSpeculation | fx.ConfirmSpeculation | fx.CancelSpeculation,
    ) -> None:
        match effect:
            case fx.StartSpeculation(epoch, text):
                output = memory.begin_output(record, epoch, OutputKind.TURN)
                self._call.on_stage.plays(epoch, output.part)
                self._producer.answer(record, output, pending=text)
            case fx.ConfirmSpeculation(epoch):
                self._begin(record, memory.begin_output(record, epoch, OutputKind.TURN), effect)
            case fx.CancelSpeculation(epoch):
                record.outputs.pop(epoch, None)
                self._cut(epoch, "speculation")
            case _:
                assert_never(effect)

    def _cut(self, epoch: int, reason: str) -> None:
        """Sink first, so that nothing upstream can still reach the caller."""
        addresses = self._call.addresses
        cut = Cut(epoch, reason)
        addresses.audio_track.tell(cut)
        if "tts" in self._call.slots:
            addresses.tts.tell(cut)
        if "llm" in self._call.slots:
            addresses.llm.tell(cut)

    def stream_ended(self, record: CallRecord, epoch: int, reason: ExitReason) -> bool:
        """Tell whether a stream broke; what came of it is played on if it has begun to sound."""
        failure = failure_of("audio stream", reason)
        if failure is None:
            return False
        self.report(failure, epoch=epoch)
        output, track = record.outputs.get(epoch), self._call.addresses.audio_track
        is_heard = output is not None and output.stamps.heard is not None
        track.tell(SpeechOver(epoch, 0, "broken") if is_heard else Cut(epoch, "broken"))
        return True

    def _end(self, record: CallRecord, effect: fx.InterruptOutput | fx.OutputEnded) -> None:
        output = record.outputs.get(effect.epoch)
        match effect:
            case fx.InterruptOutput(epoch, played_ms, reason):
                self.report(Interrupted(reason.value, played_ms), epoch=epoch)
                self._cut(epoch, reason.value)
                if output is not None:
                    output.over = "failed" if reason.is_failure else "interrupted"
                    if output.reader is not None:
                        output.reader.tell(Cut(epoch, reason.value))
            case fx.OutputEnded(_, end):
                if output is not None:
                    output.over = end.value
                    self.close_output(record, output)
            case _:
                assert_never(effect)

    def close_output(self, record: CallRecord, output: Output) -> None:
        """Write what was heard of an output that is over, and tell whoever waits for it, once.

        That it was told is noted last: a Session that falls over the telling tells again.
        """
        if output.told:
            return
        text = memory.write_heard(record, output)
        played_ms = output.played * 1000 // self._call.track_rate_hz
        self.report(AgentSpeechFinished(output.over, played_ms), epoch=output.epoch)
        if text:
            self.report(AgentTranscript(text, output.breaks_off), epoch=output.epoch)
        self._hooks.agent_turn_ended(text)
        output.let_go(output.over, text)
        output.told = True

    def close_cut(self, record: CallRecord) -> None:
        """Close what was cut at the very end: the track's answer would come too late."""
        for output in record.outputs.values():
            if output.over:
                self.close_output(record, output)

    def _speak_within(self, record: CallRecord, epoch: int, ref: str) -> None:
        request, output = record.requests.get(ref), record.outputs.get(epoch)
        if request is not None and output is not None:
            self._call.addresses.llm.tell(SayWithin(epoch, request.text))
            output.within.append(record.requests.pop(ref))

    def _drop(self, record: CallRecord, ref: str) -> None:
        request = record.requests.pop(ref, None)
        if request is not None:
            request.utterance.resolve("dropped", "")
