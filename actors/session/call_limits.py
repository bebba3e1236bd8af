"""When a call ends by itself: nobody came, everybody has gone, or it has lasted long enough."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from actors.call_record import CallRecord
from supervision.clock import Clock

NOBODY_JOINED = "nobody joined"
ROOM_EMPTY = "everybody has left"
TOO_LONG = "the call has reached its longest duration"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """The deadlines of a call; None: none."""

    join_within_s: float | None = 90.0
    """Somebody must have joined."""
    empty_room_s: float | None = 5.0
    """A room that everybody has left is kept for so long."""
    max_duration_s: float | None = None
    """The longest call."""
    outage_s: float | None = 20.0
    """So long a call is held that has no language model, no ears or no voice left."""

    def __post_init__(self) -> None:
        """Validate.

        Raises:
            ValueError: A deadline is not positive.
        """
        for name in ("join_within_s", "empty_room_s", "max_duration_s", "outage_s"):
            value: float | None = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be positive or None, not {value}")


@dataclass(frozen=True, slots=True)
class LimitDue:
    """A deadline has come; ``why`` names it."""

    why: str


class _Timers(Protocol):
    """What the clockwork needs of the Session."""

    @property
    def clock(self) -> Clock: ...

    def after(self, delay_s: float, message: object, *, key: Hashable | None = None) -> None: ...

    def cancel_after(self, key: Hashable) -> None: ...


class Clockwork:
    """Sets and withdraws the deadlines. They stand in the record, so a crash forgets none."""

    def __init__(self, limits: CallLimits, timers: _Timers) -> None:
        """Use the Session's ``timers``."""
        self._limits = limits
        self._timers = timers

    def begin(self, record: CallRecord) -> None:
        """Set the deadlines of a call that begins."""
        self._set(record, NOBODY_JOINED, self._limits.join_within_s)
        self._set(record, TOO_LONG, self._limits.max_duration_s)

    def resume(self, record: CallRecord) -> None:
        """Set the timers again: they died with the last incarnation."""
        for why, due_ns in record.limits.items():
            self._arm(why, due_ns)

    def joined(self, record: CallRecord, who: str) -> None:
        """Somebody is there."""
        record.present.add(who)
        self._withdraw(record, NOBODY_JOINED)
        self._withdraw(record, ROOM_EMPTY)

    def left(self, record: CallRecord, who: str) -> None:
        """Somebody has gone."""
        record.present.discard(who)
        if not record.present:
            self._set(record, ROOM_EMPTY, self._limits.empty_room_s)

    def dark(self, record: CallRecord, why: str) -> None:
        """Nobody of a slot is left."""
        if why not in record.limits:
            self._set(record, why, self._limits.outage_s)

    def lit(self, record: CallRecord, why: str) -> None:
        """Somebody of it is back."""
        self._withdraw(record, why)

    def _set(self, record: CallRecord, why: str, delay_s: float | None) -> None:
        if delay_s is not None:
            record.limits[why] = self._timers.clock.now_ns() + round(delay_s * 1e9)
            self._arm(why, record.limits[why])

    def _arm(self, why: str, due_ns: int) -> None:
        delay_s = max(0, due_ns - self._timers.clock.now_ns()) / 1e9
        self._timers.after(delay_s, LimitDue(why), key=why)

    def _withdraw(self, record: CallRecord, why: str) -> None:
        if record.limits.pop(why, None) is not None:
            self._timers.cancel_after(why)
