"""What must hold of every simulated call, each one small function of its log.

A new invariant is one more function in `INVARIANTS`: it raises AssertionError with what is wrong.
"""

from collections.abc import Callable
from typing import TypeAlias

from actors.reports import ActorRestarted, Failure
from runtime.testing import turn_laws
from runtime.testing.log import CallLog
from runtime.testing.plan import Ending
from runtime.testing.sound_checks import SOUND_CHECKS
from runtime.testing.trouble import SIMULATED, ActorFault, VendorFault
from runtime.testing.turn_checks import TURN_CHECKS

Invariant: TypeAlias = Callable[[CallLog], None]

CLOSE_WITHIN_S = 15.0
"""After a hang-up: `on_exit` has 10 s, and what it says must be said."""
FAILED = "the call failed"
"""Begins the reason of a call that broke down."""
FINISH_WITHIN_S = 60.0
"""After the caller has nothing more to say: what he is owed is answered first."""


def _law(law: Callable[[turn_laws.Steps], None]) -> Invariant:
    def check(log: CallLog) -> None:
        law(log.steps)

    check.__name__ = law.__name__
    return check


def the_call_ends_in_time(log: CallLog) -> None:
    """A call that is brought to its end is over within its budget."""
    assert log.closed, "the call does not end"
    assert not log.closed.startswith(FAILED), log.closed
    assert log.ended_at_s is not None, f"the call ended by itself: {log.closed}"
    ending = Ending.AGENT if log.ended_at_s == log.deeds.hung_up_at_s else log.plan.ending
    limit_s = FINISH_WITHIN_S if ending is Ending.FINISHES else CLOSE_WITHIN_S
    took_s = log.over_at_s - log.ended_at_s
    assert took_s <= limit_s, f"{ending.value}, and the end came {took_s:.1f} s later"


def nothing_is_left_over(log: CallLog) -> None:
    """No task, thread, actor or mail."""
    assert not log.left, f"left over: {'; '.join(log.left)}"


def nothing_falls_by_itself(log: CallLog) -> None:
    """Actors and tools fall only when the plan lets them; what else is raised is a bug."""
    for fall in log.deeds.tool_falls:
        assert _is_planned(fall, log), fall
    for report in log.reports:
        match report.event:
            case ActorRestarted(actor, reason, _) if not _is_planned(reason, log):
                raise AssertionError(f"{actor} fell by itself: {reason}")
            case Failure(where, _, message) if "Error" in message and not _is_planned(message, log):
                raise AssertionError(f"{where}: {message}")
            case _:
                pass


def _is_planned(reason: str, log: CallLog) -> bool:
    if SIMULATED in reason:
        return True
    harmed = any(isinstance(fault, ActorFault | VendorFault) for fault in log.plan.faults)
    return harmed and any(word in reason for word in ("killed", "KILLED"))


INVARIANTS: tuple[Invariant, ...] = (
    *(_law(law) for law in turn_laws.LAWS),
    *TURN_CHECKS,
    *SOUND_CHECKS,
    the_call_ends_in_time,
    nothing_is_left_over,
    nothing_falls_by_itself,
)


def violations(log: CallLog) -> list[str]:
    """Return what is broken in this call: the invariant's name, and how."""
    found: list[str] = []
    for invariant in INVARIANTS:
        try:
            invariant(log)
        except AssertionError as error:
            found.append(f"{invariant.__name__}: {error}")
    return found
