"""An actor's life in a thread of its own, for code that blocks.

The thread takes mail and runs handlers; the life is administered on the loop that started it.
Nobody can kill a thread: a kill is heard between two messages, and a handler that never returns
is abandoned. While the thread is busy it counts as external work for a virtual-time loop.
"""

from __future__ import annotations

import contextvars
import math
import queue
import threading
from types import CoroutineType
from typing import Any, cast

from supervision.actor_base import ActorBase
from supervision.answering import INTERRUPTED
from supervision.birth import Birth
from supervision.incarnation import SPECIAL, Incarnation, Stage
from supervision.lanes import NOTHING
from supervision.mail import State
from supervision.messages import Exit, ExitReason, Lane, ShutDown
from supervision.virtual_time import ExternalWork


class ThreadIncarnation(Incarnation):
    """Runs a `ThreadActor` in a daemon thread, which starts in a clean context."""

    __slots__ = ("_is_listening", "_leaving", "_lock", "_rings", "_thread", "is_interrupted")

    def __init__(self, actor: ActorBase, birth: Birth) -> None:
        super().__init__(actor, birth)
        self.is_interrupted = False
        self._is_listening = True
        self._lock = threading.Lock()
        self._leaving: ExitReason | None = None
        self._rings: queue.SimpleQueue[ExternalWork | None] = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=contextvars.Context().run,
            args=(self._run,),
            name=self.address.name,
            daemon=True,  # a handler that never returns must not keep the program alive
        )
        if birth.start_timeout_s < math.inf:
            self.limit_start(birth.start_timeout_s)
        self._ring_bell()
        self._thread.start()

    # From outside.

    def interrupt(self) -> None:
        """Set the flag that a long handler may look at; `on_interrupt` runs after it."""
        self.is_interrupted = self.in_hand is not NOTHING

    def cut(self) -> None:
        """Let the thread see that it is to end."""
        self._ring_bell()

    def _ring_bell(self) -> None:
        """Wake the thread; a virtual clock stands still until it has gone through its mail."""
        with self._lock:
            if self._is_listening:
                loop, name = self.loop, self.address.name
                self._rings.put(None if loop is None else ExternalWork(loop, name))

    # The life; in the thread.

    def _run(self) -> None:
        ring = self._rings.get()
        self.mailbox.bind_thread(self._ring_bell, self.clock.now_s)
        try:
            self._start()
            while (reason := self._go_through_mail()) is None:
                self.handling_since_s = None
                _end(ring)
                ring = self._rings.get()
                self.mailbox.note_time(self.clock.now_s())
                self.at_home(self.watch_handler)
        except BaseException as error:  # noqa: BLE001 - reported as the reason of the end
            starting = self.stage is Stage.STARTING
            reason = ExitReason(Exit.START_FAILED if starting else Exit.CRASHED, error)
        reason = self._wind_up(self.doom or reason)
        self.mailbox.release()
        self.at_home(self.finish, reason)
        self._stop_listening(ring)

    def _stop_listening(self, ring: ExternalWork | None) -> None:
        with self._lock:
            self._is_listening = False
            _end(ring)
            while not self._rings.empty():
                _end(self._rings.get())

    def _start(self) -> None:
        self.at_home(self.watch_handler)
        _plain(self.actor.on_start())
        self.stage = Stage.RUNNING
        self.at_home(self._note_started)
        suspect = self.take_suspect()
        if suspect is not NOTHING:
            self._handle(suspect)
            self.retrying = False

    def _note_started(self) -> None:
        if self.doom is None:
            self.disarm_deadline()
            self.overseer.started(self.address, self.number)

    def _go_through_mail(self) -> ExitReason | None:
        """Handle what is there; return why to end, or None to wait for more."""
        mailbox = self.mailbox
        while self.doom is None and self._leaving is None:
            mailbox.take_over()
            item = mailbox.take()
            if item is NOTHING:
                mailbox.overloaded = False
                return ExitReason(Exit.NORMAL) if mailbox.state is State.SEALED else None
            self._handle(item)
            mailbox.note_time(self.handling_since_s or 0.0)
        return self.doom or self._leaving

    def _handle(self, item: Any) -> None:
        if isinstance(item, ShutDown):
            if item.incarnation == self.number:
                self._drain(item)
            return
        self.in_hand = item
        self.handling_since_s = self.clock.now_s()
        if type(item) in SPECIAL:
            self._handle_asked(item)
        else:
            _plain(self.actor.on_receive(item))
        self.in_hand = NOTHING
        if self.is_interrupted:
            self.is_interrupted = False
            _plain(self.actor.on_interrupt())

    def _handle_asked(self, item: Any) -> None:
        question = self.open_item(item)
        if question is None:
            return
        try:
            result = _plain(question.handler(question.message))
        except Exception as error:
            if not self.answer_error(question, error):
                raise
        else:
            self.answer(question, INTERRUPTED if self.is_interrupted else result)

    def _drain(self, order: ShutDown) -> None:
        """Handle CONTROL mail until the deadline."""
        mailbox = self.mailbox
        self._leaving = ExitReason(Exit.SHUTDOWN)
        while self.doom is None and self.clock.now_s() < order.deadline_s:
            mailbox.take_over()
            mailbox.purge(Lane.MEDIA)
            item = mailbox.take()
            if item is NOTHING:
                return
            if not isinstance(item, ShutDown):
                self._handle(item)
        self.at_home(self.limit_last_hook)

    def _wind_up(self, reason: ExitReason) -> ExitReason:
        hook = self.begin_end(reason)
        if hook is not None:
            try:
                _plain(hook())
            except Exception as error:  # noqa: BLE001 - reported as the reason of the end
                error.__context__ = error.__context__ or reason.error  # what the hook was for
                self.log_crash(error)
                return ExitReason(Exit.CRASHED, error)
        return self.doom or reason


def _end(ring: ExternalWork | None) -> None:
    if ring is not None:
        ring.end()


def _plain(result: Any) -> Any:
    """Return a hook's result, which cannot be a coroutine: no loop runs in this thread."""
    if isinstance(result, CoroutineType):
        cast("CoroutineType[Any, Any, Any]", result).close()
        raise TypeError("the hooks of a ThreadActor are plain functions, not async ones")
    return result
