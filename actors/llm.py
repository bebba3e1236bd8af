"""The LLM slot: streams a reply, runs its tools, and hands the text over in speakable pieces."""

from collections.abc import Callable, Iterable
from typing import assert_never

from structlog.contextvars import bind_contextvars

from actors.call import AnyAddress
from actors.cast import Cast
from actors.conversation import Message, ToolCall
from actors.events import (
    Begin,
    Cut,
    Generate,
    OutputFailed,
    ReplyProgress,
    ReplyText,
    SayWithin,
)
from actors.frames import Piece, ReplyEnd, SpeechOver
from actors.llm_job import LlmHold, LlmJob, Overdue, SpeechText, SplitDue
from actors.llm_performer import Ask
from actors.llm_tools import ToolRound
from actors.part import EndReply
from actors.performer import Cancel, Finished, Result
from actors.role import Role
from actors.slot import Slot
from actors.text import TextFilter
from actors.tool_runner import ToolReturned
from actors.vendor import ChatDone, ChatEvent, ChatRequest, FailureKind, TextDelta, Usage
from supervision.address import Down

FIRST_RESULT_S = 10.0
STALL_S = 5.0
WAIT_FOR_STAGE_S = 5.0
MAX_RETRIES = 3


class LlmRole(Role[LlmHold]):
    """Owns the replies in the making. Released means: handed over as a piece."""

    def __init__(self, slot: Slot, text_filter: Callable[[], TextFilter]) -> None:
        """Use a new ``text_filter`` for each reply."""
        super().__init__(slot)
        self._text_filter = text_filter
        self._session: AnyAddress = self.call.addresses.session

    def first_hold(self, cast: Cast) -> LlmHold:
        """Begin with no reply."""
        return LlmHold(cast)

    def canary(self, attempt: int) -> object:
        """Have it say one word."""
        said = Message(role="user", text="Say no more than: ok")
        return Ask(attempt, ChatRequest((said,), is_probe=True))

    def handle(self, message: object) -> None:
        """Take orders from the Session, results from the performer, outputs from tools."""
        match message:
            case Generate(epoch) if epoch not in self.held.jobs:
                self._generate(message)
            case Begin(epoch) if epoch in self.held.jobs:
                self._confirm(self.held.jobs[epoch])
            case Cut(epoch):
                self._cut(epoch)
            case EndReply(epoch) if epoch in self.held.jobs:
                self.held.jobs[epoch].is_ending = True
                self._end_round(self.held.jobs[epoch])
            case SayWithin(epoch, text):
                self._say_within(epoch, text)
            case Result(attempt, event):
                self._result(attempt, event)
            case Finished(attempt):
                self._finished(attempt)
            case ToolReturned(call_id):
                self._tool_ended(call_id, lambda tools: tools.returned(message))
            case Down(key=("tool", str(call_id))):
                reason = message.reason
                self._tool_ended(call_id, lambda tools: tools.fell(call_id, reason))
            case SplitDue(epoch) if epoch in self.held.jobs:
                job = self.held.jobs[epoch]
                self._release(job, job.speech.tick(self.clock.now_ns()))
            case Overdue(epoch, attempt):
                self._overdue(epoch, attempt)
            case _:
                pass

    # ------------------------------------------------------------ asking the model

    def on_resumed(self) -> None:
        """Set the deadlines again, and ask for what was not asked yet."""
        for job in tuple(self.held.jobs.values()):
            if job.performer:
                self._expect(job, FIRST_RESULT_S)
            elif job.waits_for_stage:
                self._ask(job)

    def on_performer_ready(self, name: str) -> None:
        """Ask for what waits for a stage."""
        for job in tuple(self.held.jobs.values()):
            if job.waits_for_stage:
                self._ask(job)

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Ask the next performer if nothing of the round was handed over.

        Else the reply has failed.
        """
        for job in tuple(self.held.jobs.values()):
            if job.performer != name:
                continue
            job.performer = ""
            if job.spoke_in_round or job.retries >= MAX_RETRIES:
                self._fail(job, kind, detail)
                continue
            job.retries += 1
            job.speech.forget()
            job.drop_round()
            self._ask(job)

    def _generate(self, order: Generate) -> None:
        speech = SpeechText(self._text_filter)
        job = LlmJob(order.epoch, order.request, speech, order.toolbox)
        job.confirmed, job.silent = order.confirmed, order.silent
        self.held.jobs[order.epoch] = job
        self._ask(job)

    def _ask(self, job: LlmJob) -> None:
        bind_contextvars(epoch=job.epoch)
        stage = self.stage()
        if stage is None:
            self._expect(job, WAIT_FOR_STAGE_S)
            return
        job.performer = self.held.last_on_stage
        job.attempt = self.next_attempt()
        stage.tell(Ask(job.attempt, job.request))
        self._expect(job, FIRST_RESULT_S)

    def _expect(self, job: LlmJob, within_s: float) -> None:
        self.after(within_s, Overdue(job.epoch, job.attempt), key=("due", job.epoch))

    def _overdue(self, epoch: int, attempt: int) -> None:
        job = self.held.jobs.get(epoch)
        if job is None or job.attempt != attempt or job.calls:
            return
        if job.performer:
            self.condemn(job.performer, FailureKind.LATE, "no result within the deadline")
        else:
            self._fail(job, FailureKind.LATE, "no language model is ready")

    def _fail(self, job: LlmJob, kind: FailureKind, detail: str) -> None:
        self._end(job)
        self._session.tell(OutputFailed(job.epoch, self.slot.name, kind, detail))

    def _end(self, job: LlmJob) -> None:
        """Hand over the end mark, so that speech comes to its end.

        A job that may still turn out to be wasted is kept, so that what it cost can be told.
        """
        self._hand_over(job, ReplyEnd(job.epoch, job.speech.pieces))
        job.over, job.performer = True, ""
        self.cancel_after(("due", job.epoch))
        if job.confirmed:
            self._forget(job)

    def _forget(self, job: LlmJob) -> None:
        self.held.jobs.pop(job.epoch, None)
        self.cancel_after(("due", job.epoch))
        self.cancel_after(("split", job.epoch))

    def _cut(self, epoch: int) -> None:
        job = self.held.jobs.get(epoch)
        if job is None:
            return
        if job.performer in self.held.live:
            self.held.live[job.performer].tell(Cancel(job.attempt))
        self._tools(job).interrupt()
        if job.speech.spoken:
            self._session.tell(ReplyText(epoch, job.speech.text))
        if not job.confirmed:
            self.call.report(job.wasted(), at_ns=self.clock.now_ns(), epoch=epoch)
        self._forget(job)

    # ------------------------------------------------------------ results

    def _job_of(self, attempt: int) -> LlmJob | None:
        for job in self.held.jobs.values():
            if job.attempt == attempt and job.performer:
                return job
        return None

    def _result(self, attempt: int, value: object) -> None:
        job = self._job_of(attempt)
        if job is None:
            return
        self._expect(job, STALL_S)
        self._event(job, value)  # pyright: ignore[reportArgumentType] - a performer sends ChatEvents only

    def _event(self, job: LlmJob, event: ChatEvent) -> None:
        first = not (job.rounds or job.round_text or job.calls)
        match event:
            case TextDelta(text):
                job.round_text += text
                self._session.tell(ReplyProgress(job.epoch, first=first))
                self._release(job, job.speech.push(text, self.clock.now_ns()))
            case ToolCall():
                job.calls[event.call_id] = event
                self._session.tell(ReplyProgress(job.epoch, first=first))
            case Usage(output_tokens=tokens):
                job.round_tokens = tokens
            case ChatDone():
                pass
            case _:
                assert_never(event)

    def _finished(self, attempt: int) -> None:
        job = self._job_of(attempt)
        if job is None:
            return
        job.performer = ""
        self._release(job, job.speech.finish(self.clock.now_ns()))
        if job.calls:
            self.cancel_after(("due", job.epoch))
            if job.may_run_tools:
                self._run_tools(job)
            return
        self._session.tell(ReplyText(job.epoch, job.speech.text))
        self._end(job)

    def _release(self, job: LlmJob, pieces: Iterable[str]) -> None:
        for text in pieces:
            self._hand_over(job, Piece(job.epoch, job.speech.pieces, text))
            job.speech.pieces += 1
            job.speech.spoken.append(text)
            job.spoke_in_round = True
        due_ns = job.speech.due_ns
        if due_ns is None:
            self.cancel_after(("split", job.epoch))
        else:
            delay_s = max(0, due_ns - self.clock.now_ns()) / 1e9
            self.after(delay_s, SplitDue(job.epoch), key=("split", job.epoch))

    def _hand_over(self, job: LlmJob, mail: Piece | ReplyEnd) -> None:
        addresses = self.call.addresses
        if job.silent:
            job.unspoken.append(mail)
        elif self.call.has_voice:
            addresses.tts.tell(mail)
        elif isinstance(mail, ReplyEnd):  # in writing: no sound will come, and the track is told so
            addresses.audio_track.tell(SpeechOver(job.epoch, 0))

    def _say_within(self, epoch: int, text: str) -> None:
        job = self.held.jobs.get(epoch)
        if job is None:
            return
        now_ns = self.clock.now_ns()
        spoken = SpeechText(self._text_filter)
        self._release(job, job.speech.finish(now_ns))
        job.speech.set_apart()
        self._release(job, [*spoken.push(text, now_ns), *spoken.finish(now_ns)])
        job.speech.set_apart()

    # ------------------------------------------------------------ tools

    def _tools(self, job: LlmJob) -> ToolRound:
        return ToolRound(self.call, self.address, job)

    def _confirm(self, job: LlmJob) -> None:
        """The turn is certain: its speech may be made, and tools of a complete round may run."""
        if job.confirmed:
            return
        job.confirmed, job.silent = True, False
        waiting, job.unspoken = job.unspoken, []
        for mail in waiting:
            self._hand_over(job, mail)
        if job.over:
            self._forget(job)
        elif job.calls and not job.performer:
            self._run_tools(job)

    def _run_tools(self, job: LlmJob) -> None:
        self._tools(job).start()
        self._end_round(job)

    def _tool_ended(self, call_id: str, record: Callable[[ToolRound], None]) -> None:
        for job in tuple(self.held.jobs.values()):
            if call_id in job.calls and call_id not in job.outputs:
                record(self._tools(job))
                self._end_round(job)

    def _end_round(self, job: LlmJob) -> None:
        if job.waits_for_tools:
            return
        if job.is_ending:
            self._session.tell(ReplyText(job.epoch, job.speech.text))
            self._end(job)
        elif not job.handed_over:
            job.next_round()
            self._ask(job)
