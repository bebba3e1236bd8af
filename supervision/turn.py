"""An actor's turn: where its mail is handled, and what its task waits for in between.

A handler that awaits nothing needs no task: it runs when the turn comes, on behalf of the actor's
task, which goes on only for what has to be awaited. To that task a turn is a future, by the few
members that asyncio asks of one (`asyncio.isfuture`), but one without an end: an actor waits
thousands of times and needs no new object for it.
"""

from __future__ import annotations

import asyncio
import math
from asyncio.tasks import (  # for whoever makes tasks: docs.python.org/3/library/asyncio-extending
    _enter_task,  # pyright: ignore[reportPrivateUsage]
    _leave_task,  # pyright: ignore[reportPrivateUsage]
)
from collections.abc import Callable, Generator
from contextvars import Context
from types import CoroutineType
from typing import Any, TypeAlias

from supervision.lanes import NOTHING
from supervision.mail import State
from supervision.mailbox import Mailbox
from supervision.messages import ShutDown
from supervision.pykka_compat import Envelope
from supervision.reply import Ask

BATCH = 64
"""After so many messages an actor lets others run."""
BATCH_S = 0.002
"""After so long it does, if they have not taken so long."""

Resume: TypeAlias = Callable[["Turn"], object]
"""Goes on with the task that waited."""


class Turn:
    """The turn of one actor on an event loop.

    Args:
        loop: the actor's loop.
        context: the actor's context, its task's as well.
        mailbox: whose mail is handled.
        receive: the handler.
    """

    __slots__ = (
        "_asyncio_future_blocking",
        "_error",
        "_left",
        "_loop",
        "_mailbox",
        "_now",
        "_resume",
        "_until_s",
        "ask",
        "awaited",
        "batch",
        "context",
        "is_cut",
        "item",
        "receive",
        "task",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        context: Context,
        mailbox: Mailbox,
        receive: Callable[[Any], Any],
    ) -> None:
        self._loop = loop
        self._now = loop.time
        self.context = context
        self._mailbox = mailbox
        self.receive = receive
        self.ask: Callable[[], object] = self.soon
        """Called by whoever leaves mail for an actor that waits."""
        self.batch = BATCH
        self.task: asyncio.Task[Any]
        """The actor's, given once it is made."""
        self.item: Any = NOTHING
        """What the task has to see to."""
        self.awaited: Any = None
        """What the handler of that item returned, to be awaited."""
        self.is_cut = False
        """Whether the task is cancelled: then nothing more is handled."""
        self._resume: Resume | None = None
        self._asyncio_future_blocking = False
        self._error: BaseException | None = None
        self._left, self._until_s = 1, math.inf

    def __repr__(self) -> str:
        return f"<Turn of {self.task.get_name()}>"

    def __await__(self) -> Generator[Any, None, None]:
        """Wait until there is something to do that needs the task."""
        self._asyncio_future_blocking = True
        yield self

    def soon(self) -> None:
        """Let the turn come in the next round of the loop."""
        self._loop.call_soon(self.come, context=self.context)

    def come(self) -> None:
        """Handle mail in the actor's context, unless its task has other things to do."""
        if self._resume is None:
            return
        _enter_task(self._loop, self.task)
        try:
            if self.work():
                return
        except BaseException as error:  # noqa: BLE001 - raised in the task
            self._error = error
        finally:
            _leave_task(self._loop, self.task)
        resume, self._resume = self._resume, None
        if resume is not None:
            resume(self)
        else:  # cancelled by its own handler
            self._drop_awaited()

    def work(self, *, goes_on: bool = False) -> bool:
        """Handle mail as long as that needs no task; tell whether the task may wait.

        One frame for a batch, without a call that can be spared: every message passes here.
        ``goes_on``: the task itself calls, in the midst of a batch.
        """
        mailbox, receive, now = self._mailbox, self.receive, self._now
        queues = mailbox.queues
        queue = queues[0] or queues[1] or queues[2]
        if not goes_on:
            left, now_s = self.batch, now()
            self._until_s = now_s + BATCH_S
            if mailbox.mark is None:  # else there was mail when the last batch ended
                mailbox.taken_until_s = now_s
        elif (left := self._left) <= 0 and queue:
            return self._rest()
        while queue:
            item = queue.popleft()
            if mailbox.has_more_to_it:
                item = mailbox.taken(item)
            kind = item.__class__
            if kind is Ask or kind is Envelope or kind is ShutDown:
                self.item, self._left = item, left - 1
                return False
            try:
                result = receive(item)
            except BaseException:
                self.item = item
                raise
            if result is not None and (
                type(result) is CoroutineType or isinstance(result, asyncio.Future)
            ):
                self.item, self.awaited, self._left = item, result, left - 1
                return False
            left -= 1
            queues = mailbox.queues
            queue = queues[0] or queues[1] or queues[2]
            if self.is_cut or (queue and (left <= 0 or now() >= self._until_s)):
                return self._rest()
        if mailbox.state is State.SEALED:
            return False
        mailbox.overloaded = False
        mailbox.waiter = self.ask
        return True

    def seen_to(self) -> None:
        """Take note that the task has seen to the item, and how long that took."""
        self.item = NOTHING
        if self._now() >= self._until_s:
            self._left = 0

    def _drop_awaited(self) -> None:
        """Give up what the handler returned: nobody will await it any more."""
        awaited, self.awaited = self.awaited, None
        if type(awaited) is CoroutineType:
            awaited.close()
        elif awaited is not None:
            awaited.cancel()

    def _rest(self) -> bool:
        """Let others run before the next batch."""
        self._mailbox.note_time(self._now())
        self.ask()
        return True

    # What a task asks of the future for which it waits.

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the actor's loop."""
        return self._loop

    def add_done_callback(self, resume: Resume, *, context: Context) -> None:
        """Take what goes on with the task."""
        self._resume = resume

    def result(self) -> None:
        """Let the task go on.

        Raises:
            BaseException: what a handler raised, or CancelledError: the waiting was cancelled.
        """
        error, self._error = self._error, None
        if error is not None:
            try:
                raise error
            finally:
                del error  # whose traceback holds this frame

    def cancel(self, msg: object = None) -> bool:
        """End the waiting: the task goes on as soon as any cancelled one does."""
        resume, self._resume = self._resume, None
        if resume is None:
            return False
        self.is_cut = True  # its own handler may have cancelled it
        self._error = asyncio.CancelledError()
        self._loop.call_soon(resume, self, context=self.context)
        return True
