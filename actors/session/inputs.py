"""The listener: turns what the Session is told into inputs of the turn machine.

What it learns on the way (positions, words, texts, times) goes into the call record first.
"""

from dataclasses import replace
from typing import Any

from actors.call_record import CallRecord, Output, Request
from actors.decision_reports import TurnJudged
from actors.events import (
    CallerDtmf,
    CallerFinal,
    CallerInterim,
    CallerSilent,
    CallerSpoke,
    CallerText,
    CallerTurnEnded,
    OutputFailed,
    Played,
    PlayPhase,
    ReplyProgress,
    ReplyText,
    SpeechBegan,
    TurnScored,
    WordsPlaced,
)
from actors.recogniser_news import RecogniserBehind, RecogniserNews, RecogniserReady
from actors.reports import AgentSpeechStarted, AgentWords, Failure, ToolCalled, UserTranscript
from actors.session import memory
from actors.session.conductor import Conductor
from actors.session.latency import turn_latency
from actors.session.turn_hooks import GateOpened
from actors.tools.events import ToolEnded, ToolStarted
from actors.turn_taking import Input, inputs
from actors.vendor import TurnScore
from actors.wishes import ChangeLineup, Reply, Say, SummaryWritten, UpdateInstructions, UpdateTools
from actors.word_map import heard, is_heard, without_first
from supervision.address import Down

CALLER = "caller"
"""The one human of a room, as the machine names them."""
WRITER = "caller, in writing"
"""The same, where the texts are numbered by the line and not by the STT role."""


class Listener:
    """Stateless: whatever it notes is noted in the record."""

    def __init__(self, conductor: Conductor, track_rate_hz: int) -> None:
        """Report through ``conductor``; positions are samples at ``track_rate_hz``."""
        self._conductor = conductor
        self._rate_hz = track_rate_hz

    def inputs(self, record: CallRecord, message: object, now_ns: int) -> tuple[Input, ...]:
        """Return what the machine is to be told of this message, if anything."""
        match message:
            case Played():
                return self._played(record, message, now_ns)
            case CallerSpoke() | CallerSilent() | CallerInterim() | CallerFinal() | CallerText():
                return self._caller(record, message, now_ns)
            case ToolStarted() | ToolEnded():
                return self._tool(record, message, now_ns)
            case UpdateInstructions() | SummaryWritten() | UpdateTools():
                self._update(record, message)
                return ()
            case GateOpened() | Down():
                return self._child(record, message)
            case Say() | Reply():
                return self._request(record, message)
            case OutputFailed(epoch, slot, kind, detail):
                self._conductor.report(Failure(slot, kind.value, detail), epoch=epoch)
                return (inputs.GenerationFailed(epoch, slot),)
            case (
                TurnScored() | CallerTurnEnded() | ChangeLineup()
                | RecogniserReady() | RecogniserBehind()
            ):  # fmt: skip
                return self._judged(message)
            case CallerDtmf(who, digit):
                return (inputs.Dtmf(who, digit),)
            case ReplyProgress() | ReplyText() | SpeechBegan() | WordsPlaced():
                return self._produced(record, message, now_ns)
            case _:
                return ()

    def _child(self, record: CallRecord, message: GateOpened | Down) -> tuple[Input, ...]:
        """Hear of the children in which the code of users runs."""
        match message:
            case GateOpened(epoch, text):
                self._conductor.gate_opened(record, epoch, text)
            case Down(key=("gate", int(epoch))):
                self._conductor.gate_opened(record, epoch, None)
            case Down(key=("stream", int(epoch)), reason=reason):
                if self._conductor.stream_ended(record, epoch, reason):
                    return (inputs.GenerationFailed(epoch, "audio stream"),)
            case _:
                pass
        return ()

    @staticmethod
    def _update(
        record: CallRecord, message: UpdateInstructions | SummaryWritten | UpdateTools
    ) -> None:
        match message:
            case UpdateInstructions(instructions, part):
                _rewrite(record, part, instructions=instructions)
            case SummaryWritten(summary):
                record.summary = summary
            case UpdateTools(toolbox, part):
                _rewrite(record, part, toolbox=toolbox)

    # ------------------------------------------------------------ the caller

    def _caller(
        self,
        record: CallRecord,
        message: CallerSpoke | CallerSilent | CallerInterim | CallerFinal | CallerText,
        now_ns: int,
    ) -> tuple[Input, ...]:
        match message:
            case CallerSpoke(_, speech_ms):
                return (inputs.VadStarted(CALLER, speech_ms),)
            case CallerSilent(_, speech_ms, silence_ms):
                record.stamps.speech_end = now_ns - silence_ms * 1_000_000
                return (inputs.VadEnded(CALLER, speech_ms, silence_ms),)
            case CallerInterim(utt, text, is_preflight):
                self._conductor.report(UserTranscript(text, final=False))
                kind = inputs.Preflight if is_preflight else inputs.Interim
                return (kind(CALLER, utt, text),)
            case CallerFinal(utt, text, confidence):
                record.stamps.final = now_ns
                self._conductor.report(UserTranscript(text, final=True))
                return (inputs.Final(CALLER, utt, text, confidence),)
            case CallerText(number, text):
                record.stamps.final = now_ns
                self._conductor.report(UserTranscript(text, final=True))
                return (inputs.Final(WRITER, number, text, is_written=True),)

    def _judged(
        self, message: TurnScored | CallerTurnEnded | ChangeLineup | RecogniserNews
    ) -> tuple[Input, ...]:
        """Take in what the ears say of the turn's end, and what ears there are."""
        match message:
            case TurnScored(revision, score):
                state = None if score.state is None else score.state.value
                self._conductor.report(TurnJudged(score.probability, state))
                return _scored(revision, score)
            case CallerTurnEnded():
                self._conductor.report(TurnJudged(None, "complete"))
                return (inputs.SttEnded(CALLER),)
            case RecogniserReady(can):
                return (inputs.SttCapable(can.interims, can.owns_end_of_turn),)
            case RecogniserBehind(through_ns, expect_by_ns):
                return (inputs.SttHeld(through_ns, expect_by_ns),)
            case ChangeLineup(filled, cuts_agent):
                cut = (inputs.Interrupt(force=True),) if cuts_agent else ()
                ears = inputs.EarsChanged("vad" in filled, "stt" in filled, "turn" in filled)
                return (*cut, ears)

    # ------------------------------------------------------------ the agent's output

    def _played(self, record: CallRecord, message: Played, now_ns: int) -> tuple[Input, ...]:
        output = record.outputs.get(message.epoch)
        if output is None:
            return ()
        if output.reader is not None:
            output.reader.tell(message)
        output.played = message.samples
        played_ms = message.samples * 1000 // self._rate_hz
        match message.phase:
            case PlayPhase.STARTED:
                self._started(output, now_ns)
                return (inputs.AgentAudioStarted(output.epoch),)
            case PlayPhase.PROGRESS:
                progress = inputs.AgentAudioProgress(output.epoch, played_ms)
                return (progress, *self._spoke(output))
            case PlayPhase.DRAINED:
                return (*self._spoke(output), inputs.AgentAudioDrained(output.epoch))
            case PlayPhase.FINISHED if message.samples:
                finished = inputs.AgentAudioFinished(output.epoch, played_ms)
                return (*self._spoke(output), finished)
            case PlayPhase.FINISHED:
                return (inputs.ReplyEmpty(output.epoch),)
            case PlayPhase.PAUSED | PlayPhase.RESUMED:
                return ()
            case PlayPhase.CUT:
                if output.over:
                    self._conductor.close_output(record, output)
                return ()

    def _started(self, output: Output, now_ns: int) -> None:
        if output.stamps.heard is not None:
            return
        output.stamps.heard = now_ns
        self._conductor.report(AgentSpeechStarted(), epoch=output.epoch)
        if output.stamps.commit is not None:
            self._conductor.report(turn_latency(output.stamps), epoch=output.epoch)

    def _spoke(self, output: Output) -> tuple[Input, ...]:
        """Tell the words that were heard and not told yet; where they lie may become known late."""
        untold = without_first(output.words, output.words_told)
        if not untold or not is_heard(untold[0], output.played):
            return ()
        fresh = heard(untold, output.played)
        output.words_told += len(fresh.split())
        self._conductor.report(AgentWords(fresh), epoch=output.epoch)
        return (inputs.AgentSpoke(output.epoch, fresh),)

    def _produced(
        self,
        record: CallRecord,
        message: ReplyProgress | ReplyText | SpeechBegan | WordsPlaced,
        now_ns: int,
    ) -> tuple[Input, ...]:
        output = record.outputs.get(message.epoch)
        if output is None:
            return ()
        match message:
            case ReplyProgress(epoch, first):
                if first:
                    output.stamps.first_token = now_ns
                return (inputs.GenerationProgress(epoch),)
            case ReplyText(_, text):
                output.text = text
            case SpeechBegan():
                output.stamps.first_audio = now_ns
            case WordsPlaced(_, words, start):
                kept = (word for word in output.words if word.start < start)
                output.words = [*kept, *words]
                if output.over:
                    memory.write_heard(record, output)
        return ()

    # ------------------------------------------------------------ tools and user code

    def _tool(
        self, record: CallRecord, message: ToolStarted | ToolEnded, now_ns: int
    ) -> tuple[Input, ...]:
        epoch = message.epoch
        match message:
            case ToolStarted(_, call):
                called = ToolCalled(call.name, call.arguments, "started")
            case ToolEnded(_, result, arguments, status):
                if result.call_id not in record.tool_calls:
                    return ()
                called = ToolCalled(result.name, arguments, status, result.output)
                if status == "abandoned":  # its thread may still hang
                    text = f"{result.output}; {record.abandoned_tools + 1} abandoned in this call"
                    self._conductor.report(
                        Failure(f"tool {result.name}", status, text), epoch=epoch
                    )
        self._conductor.report(called, epoch=epoch)
        memory.note_tool(record, message, now_ns)  # last: who falls over the above does it again
        output = record.outputs.get(epoch)
        if output is None:
            return ()
        running = output.running_tools.values()
        busy = not all(tool.safe for tool in running)
        until_ns = max((tool.until_ns for tool in running), default=0)
        return (inputs.ToolsBusy(epoch, busy, until_ns),)

    @staticmethod
    def _request(record: CallRecord, message: Say | Reply) -> tuple[Input, ...]:
        utterance = message.utterance
        match message:
            case Say(_, text, audio, interruptible, unless_user_spoke, within, part):
                record.requests[utterance.id] = Request(utterance, text, audio, part=part)
                return (
                    inputs.Say(
                        utterance.id,
                        uninterruptible=not interruptible,
                        within=within,
                        unless_user_spoke=unless_user_spoke,
                    ),
                )
            case Reply(_, instructions, images, interruptible, within, part):
                request = Request(utterance, instructions, images=images, part=part)
                record.requests[utterance.id] = request
                reply = inputs.Reply(utterance.id, uninterruptible=not interruptible, within=within)
                return (reply,)


def _rewrite(record: CallRecord, part_id: str, **changes: Any) -> None:
    """Change what an agent is told: the one on stage, or one that has left and may come back."""
    part = record.parts.get(part_id, record.part)
    record.parts[part.id] = replace(part, script=replace(part.script, **changes))


def _scored(revision: int, score: TurnScore) -> tuple[Input, ...]:
    if score.state is not None:
        return (inputs.EouScore(revision, inputs.EouVerdict(score.state.value)),)
    if score.probability is not None:
        return (inputs.EouScore(revision, score.probability),)
    return ()
