"""When a performer that is well gives way because another one is quicker. Pure.

Three turns in a row whose first result came later than the limit raise the question; they are no
failures, and the breaker does not count them. The answer is a trial: the one on stage and the best
of the others do the same small job at the same time, while nobody speaks. If the other one needs at
least 30 % less, it has the stage from the next turn on; who gave way comes back when somebody is
needed, or when the quicker one has become slow in its turn.
"""

from collections.abc import Mapping
from dataclasses import replace

from actors.slots.cast import NOBODY, RETURN_EVERY_S, Cast, Member, Standing

SLOW_TURNS = 3
QUICKER = 0.7
"""The share of the slow one's time in which the other one must be done."""
_USE = (Standing.READY, Standing.STARTING, Standing.OFF)
"""Who may be tried, the best first."""


def answered(cast: Cast, name: str, *, first_s: float, limit_s: float) -> Cast:
    """Note how long the first result of a turn took."""
    member = cast.member(name)
    late_s = (*member.late_s, first_s)[-SLOW_TURNS:] if first_s > limit_s else ()
    return cast if late_s == member.late_s else cast.changed(replace(member, late_s=late_s))


def to_try(cast: Cast, now_s: float, suspects: frozenset[str] = NOBODY) -> tuple[str, str] | None:
    """Name the slow one on stage and who is to be tried beside it, ready or not."""
    if now_s < cast.changed_at_s + RETURN_EVERY_S:
        return None
    slow = next((m for m in cast.members if m.name == cast.present), None)
    if slow is None or slow.standing is not Standing.READY or len(slow.late_s) < SLOW_TURNS:
        return None
    others = [m for m in cast.members if _may_be_tried(m) and m.name not in {slow.name, *suspects}]
    best = min(others, key=lambda member: _USE.index(member.standing), default=None)
    return None if best is None else (slow.name, best.name)


def decided(cast: Cast, slow: str, other: str, took_s: Mapping[str, float], now_s: float) -> Cast:
    """Give the stage to the other one if the trial says so; the slow one's turns are forgotten."""
    cast = cast.changed(replace(cast.member(slow), late_s=()))
    if took_s[other] > QUICKER * took_s[slow] or cast.present != slow:
        return cast
    cast = cast.changed(replace(cast.member(slow), gave_way=True))
    return cast.staged(other, now_s=now_s)


def _may_be_tried(member: Member) -> bool:
    return member.is_well and member.standing in _USE
