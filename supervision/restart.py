"""The arithmetic and the order of restarts: pure functions of time, chance and specs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from supervision.messages import Exit
from supervision.spec import Backoff, ChildSpec, Intensity, Restart, Strategy

LONGEST_DOUBLING = 64
"""Doublings after which any base above a nanosecond has outgrown every sensible limit."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one failure sets in motion."""

    stop: tuple[str, ...]
    """Siblings to stop, in this order, before anything starts."""
    start: tuple[str, ...]
    """Children to start, in this order, each once the one before it is up."""


def plan(strategy: Strategy, children: Sequence[ChildSpec], failed: str) -> Plan:
    """Return who goes down and who comes up when the child `failed` has ended.

    `children` stand in start order. A temporary sibling that is stopped does not come back.
    """
    ids = [child.id for child in children]
    position = ids.index(failed)
    match strategy:
        case Strategy.ONE_FOR_ONE:
            affected = children[position : position + 1]
        case Strategy.REST_FOR_ONE:
            affected = children[position:]
        case Strategy.ONE_FOR_ALL:
            affected = children
        case _ as never:
            assert_never(never)
    return Plan(
        stop=tuple(child.id for child in reversed(affected) if child.id != failed),
        start=tuple(child.id for child in affected if child.restart is not Restart.TEMPORARY),
    )


def is_failure(kind: Exit) -> bool:
    """Tell whether an end of this kind is one that nobody asked for."""
    return kind is not Exit.NORMAL and kind is not Exit.SHUTDOWN


def is_restarted(restart: Restart, kind: Exit) -> bool:
    """Tell whether a child that ended by itself is started again."""
    match restart:
        case Restart.PERMANENT:
            return True
        case Restart.TRANSIENT:
            return is_failure(kind)
        case Restart.TEMPORARY:
            return False
        case _ as never:
            assert_never(never)


def count_restart(
    restarts_s: tuple[float, ...], now_s: float, intensity: Intensity
) -> tuple[float, ...]:
    """Return the restarts within the sliding window that ends now, this one included."""
    return (*(at_s for at_s in restarts_s if now_s - at_s < intensity.within_s), now_s)


def is_exceeded(restarts_s: tuple[float, ...], intensity: Intensity) -> bool:
    """Tell whether the window holds more restarts than are allowed."""
    return len(restarts_s) > intensity.max_restarts


def failures_in_a_row(before: int, up_s: float, backoff: Backoff) -> int:
    """Return the count after one more failure; having been up for long enough starts afresh."""
    return 1 if up_s >= backoff.stable_after_s else before + 1


def delay_s(backoff: Backoff, failures: int, chance: float) -> float:
    """Return how long to wait before the restart that follows so many failures in a row.

    Args:
        backoff: the rule: base * 2^(failures - 1), at most its limit, give or take the jitter.
        failures: 1 for the first.
        chance: evenly distributed in 0..1, spreads the delay over the jitter.
    """
    if not backoff.base_s:
        return 0.0
    doublings = min(failures - 1, LONGEST_DOUBLING)
    steady_s = min(backoff.base_s * 2.0**doublings, backoff.max_s)
    return steady_s * (1.0 + backoff.jitter * (2.0 * chance - 1.0))
