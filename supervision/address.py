"""Where an actor can be reached: an address outlives every incarnation that answers at it."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from threading import Lock, get_ident
from typing import Any, Generic, TypeVar

import pykka

from supervision.errors import ActorDeadError, AskTimeout, MailboxFull
from supervision.life import Life
from supervision.mail import MailboxLimits, MailboxStats, Pending, Verdict
from supervision.mailbox import SEAL, Mailbox
from supervision.messages import POLICIES, Exit, ExitReason, Lane, Request, message
from supervision.reply import Ask, LoopReply

M_contra = TypeVar("M_contra", contravariant=True)
R = TypeVar("R")

_DEFAULT_LIMITS = MailboxLimits()
_CHANGING = Lock()  # guards who watches whom, on any thread; held for a few instructions only
_monitor_ids = itertools.count(1)


@message(lane=Lane.SYSTEM)
@dataclass(frozen=True, slots=True)
class Down:
    """An incarnation has ended: sent once for each `Address.monitor`."""

    address: Address[Any]
    key: object
    reason: ExitReason
    incarnation: int


class Address(Generic[M_contra]):
    """A typed, stable way to reach an actor; it owns the actor's mailbox and hold.

    It may be made before its actor exists: mail waits. Any thread may tell; tasks ask and send.
    """

    __slots__ = (
        "__weakref__",
        "_enders",
        "_life",
        "_mailbox",
        "_watchers",
        "hold",
        "incarnation",
        "last_exit",
        "name",
    )

    def __init__(self, name: str, *, limits: MailboxLimits = _DEFAULT_LIMITS) -> None:
        self.name = name
        self.hold: object | None = None
        self.incarnation = 0
        self.last_exit: ExitReason | None = None
        self._mailbox = Mailbox(limits)
        self._life: Life | None = None
        self._watchers: dict[int, tuple[Address[Any], object]] | None = None
        self._enders: list[LoopReply[ExitReason]] | None = None

    def __repr__(self) -> str:
        return f"<Address {self.name}>"

    # Mail.

    def tell(self, message: M_contra) -> None:
        """Leave a message and go on; from any thread.

        A receiver without room for a message that may not be dropped is reported to its
        supervisor as overloaded. Nobody is told when the receiver has ended for good.
        """
        mailbox = self._mailbox
        policy = POLICIES[type(message)]
        index = policy.index
        if get_ident() == mailbox.owner:
            queue = mailbox.queues[index]
            if queue is not None and len(queue) < mailbox.bounds[index]:
                queue.append(message)
                waiter = mailbox.waiter
                if waiter is not None:
                    mailbox.waiter = None
                    waiter()
                return
        if mailbox.put(message, policy) is Verdict.FULL:
            mailbox.tell_overloaded()

    async def send(self, message: M_contra, *, timeout_s: float) -> None:
        """Leave a message, waiting for room if there is none.

        Raises:
            MailboxFull: If there was no room in time.
            ActorDeadError: If the receiver has ended for good.
        """
        policy = POLICIES[type(message)]
        pending = Pending(message, policy, asyncio.get_running_loop())
        verdict = self._mailbox.put(pending, policy)
        if verdict is not Verdict.ACCEPTED:
            raise self._refused(verdict)
        await pending.within(timeout_s, self._full)

    async def ask(self, message: Request[R], *, timeout_s: float) -> R:
        """Leave a message and return its answer.

        Raises:
            MailboxFull: If there is no room for it.
            AskTimeout: If the answer does not come in time; an ask that nobody awaits any more
                is not handled.
            ActorDeadError: If the receiver ended or crashed before it answered.
            HandlerInterrupted: If its handler was interrupted.
        """
        ask: Ask[R] = Ask(message, asyncio.get_running_loop())
        verdict = self._mailbox.put(ask, POLICIES[type(message)])
        if verdict is not Verdict.ACCEPTED:
            raise self._refused(verdict)
        return await ask.within(timeout_s, self._late)

    def stats(self) -> MailboxStats:
        """Return what the mailbox holds and has lost."""
        return self._mailbox.stats()

    # Control.

    def interrupt(self) -> None:
        """Cancel the handler in flight, if any; `on_interrupt` runs and the actor lives on."""
        if self._life is not None:
            self._life.interrupt()

    def kill(self, kind: Exit = Exit.KILLED) -> None:
        """End the incarnation at once, without `on_stop`; reported as abandoned if it resists."""
        if self._life is not None:
            self._life.kill(kind)

    def request_stop(self) -> None:
        """Let the incarnation end once it has handled the mail that is there now."""
        if self._life is not None:
            self._mailbox.put(SEAL, POLICIES[Down])

    def request_shutdown(self, deadline_s: float) -> None:
        """Let it handle CONTROL mail until the deadline, run `on_stop`, then kill it."""
        if self._life is not None:
            self._life.shut_down(deadline_s)

    async def stop(self, *, timeout_s: float) -> None:
        """Stop as `request_stop` and wait for the end.

        Raises:
            AskTimeout: If it has not ended in time; it will still stop.
        """
        self.request_stop()
        ended = self._ended()
        if ended is not None:
            await ended.within(timeout_s, self._late)

    async def shutdown(self, *, deadline_s: float) -> ExitReason | None:
        """Shut down as `request_shutdown`, wait for the end and return its reason."""
        self.request_shutdown(deadline_s)
        return await self.ended()

    async def ended(self) -> ExitReason | None:
        """Wait until no incarnation runs; return how the last one ended, None if none ever ran."""
        ended = self._ended()
        return self.last_exit if ended is None else await ended.wait()

    def close(self) -> None:
        """Refuse mail for good: no further incarnation will come."""
        self._mailbox.close()
        if self._life is None:
            self._announce(self.last_exit or ExitReason(Exit.START_FAILED))

    # Watching.

    def monitor(self, watcher: Address[Any], key: object = None) -> int:
        """Send the watcher one `Down` when the incarnation ends; at once if it has already."""
        number = next(_monitor_ids)
        with _CHANGING:
            waiting = self._life is not None or self.last_exit is None
            if waiting:
                if self._watchers is None:
                    self._watchers = {}
                self._watchers[number] = (watcher, key)
        if not waiting:
            assert self.last_exit is not None
            watcher.tell(Down(self, key, self.last_exit, self.incarnation))
        return number

    def demonitor(self, number: int) -> None:
        """Withdraw a monitor; a `Down` that is on its way still arrives."""
        with _CHANGING:
            if self._watchers is not None:
                self._watchers.pop(number, None)

    @property
    def is_running(self) -> bool:
        """Tell whether an incarnation runs (or is starting or ending)."""
        return self._life is not None

    @property
    def handling_since_s(self) -> float | None:
        """Return when the handler in flight began, in the loop's time, or None."""
        return self._life.handling_since_s if self._life is not None else None

    @property
    def pykka(self) -> pykka.ActorRef[Any]:
        """Return the running incarnation's Pykka ref, with Pykka's semantics.

        Raises:
            ActorDeadError: If none runs.
        """
        if self._life is None:
            raise ActorDeadError(f"{self.name} does not run")
        return self._life.ref

    # For incarnations only.

    @property
    def mailbox(self) -> Mailbox:
        """Return the mailbox, for whoever runs the actor."""
        return self._mailbox

    def begin(self, life: Life) -> int:
        """Let an incarnation answer here, and return its number.

        Raises:
            RuntimeError: If another one still does.
            ActorDeadError: If the address is closed.
        """
        if self._life is not None:
            raise RuntimeError(f"{self.name} runs already")
        if self._mailbox.is_closed:
            raise ActorDeadError(f"{self.name} is closed")
        self._life = life
        self.incarnation += 1
        return self.incarnation

    def end(self, reason: ExitReason) -> None:
        """Note how the incarnation ended and tell whoever watches."""
        self._life = None
        self._announce(reason)

    def _announce(self, reason: ExitReason) -> None:
        with _CHANGING:
            self.last_exit = reason
            watchers, self._watchers = self._watchers, None
            enders, self._enders = self._enders, None
        for watcher, key in (watchers or {}).values():
            watcher.tell(Down(self, key, reason, self.incarnation))
        for ender in enders or ():
            ender.set(reason)

    def _ended(self) -> LoopReply[ExitReason] | None:
        with _CHANGING:
            if self._life is None:
                return None
            reply: LoopReply[ExitReason] = LoopReply(asyncio.get_running_loop())
            self._enders = [*(self._enders or ()), reply]
            return reply

    def _refused(self, verdict: Verdict) -> Exception:
        if verdict is Verdict.FULL:
            return self._full()
        return ActorDeadError(f"{self.name} has ended for good")

    def _full(self) -> MailboxFull:
        return MailboxFull(f"{self.name} has no room")

    def _late(self) -> AskTimeout:
        return AskTimeout(f"{self.name} did not answer in time")
