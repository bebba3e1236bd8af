"""Many simulated calls, in this process or in several, and what came of them."""

import logging
import multiprocessing
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from runtime.agent import AgentTarget
from runtime.heap import settle
from runtime.loader import load
from runtime.testing.invariants import violations
from runtime.testing.log import CallLog
from runtime.testing.plan import CallPlan
from runtime.testing.world import hold

MOST_TRIES = 80
"""Calls that are held to make one failing call shorter."""
CHUNK = 10


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the calls are held with; small enough to be sent to another process."""

    reference: str
    folder: Path
    real_tools: bool = False
    faults: bool = True

    def target(self) -> AgentTarget:
        """Return the agent.

        Raises:
            UserError: there is none.
        """
        return load(self.reference, folder=self.folder)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one call."""

    seed: int
    call_s: float
    wall_s: float
    turns: int
    tool_calls: int
    injected: Mapping[str, int]
    recoveries: int
    worst_silence_s: float
    violations: tuple[str, ...]

    @classmethod
    def of(cls, log: CallLog) -> "Outcome":
        """Look at a call that is over."""
        return cls(
            seed=log.plan.seed,
            call_s=log.over_at_s,
            wall_s=log.wall_s,
            turns=log.turns,
            tool_calls=log.tool_calls,
            injected=dict(log.injected),
            recoveries=log.recoveries(),
            worst_silence_s=log.worst_silence_s(),
            violations=tuple(violations(log)),
        )


@dataclass(slots=True)
class Tally:
    """What came of all calls so far."""

    calls: int = 0
    call_s: float = 0.0
    turns: int = 0
    tool_calls: int = 0
    recoveries: int = 0
    injected: Counter[str] = field(default_factory=Counter[str])
    worst_silence_s: float = 0.0
    worst_seed: int = 0
    failed: list[Outcome] = field(default_factory=list[Outcome])

    def add(self, outcome: Outcome) -> None:
        """Count a call."""
        self.calls += 1
        self.call_s += outcome.call_s
        self.turns += outcome.turns
        self.tool_calls += outcome.tool_calls
        self.recoveries += outcome.recoveries
        self.injected.update(outcome.injected)
        if outcome.worst_silence_s > self.worst_silence_s:
            self.worst_silence_s, self.worst_seed = outcome.worst_silence_s, outcome.seed
        if outcome.violations:
            self.failed.append(outcome)


def hold_calls(subject: Subject, seeds: range, *, jobs: int) -> Iterator[Outcome]:
    """Hold the calls of these seeds in so many processes; outcomes come as they are ready."""
    if jobs == 1:
        yield from _hold_some(subject, seeds)
        return
    spawn = multiprocessing.get_context("spawn")
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
        running = [pool.submit(_hold_list, subject, chunk) for chunk in chunks]
        for done in as_completed(running):
            yield from done.result()


def _hold_list(subject: Subject, seeds: range) -> list[Outcome]:
    return list(_hold_some(subject, seeds))


def _hold_some(subject: Subject, seeds: range) -> Iterator[Outcome]:
    keep_quiet()
    target = subject.target()
    for seed in seeds:
        plan = CallPlan.of(seed, faults=subject.faults)
        yield Outcome.of(hold(target, plan, real_tools=subject.real_tools))
        if seed == seeds[0]:
            settle()  # the first call has loaded everything


def keep_quiet() -> None:
    """Log no crash that is part of the plan; rendering them takes longer than the calls."""
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)


def shorten(subject: Subject, plan: CallPlan) -> tuple[CallPlan, list[int]]:
    """Leave out of a failing call whatever does not matter.

    Returns:
        The shortest call found that breaks the same invariant, and the numbers of the parts left
        out of the whole one.
    """
    target = subject.target()
    broken = _broken(hold(target, plan, real_tools=subject.real_tools))
    left_out: set[int] = set()
    size, tries = max(1, plan.parts // 2), 0
    while size and broken:
        for start in range(0, plan.parts, size):
            group = set(range(start, min(start + size, plan.parts))) - left_out
            if not group or tries >= MOST_TRIES:
                continue
            tries += 1
            shorter = plan.without(left_out | group)
            if broken & _broken(hold(target, shorter, real_tools=subject.real_tools)):
                left_out |= group
        size //= 2
    return plan.without(left_out), sorted(left_out)


def _broken(log: CallLog) -> set[str]:
    """Name the invariants that are broken."""
    return {violation.partition(":")[0] for violation in violations(log)}
