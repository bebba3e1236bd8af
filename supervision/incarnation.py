"""One life of an actor at its address, and the one place where its end is reported.

Whatever happens - a crash, a kill that is swallowed, a loop that goes away - `finish` takes
effect once: the mailbox is left in order, watchers get their `Down`, the overseer hears of it.
"""

from __future__ import annotations

import abc
import asyncio
import enum
import functools
from collections.abc import Callable, Hashable
from typing import Any

import pykka
import structlog

from supervision.actor_base import ActorBase
from supervision.address import Down
from supervision.alarms import Alarms
from supervision.answering import Answering, pykka_log
from supervision.birth import Birth
from supervision.clock import Clock
from supervision.lanes import NOTHING
from supervision.living import LIVING
from supervision.mail import payload
from supervision.messages import POLICIES, Exit, ExitReason, ShutDown
from supervision.pykka_compat import Envelope
from supervision.reply import Ask, LoopReply

log = structlog.get_logger(__name__)

KILL_GRACE_S = 1.0
"""How long a killed incarnation may take to end before it is abandoned."""

OVERDUE_SLACK_S = 0.001  # timers fire a rounding error early

ORDINARY = (Exception, asyncio.CancelledError)
"""Errors that crash one actor; any other exception is meant for the whole program."""


class Stage(enum.Enum):
    """How far the life of an incarnation has come."""

    STARTING = enum.auto()
    RUNNING = enum.auto()
    ENDING = enum.auto()
    OVER = enum.auto()


SPECIAL = frozenset({Ask, Envelope, ShutDown})


class Incarnation(Answering, abc.ABC):
    """The administration of one life; subclasses run the handlers on a loop or in a thread."""

    __slots__ = (
        "_alarms",
        "_deadline",
        "_overdue",
        "clock",
        "doom",
        "handling_since_s",
        "in_hand",
        "loop",
        "mailbox",
        "number",
        "overseer",
        "retrying",
        "stage",
    )

    def __init__(self, actor: ActorBase, birth: Birth) -> None:
        super().__init__(actor, birth.address)
        self.mailbox = birth.address.mailbox
        self.overseer = birth.overseer
        self.loop = birth.loop
        self.clock: Clock = birth.clock
        self.stage = Stage.STARTING
        self.doom: ExitReason | None = None
        self.handling_since_s: float | None = None
        self.in_hand: Any = NOTHING
        self.retrying = False
        self._alarms: Alarms | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._overdue: asyncio.TimerHandle | None = None
        actor.attach(birth.address, self)
        self.number = birth.address.begin(self)
        self.mailbox.on_overload = self._report_overload
        LIVING.add(self)

    @property
    def ref(self) -> pykka.ActorRef[Any]:
        """Return the actor's Pykka ref."""
        return self.actor.actor_ref

    def kill(self, kind: Exit) -> None:
        """End at once."""
        self.at_home(self.end_by, ExitReason(kind))

    def shut_down(self, deadline_s: float) -> None:
        """Tell the actor to end in order, and make sure of it."""
        order = ShutDown(self.clock.now_s() + deadline_s, self.number)
        self.mailbox.put(order, POLICIES[ShutDown])
        self.at_home(self._arm_deadline, deadline_s, self._shutdown_is_over)

    @abc.abstractmethod
    def interrupt(self) -> None:
        """Cancel the handler in flight."""

    # What the actor may ask for, on its own loop or thread.

    def after(self, delay_s: float, message: object, key: Hashable) -> None:
        """Tell the actor a message later."""
        alarms = self._alarms
        if alarms is not None and asyncio._get_running_loop() is self.loop:  # noqa: SLF001
            alarms.set(delay_s, message, key)
        else:
            self.at_home(self._set_timer, delay_s, message, key)

    def cancel_after(self, key: Hashable) -> None:
        """Withdraw a message that was to come later."""
        self.at_home(self._clear_timer, key)

    def _set_timer(self, delay_s: float, message: object, key: Hashable) -> None:
        if self.stage is Stage.OVER:
            return
        if self._alarms is None:
            if self.loop is None:
                raise RuntimeError("timers need an event loop")
            self._alarms = Alarms(self.loop, self.address)
        self._alarms.set(delay_s, message, key)

    def _clear_timer(self, key: Hashable) -> None:
        if self._alarms is not None:
            self._alarms.clear(key)

    def at_home(self, function: Callable[..., None], *args: Any) -> None:
        """Call where this life is administered: here, or soon on the home loop."""
        loop = self.loop
        if loop is None or loop.is_closed() or asyncio._get_running_loop() is loop:  # noqa: SLF001
            function(*args)
        else:
            loop.call_soon_threadsafe(function, *args)

    def _arm_deadline(self, delay_s: float, function: Callable[[], None]) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if self.loop is not None and self.stage is not Stage.OVER:
            self._deadline = self.loop.call_later(delay_s, function)

    def disarm_deadline(self) -> None:
        """Withdraw the deadline that is set."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def limit_start(self, start_timeout_s: float) -> None:
        """End as TIMED_OUT unless the actor has started in time."""
        too_late = ExitReason(Exit.TIMED_OUT)
        self._arm_deadline(start_timeout_s, functools.partial(self.end_by, too_late))

    def limit_end(self) -> None:
        """Abandon the incarnation unless it ends within the grace."""
        self._arm_deadline(KILL_GRACE_S, self._abandon)

    def _shutdown_is_over(self) -> None:
        if self.handling_since_s is None and self.stage is Stage.RUNNING:
            self.limit_last_hook()  # between two messages: it will see the deadline itself
        else:
            self.end_by(ExitReason(Exit.KILLED))

    def limit_last_hook(self) -> None:
        """Leave `on_stop` the grace, although mail has used up the whole deadline."""
        too_late = ExitReason(Exit.KILLED)
        self._arm_deadline(KILL_GRACE_S, functools.partial(self.end_by, too_late))

    def watch_handler(self) -> None:
        """Tell the overseer if what the actor does now takes too long; on the home loop."""
        limit_s = self.actor.handler_deadline_s
        if self._overdue is None and limit_s is not None and self.loop is not None:
            self._overdue = self.loop.call_later(limit_s, self._check_handler, limit_s)

    def _check_handler(self, limit_s: float) -> None:
        self._overdue = None
        since_s = self.handling_since_s
        if since_s is None or self.loop is None or self.stage is Stage.OVER:
            return
        left_s = since_s + limit_s - self.clock.now_s()
        if left_s <= OVERDUE_SLACK_S:
            self.overseer.overdue(self.address, self.number)
            left_s = limit_s
        self._overdue = self.loop.call_later(left_s, self._check_handler, limit_s)

    def end_by(self, doom: ExitReason) -> None:
        """Make the incarnation end for this reason, unless it is ending for another."""
        if self.stage is Stage.OVER or self.doom is not None:
            return
        self.doom = doom
        self.limit_end()
        self.cut()

    @abc.abstractmethod
    def cut(self) -> None:
        """Cancel whatever the actor does."""

    def _abandon(self) -> None:
        log.error("actor abandoned: it was killed and does not end", actor=self.address.name)
        self.finish(ExitReason(Exit.ABANDONED))

    def finish(self, reason: ExitReason) -> None:
        """Leave everything in order and report the end; the first call counts."""
        if self.stage is Stage.OVER:
            return
        self.stage = Stage.OVER
        self._cancel_timers()
        self._keep_for_retry()
        self.fail_open_asks()
        mailbox = self.mailbox
        mailbox.on_overload = mailbox.waiter = None
        mailbox.take_over()
        mailbox.unseal()
        self.address.end(reason)
        self.overseer.ended(Down(self.address, None, reason, self.number))
        self.actor.pykka_end()
        LIVING.discard(self)

    def _cancel_timers(self) -> None:
        for timer in (self._deadline, self._overdue):
            if timer is not None:
                timer.cancel()
        alarms, self._alarms = self._alarms, None
        if alarms is not None:
            alarms.clear_all()

    def _keep_for_retry(self) -> None:
        item, self.in_hand = self.in_hand, NOTHING
        if item is NOTHING or isinstance(item, LoopReply | Envelope):
            return
        if self.retrying:
            self.mailbox.count().set_aside += 1
            kind = type(payload(item)).__name__
            log.error("message set aside: it crashed twice", actor=self.address.name, message=kind)
        else:
            self.mailbox.suspect = item

    def _report_overload(self) -> None:
        self.at_home(self.overseer.overloaded, self.address)

    def begin_end(self, reason: ExitReason) -> Callable[[], Any] | None:
        """Log a crash, take no more messages, and return the hook that is due."""
        if self.stage is Stage.OVER:  # abandoned, and here at last: others have gone on
            return None
        self.stage = Stage.ENDING
        self._note_end(reason)
        return self._last_hook(reason)

    def _note_end(self, reason: ExitReason) -> None:
        error, actor = reason.error, self.actor
        fatal = error is not None and not isinstance(error, ORDINARY)
        if fatal:
            pykka_log.debug("%r in %s. Stopping all actors.", error, actor)
        elif error is not None:
            self.log_crash(error)
        actor.pykka_retire()
        if fatal:
            actor.pykka_stop_all()

    def _last_hook(self, reason: ExitReason) -> Callable[[], Any] | None:
        actor, error = self.actor, reason.error
        if reason.kind is Exit.CRASHED and isinstance(error, ORDINARY):
            return functools.partial(actor.on_failure, type(error), error, error.__traceback__)
        is_orderly = reason.kind in {Exit.NORMAL, Exit.SHUTDOWN, Exit.CRASHED}
        return actor.on_stop if is_orderly else None

    def log_crash(self, error: BaseException) -> None:
        """Log where the actor's users look: Pykka's log for Pykka's, ours for our own."""
        if self.actor.is_registered:
            pykka_log.error("Unhandled exception in %s:", self.actor, exc_info=error)
        elif not self.overseer.logs_crashes:
            log.error("actor crashed", actor=self.address.name, exc_info=error)

    def take_suspect(self) -> Any:
        """Return the message that crashed the last incarnation, or NOTHING."""
        item, self.mailbox.suspect = self.mailbox.suspect, NOTHING
        self.retrying = item is not NOTHING
        return item
