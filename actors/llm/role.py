"""The LLM slot: streams a reply, runs its tools, and hands the text over in speakable pieces.

When a model fails in the middle of a reply, another one goes on with it: what was handed over
stays, what was not is made anew, and what the second one repeats is left out (`JoinFilter`).
"""

from collections.abc import Callable, Iterable
from typing import assert_never

from actors.chat_capabilities import CUT_OFF
from actors.conversation import ToolCall
from actors.decision_reports import ModelUsed
from actors.events import Begin, Cut, Generate, Played, ReplyProgress, ReplyText, SayWithin
from actors.frames import Piece
from actors.llm.hedger import HedgeDue, LlmHedger
from actors.llm.job import LlmJob, Overdue, SeamDue, SplitDue
from actors.llm.pace import Pace
from actors.llm.speech_text import SpeechText
from actors.llm.tools import ToolRound
from actors.part import EndReply
from actors.slots.performer import Cancel, Finished, Result
from actors.slots.slot import Slot
from actors.take_back import TakenBack
from actors.text import TextFilter
from actors.tools.runner import ToolHangs, ToolRefused, ToolReturned
from actors.vendor import (
    ChatDone,
    ChatEvent,
    ChatProgress,
    FailureKind,
    TextDelta,
    Usage,
)
from supervision.address import Down

PROGRESS_EVERY_S = 0.5
"""How often the Session is told that a model thinks."""


class LlmRole(LlmHedger):
    """Owns the replies in the making. Released means: handed over as a piece."""

    def __init__(self, slot: Slot, text_filter: Callable[[], TextFilter]) -> None:
        """Use a new ``text_filter`` for each reply."""
        super().__init__(slot)
        self._text_filter = text_filter

    def on_receive(self, message: object) -> None:
        """Deal with a message once, and then tell whoever is to know.

        An incarnation that fell over the telling finds it in the hold.
        """
        if self.held.applied is not message:
            super().on_receive(message)
            self.held.applied = message
        self._post()

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
            case SayWithin(epoch) if epoch in self.held.jobs:
                self._say_within(self.held.jobs[epoch], message)
            case Result(attempt, event):
                self._result(attempt, event)
            case Finished(attempt):
                self._finished(attempt)
            case ToolReturned(call_id):
                self._tool_ended(call_id, lambda tools: tools.returned(message))
            case ToolRefused(call_id, error):
                self._tool_ended(call_id, lambda tools: tools.ended(call_id, error, "failed"))
            case ToolHangs(call_id):
                self._tool_ended(call_id, lambda tools: tools.abandoned(call_id))
            case Down(key=("tool", str(call_id))):
                reason = message.reason
                self._tool_ended(call_id, lambda tools: tools.fell(call_id, reason))
            case _:
                self._keep_time(message)

    def _keep_time(self, message: object) -> None:
        """Take what is known of the voice, and deadlines."""
        match message:
            case Played(epoch):
                if epoch in self.held.jobs:
                    self.held.jobs[epoch].played = message
                self._seams.heard(message)
            case TakenBack(epoch, piece) if epoch in self.held.jobs:
                self._taken_back(self.held.jobs[epoch], piece)
            case SplitDue(epoch) if epoch in self.held.jobs:
                job = self.held.jobs[epoch]
                self._release(job, job.speech.tick(self.clock.now_ns()))
            case Overdue(epoch, attempt) if epoch in self.held.jobs:
                self._overdue(self.held.jobs[epoch], attempt)
            case HedgeDue(epoch, attempt) if epoch in self.held.jobs:
                self.hedge(self.held.jobs[epoch], attempt)
            case SeamDue(epoch):
                self._seams.close(epoch)
            case _:
                pass

    # ------------------------------------------------------------ orders

    def _generate(self, order: Generate) -> None:
        speech = SpeechText(self._text_filter)
        job = LlmJob(order.epoch, order.request, speech, order.toolbox)
        job.confirmed, job.silent = order.confirmed, order.silent
        self.held.jobs[order.epoch] = job
        self._ask(job)

    def _confirm(self, job: LlmJob) -> None:
        """The turn is certain: its speech may be made, and tools of a complete round may run."""
        if job.confirmed:
            return
        job.confirmed, job.silent = True, False
        if job.first_s is not None:
            self.answered(job.first_by, job.first_s, job.epoch)
        waiting, job.unspoken = job.unspoken, []
        for mail in waiting:
            self._pass_on(job, mail)
        if job.over:
            self._forget(job)
        elif job.calls and not job.performer:
            self._run_tools(job)

    def _cut(self, epoch: int) -> None:
        self._seams.close(epoch)
        job = self.held.jobs.get(epoch)
        if job is None:
            return
        if job.performer and job.stage is not None:
            self._tell(job.stage, Cancel(job.attempt))
        self._tools(job).interrupt()
        if job.speech.spoken:
            self._tell(self._session, ReplyText(epoch, job.speech.text))
        if not job.confirmed:
            self.call.report(job.wasted(), at_ns=self.clock.now_ns(), epoch=epoch)
        self._forget(job)

    def _say_within(self, job: LlmJob, order: SayWithin) -> None:
        """Hand over a text that is not the model's own, taken once, apart from the rest."""
        if job.taken is not order:
            now_ns = self.clock.now_ns()
            self._release(job, job.speech.finish(now_ns))
            job.speech.set_apart()
            job.speech.put_in(order.text, now_ns)
            job.taken = order
        self._release(job, ())
        job.speech.set_apart()
        job.taken = None

    # ------------------------------------------------------------ results

    def _result(self, attempt: int, value: object) -> None:
        job = self._job_of(attempt)
        if job is None and self.is_won_by_rival(attempt, value):
            job = self._job_of(attempt)
        if job is None:
            self.held.stale += attempt not in self.held.probes
            return
        self._event(job, value)  # pyright: ignore[reportArgumentType] - a performer sends ChatEvents only

    def _event(self, job: LlmJob, event: ChatEvent) -> None:
        first = not (job.rounds or job.round_text or job.calls)
        now_s = self.clock.now_s()
        if job.pace is not None:
            if first and job.first_s is None:
                self._note_first(job, job.pace, event)
            before, job.pace = job.pace, job.pace.after(event, now_s)
            if job.pace.is_sooner_due(before):
                self._watch(job)
        if isinstance(event, TextDelta | ToolCall) and not (job.round_text or job.calls):
            self.drop_rival(job)  # whoever speaks first goes on
        match event:
            case TextDelta():
                pieces = () if job.taken is event else self._take(job, event, first=first)
                self._release(job, pieces)
                job.taken = None
            case ToolCall():
                job.calls[event.call_id] = event
                self._lives(job, now_s, first=first)
            case ChatProgress():
                self._lives(job, now_s)
            case Usage(input_tokens, output_tokens):
                job.round_tokens = output_tokens
                used = ModelUsed(job.performer, input_tokens, output_tokens)
                self.call.report(used, at_ns=self.clock.now_ns(), epoch=job.epoch)
            case ChatDone(reason):
                job.end_reason = reason
            case _:
                assert_never(event)

    def _take(self, job: LlmJob, delta: TextDelta, *, first: bool) -> list[str]:
        """Take the next tokens, once; return the pieces that are ready."""
        pieces = job.speech.push(delta.text, self.clock.now_ns())
        job.round_text += delta.text
        job.taken = delta
        self._lives(job, self.clock.now_s(), first=first)
        return pieces

    def _lives(self, job: LlmJob, now_s: float, *, first: bool = False) -> None:
        """Tell the Session, not with each token: it counts in seconds."""
        if first or now_s - job.progress_told_s >= PROGRESS_EVERY_S:
            job.progress_told_s = now_s
            self._tell(self._session, ReplyProgress(job.epoch, first=first))

    def _note_first(self, job: LlmJob, pace: Pace, event: ChatEvent) -> None:
        """Measure the first word, or call, of a model that was asked for all of it."""
        is_result = isinstance(event, ToolCall | TextDelta)
        if is_result and not (job.is_resumed or pace.is_thinking):
            job.first_by, job.first_s = job.performer, self.clock.now_s() - pace.asked_s
            if job.confirmed:
                self.answered(job.first_by, job.first_s, job.epoch)

    def _finished(self, attempt: int) -> None:
        job = self._job_of(attempt)
        if job is None:
            return
        if job.is_empty and job.performer not in job.came_empty:
            job.came_empty.add(job.performer)
            self.condemn(job.performer, FailureKind.EMPTY, "it had nothing to say")
            return
        job.performer = ""
        is_cut_off = job.end_reason == CUT_OFF
        finish = job.speech.finish_cut_off if is_cut_off else job.speech.finish
        self._release(job, finish(self.clock.now_ns()))
        if job.calls:
            self.settle(("job", job.epoch))
            if job.may_run_tools:
                self._run_tools(job)
            return
        self._tell(self._session, ReplyText(job.epoch, job.speech.text))
        self._end(job)

    def _release(self, job: LlmJob, pieces: Iterable[str]) -> None:
        speech = job.speech
        speech.ready.extend(pieces)
        while speech.ready:
            self._pass_on(job, Piece(job.epoch, speech.pieces, speech.ready[0]))
            speech.spoken.append(speech.ready.popleft())
            job.failing_since_s = None
        if speech.join is not None and speech.join.seam is not None:
            self._joined(job, speech.join.seam, speech.join.words_repeated)
        if speech.due_ns is None:
            self.cancel_after(("split", job.epoch))
        else:
            delay_s = max(0, speech.due_ns - self.clock.now_ns()) / 1e9
            self.after(delay_s, SplitDue(job.epoch), key=("split", job.epoch))

    # ------------------------------------------------------------ tools

    def _tools(self, job: LlmJob) -> ToolRound:
        return ToolRound(self.call, self.address, job, self._tell)

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
            self._tell(self._session, ReplyText(job.epoch, job.speech.text))
            self._end(job)
        elif not job.handed_over:
            job.next_round()
            self._ask(job)
