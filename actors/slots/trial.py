"""A trial: the performer on stage, which is slow, and another one do the same small job."""

from collections.abc import Callable
from typing import cast

from actors.slots.slot import Hold, Trial
from actors.slots.slowness import answered, decided, to_try
from actors.vendor import FailureKind
from supervision.actor import Actor


class Trials:
    """Stateless but for the role's hold."""

    def __init__(
        self, role: Actor, canary: Callable[[int], object | None], start: Callable[[str], None]
    ) -> None:
        """Work for ``role``; ``canary`` makes the job, ``start`` starts a performer by name."""
        self._role = role
        self._canary = canary
        self._start = start

    @property
    def _held(self) -> Hold:
        return cast("Hold", self._role.hold)

    def answered(self, name: str, *, first_s: float, limit_s: float | None) -> None:
        """Take note how long the first result of a turn took."""
        held = self._held
        if limit_s is not None and any(member.name == name for member in held.cast.members):
            held.cast = answered(held.cast, name, first_s=first_s, limit_s=limit_s)

    def lost_race(self, name: str, waited_s: float) -> None:
        """Take note that a rival was quicker, which counts as a late turn."""
        self.answered(name, first_s=waited_s, limit_s=0.0)

    def begin_if_due(self, now_s: float, suspects: frozenset[str]) -> None:
        """Begin one, now that nobody speaks; whoever is to be tried is called first."""
        held = self._held
        pair = to_try(held.cast, now_s, suspects)
        if pair is None or held.trial is not None or held.recast is not None or held.probes:
            return
        slow, other = pair
        if other not in held.facts:
            if other not in held.live:
                self._start(other)
            return
        held.trial = Trial(slow, other, now_s)
        for name in pair:
            held.attempt += 1
            held.probes[held.attempt] = name
            held.live[name].tell(self._canary(held.attempt))

    def done(self, name: str, now_s: float) -> bool:
        """Take note that a canary is done; return whether it was one of a trial."""
        trial = self._held.trial
        if trial is None or name not in {trial.slow, trial.other}:
            return False
        trial.took_s[name] = now_s - trial.began_s
        if len(trial.took_s) == 2:  # noqa: PLR2004 - both
            self._decide(trial, now_s)
        return True

    def _decide(self, trial: Trial, now_s: float) -> None:
        held = self._held
        held.trial = None
        late_s = held.cast.member(trial.slow).late_s
        held.cast = decided(held.cast, trial.slow, trial.other, trial.took_s, now_s)
        if held.cast.present == trial.other:
            turns = ", ".join(f"{seconds:.2g}" for seconds in late_s)
            slow_s, other_s = trial.took_s[trial.slow], trial.took_s[trial.other]
            detail = f"first results after {turns} s; in a trial {slow_s:.2g} s to {other_s:.2g} s"
            held.why_fallen[trial.slow] = (FailureKind.SLOW.value, detail)

    def break_off(self) -> None:
        """There is work to do: the trial may be made another time."""
        held, trial = self._held, self._held.trial
        if trial is not None:
            held.trial = None
            who = {trial.slow, trial.other}
            held.probes = {at: name for at, name in held.probes.items() if name not in who}
