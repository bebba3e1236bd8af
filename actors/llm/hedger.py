"""Hedging: a model that has not said a word in time gets a rival, and whoever speaks first goes on.

Off unless the agent says after how long (`Agent.hedge_after_s`); one job in ten at most. What the
loser would have said, or called, is never seen; it is cancelled, and its vendor may bill it.
"""

from dataclasses import dataclass

from actors.llm.asker import LlmAsker
from actors.llm.job import LlmJob, Rival
from actors.llm.pace import Pace
from actors.llm.performer import Ask
from actors.slots.performer import Cancel
from actors.vendor import FailureKind, TextDelta, ToolCall

LOOK_AGAIN_S = 0.1
"""The understudy is being called."""


@dataclass(frozen=True, slots=True)
class HedgeDue:
    """The first word of this attempt should be here by now."""

    epoch: int
    attempt: int


class LlmHedger(LlmAsker):
    """Asks a second model beside a slow one."""

    def on_asked(self, job: LlmJob) -> None:
        """Look in a while whether the model has begun to answer."""
        self.held.budget.jobs += 1
        after_s = self.call.on_stage.of(job.epoch).hedge_after_s
        if after_s is not None and not job.speech.said_in_round:
            self._look_later(job, after_s)

    def hedge(self, job: LlmJob, attempt: int) -> None:
        """Ask the understudy beside a model that has not said a word."""
        is_silent = job.performer and not (job.round_text or job.calls or job.rival)
        if job.attempt != attempt or not is_silent or not self.held.budget.is_open:
            return
        staged = self.understudy(job.performer, without=frozenset(job.passed_over))
        if staged is None:
            if len(self.held.cast.members) > 1:
                self._look_later(job, LOOK_AGAIN_S)
            return
        self.held.budget.races += 1
        job.rival = Rival(staged.name, staged.address, self.next_attempt())
        self._tell(staged.address, Ask(job.rival.attempt, job.request))

    def is_won_by_rival(self, attempt: int, value: object) -> bool:
        """Let the rival go on if this is its first word, or whole call; return whether it is."""
        job = next((j for j in self.held.jobs.values() if _rival_is(j, attempt)), None)
        is_word = isinstance(value, ToolCall) or (isinstance(value, TextDelta) and value.text)
        if job is None or not is_word:
            return False
        waited_s = self.clock.now_s() - (job.pace.asked_s if job.pace is not None else 0.0)
        slow, stage, slow_attempt = job.performer, job.stage, job.attempt
        if job.confirmed:
            self._manager.trials.lost_race(slow, waited_s)
        self._promote(job, f"no word in {waited_s:.2g} s")
        if stage is not None and self.held.live.get(slow) is stage:
            self._tell(stage, Cancel(slow_attempt))
        return True

    def drop_rival(self, job: LlmJob) -> None:
        """The rival is not needed."""
        rival, job.rival = job.rival, None
        self.settle(("hedge", job.epoch))
        if rival is not None:
            self._tell(rival.address, Cancel(rival.attempt))

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Let the rival of a model that fell go on; it was asked already."""
        for job in tuple(self.held.jobs.values()):
            rival = job.rival
            if rival is not None and rival.name == name:
                job.rival = None
            elif rival is not None and job.performer == name:
                self._promote(job, detail)
        super().on_performer_down(name, kind, detail)

    def _hand_over(self, job: LlmJob) -> None:
        self.drop_rival(job)
        super()._hand_over(job)

    def _promote(self, job: LlmJob, why: str) -> None:
        rival, before = job.rival, job.performer
        if rival is None:
            return
        job.rival = None
        self.held.why_fallen.setdefault(before, (FailureKind.SLOW.value, why))
        staged = self.put_on_stage(rival.name, job.epoch)
        job.take_up(rival.name, rival.address, rival.attempt)
        job.pace = Pace(self.clock.now_s(), is_alone=False)
        self._watch(job)
        if staged.handover is not None:
            self._open_seam(job, staged.handover)

    def _look_later(self, job: LlmJob, delay_s: float) -> None:
        self.expect(("hedge", job.epoch), delay_s, HedgeDue(job.epoch, job.attempt))

    def _forget(self, job: LlmJob) -> None:
        self.drop_rival(job)
        super()._forget(job)


def _rival_is(job: LlmJob, attempt: int) -> bool:
    return job.rival is not None and job.rival.attempt == attempt
