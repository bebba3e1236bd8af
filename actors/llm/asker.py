"""Asking a language model, and letting another one go on where it failed."""

from structlog.contextvars import bind_contextvars

from actors.call import AnyAddress
from actors.chat_capabilities import ChatCapabilities, ResumeMode
from actors.conversation import Message
from actors.events import OutputFailed, PlayPhase, ReplyProgress
from actors.frames import Piece, ReplyEnd, SpeechOver
from actors.llm.job import LlmHold, LlmJob, Overdue, SeamDue
from actors.llm.pace import Pace, speech_s
from actors.llm.performer import Ask
from actors.llm.resume import going_on
from actors.llm.seam import SeamBook
from actors.slots.cast import Cast, Standing
from actors.slots.handover import Handover, SeamKind, Staged
from actors.slots.role import Role
from actors.slots.slot import Slot
from actors.take_back import TakeBack
from actors.vendor import ChatRequest, FailureKind

GRACE_S = 30.0
"""So long a reply may stand still while nobody brings it on; then the turn fails, aloud."""
TAKE_BACK_S = 5.0
"""Within this the voice says how much it could take back."""
TICK_S = 0.001
"""A timer may come early by a rounding error."""
SEAM_S = 3.0
"""So long after the texts have joined, the caller has heard it, or does not notice."""


class LlmAsker(Role[LlmHold]):
    """The half of the role that deals with performers; `LlmRole` deals with what they bring.

    What a model has said is kept once it was handed over. The rest is dropped with the model that
    failed, and the next one is asked: for all of it if nothing was heard, else to go on.
    """

    def __init__(self, slot: Slot) -> None:
        """Serve the call of this slot."""
        super().__init__(slot)
        self._session: AnyAddress = self.call.addresses.session

    def first_hold(self, cast: Cast) -> LlmHold:
        """Begin with no reply."""
        return LlmHold(cast)

    def canary(self, attempt: int) -> object:
        """Have it say one word."""
        said = Message(role="user", text="Say no more than: ok")
        return Ask(attempt, ChatRequest((said,), is_probe=True))

    # ------------------------------------------------------------ telling others

    def _tell(self, address: AnyAddress, message: object) -> None:
        self.held.outbox.append((address, message))

    def _post(self) -> None:
        outbox = self.held.outbox
        while outbox:
            address, message = outbox[0]
            address.tell(message)
            outbox.popleft()

    @property
    def _seams(self) -> SeamBook:
        return SeamBook(self.held.seams, self.report_switch)

    # ------------------------------------------------------------ asking the model

    def on_resumed(self) -> None:
        """Set the deadlines again, and ask for what was not asked yet."""
        for job in tuple(self.held.jobs.values()):
            if job.performer and self.held.live.get(job.performer) is not job.stage:
                self._hand_over(job)
            elif job.performer:
                self._watch(job)
            elif job.taking_back:
                self._expect(job, TAKE_BACK_S)
            elif job.waits_for_stage:
                self._ask(job)
        self._post()

    def on_performer_ready(self, name: str) -> None:
        """Ask for what waits for a stage."""
        for job in tuple(self.held.jobs.values()):
            if job.waits_for_stage:
                self._ask(job)

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Let the next performer go on with what this one was at."""
        for job in tuple(self.held.jobs.values()):
            if job.performer == name:
                self._hand_over(job)

    def on_refused(self, name: str, attempt: int, detail: str) -> None:
        """Ask the same one in words for what it does not go on with by itself; else another."""
        job = self._job_of(attempt)
        if job is None:
            return
        if job.is_prefixed:
            self.held.no_prefix.add(name)
        else:
            job.passed_over.add(name)
            self.held.why_fallen[name] = (FailureKind.REJECTED.value, detail)
        self._hand_over(job)

    def _ask(self, job: LlmJob) -> None:
        bind_contextvars(epoch=job.epoch)
        staged = self._stage_for(job)
        if staged is None:
            self._wait_for_stage(job)
            return
        job.take_up(staged.name, staged.address, self.next_attempt())
        can = self.held.facts[staged.name]
        if not isinstance(can, ChatCapabilities):
            raise TypeError(f"{staged.name} did not say what it can do")
        said, request = job.speech.said_in_round, job.request
        job.is_prefixed = False
        if said:
            is_prefix = can.resume is ResumeMode.PREFIX and staged.name not in self.held.no_prefix
            job.is_prefixed = is_prefix
            request = going_on(request, said, is_literal=is_prefix)
            job.speech.go_on(is_literal=is_prefix)
        self._tell(staged.address, Ask(job.attempt, request))
        job.pace = Pace(
            self.clock.now_s(), is_alone=len(self.held.cast.members) == 1, is_thinking=can.thinks
        )
        self._watch(job)
        self.on_asked(job)
        if staged.handover is not None:
            self._open_seam(job, staged.handover)

    def on_asked(self, job: LlmJob) -> None:
        """Do what follows when a performer was asked."""

    def _stage_for(self, job: LlmJob) -> Staged | None:
        """Return who is to be asked: whoever is on stage, unless that one has refused."""
        if self.on_stage() not in job.passed_over:
            return self.take_stage(job.epoch)
        ready = (m.name for m in self.held.cast.members if m.name in self.held.facts)
        name = next((name for name in ready if name not in job.passed_over), None)
        if name is not None:
            return self.put_on_stage(name, job.epoch)
        self.understudy("", without=frozenset(job.passed_over))
        return None

    def _wait_for_stage(self, job: LlmJob) -> None:
        """Keep the work until somebody comes, but not for ever."""
        members = self.held.cast.members
        if all(m.name in job.passed_over or m.standing is Standing.RETIRED for m in members):
            kind = FailureKind.REJECTED if job.passed_over else FailureKind.MISCONFIGURED
            self._fail(job, kind, "no language model takes this request")
            return
        now_s = self.clock.now_s()
        job.failing_since_s = job.failing_since_s or now_s
        self._expect(job, max(0.0, job.failing_since_s + GRACE_S - now_s))

    # ------------------------------------------------------------ going on in mid-reply

    def _hand_over(self, job: LlmJob) -> None:
        """Drop what was not handed over, and let somebody go on behind what was.

        What was handed over but not heard is taken back first: then there is no seam at all.
        """
        job.lose_performer()
        now_s = self.clock.now_s()
        job.failing_since_s = job.failing_since_s or now_s
        self._tell(self._session, ReplyProgress(job.epoch))
        first, speech = job.speech.round_begins, job.speech
        is_unheard = job.played is None or job.played.samples == 0
        if now_s - job.failing_since_s >= GRACE_S:
            self._fail(job, FailureKind.LATE, "no language model brings this reply on")
        elif not self.call.has_voice or job.silent:
            del job.unspoken[first:]
            self._taken_back(job, first)
        elif speech.said_in_round and is_unheard:
            job.taking_back = True
            self._tell(self.call.addresses.tts, TakeBack(job.epoch, first))
            self._expect(job, TAKE_BACK_S)
        else:
            self._ask(job)

    def _taken_back(self, job: LlmJob, piece: int) -> None:
        job.taking_back = False
        job.was_taken_back = piece < job.speech.pieces
        job.speech.take_back(piece)
        if job.waits_for_stage:
            self._ask(job)

    def _open_seam(self, job: LlmJob, handover: Handover) -> None:
        self._seams.open(handover, job.played)
        if job.speech.join is None:
            self._joined(job, SeamKind.RETRACTED if job.was_taken_back else SeamKind.CLEAN)
            self._seams.close(job.epoch)

    def _joined(self, job: LlmJob, kind: SeamKind, words_repeated: int = 0) -> None:
        if self._seams.joined(job.epoch, kind, words_repeated):
            self.expect(("seam", job.epoch), SEAM_S, SeamDue(job.epoch))

    # ------------------------------------------------------------ deadlines

    def _expect(self, job: LlmJob, within_s: float) -> None:
        self.expect(("job", job.epoch), within_s, Overdue(job.epoch, job.attempt))

    def _watch(self, job: LlmJob) -> None:
        self._expect(job, max(0.0, self._deadline(job)[0] - self.clock.now_s()))

    def _deadline(self, job: LlmJob) -> tuple[float, FailureKind]:
        now_s = self.clock.now_s()
        heard_s = 0.0 if job.played is None else job.played.samples / self.call.track_rate_hz
        # Of a voice that speaks faster than is thought, speech would seem to be left for ever.
        is_dry = job.played is not None and job.played.phase is PlayPhase.DRAINED
        is_spoken = self.call.has_voice and not self.call.is_in_writing
        unheard_s = 0.0 if is_dry or not is_spoken else speech_s(job.speech.text) - heard_s
        pace = job.pace or Pace(now_s)
        return pace.due(covered_until_s=now_s + unheard_s)

    def _overdue(self, job: LlmJob, attempt: int) -> None:
        if job.attempt != attempt:
            return
        if job.taking_back:
            self._taken_back(job, job.speech.pieces)
        elif job.performer:
            due_s, kind = self._deadline(job)
            if due_s > self.clock.now_s() + TICK_S:
                self._watch(job)
            else:
                self.condemn(job.performer, kind, "no result within the deadline")
        elif job.waits_for_stage:
            self._fail(job, FailureKind.LATE, "no language model is ready")

    # ------------------------------------------------------------ the end

    def _fail(self, job: LlmJob, kind: FailureKind, detail: str) -> None:
        self._end(job)
        self._tell(self._session, OutputFailed(job.epoch, self.slot.name, kind, detail))

    def _end(self, job: LlmJob) -> None:
        """Hand over the end mark, so that speech comes to its end.

        A job that may still turn out to be wasted is kept, so that what it cost can be told.
        """
        self._pass_on(job, ReplyEnd(job.epoch, job.speech.pieces))
        job.over, job.performer = True, ""
        self.settle(("job", job.epoch))
        if job.confirmed:
            self._forget(job)

    def _forget(self, job: LlmJob) -> None:
        self.held.jobs.pop(job.epoch, None)
        self.settle(("job", job.epoch))
        self.cancel_after(("split", job.epoch))

    def _pass_on(self, job: LlmJob, mail: Piece | ReplyEnd) -> None:
        addresses = self.call.addresses
        if job.silent:
            job.unspoken.append(mail)
        elif self.call.has_voice:
            self._tell(addresses.tts, mail)
        elif isinstance(mail, ReplyEnd):  # in writing: no sound will come, and the track is told so
            self._tell(addresses.audio_track, SpeechOver(job.epoch, 0))

    def _job_of(self, attempt: int) -> LlmJob | None:
        for job in self.held.jobs.values():
            if job.attempt == attempt and job.performer:
                return job
        return None
