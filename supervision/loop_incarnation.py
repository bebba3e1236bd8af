"""An actor's life on an event loop: handlers run one at a time, in its turns or its task."""

from __future__ import annotations

import asyncio
import contextvars
import math
from collections.abc import Callable, Coroutine
from types import CoroutineType
from typing import Any, TypeVar, cast

from supervision.actor_base import ActorBase
from supervision.answering import INTERRUPTED
from supervision.birth import Birth
from supervision.errors import ActorDeadError
from supervision.fatal import raise_fatal
from supervision.incarnation import SPECIAL, Incarnation, Stage, log
from supervision.lanes import NOTHING
from supervision.messages import Exit, ExitReason, Lane, ShutDown
from supervision.owned_tasks import OwnedTasks
from supervision.pace import new_turn
from supervision.turn import BATCH

T = TypeVar("T")


class LoopIncarnation(Incarnation):
    """Runs an `Actor` in a task of its own, which starts in a clean context."""

    __slots__ = ("_home", "_interrupted", "_leaving", "_owned", "_task", "_turn")

    def __init__(self, actor: ActorBase, birth: Birth) -> None:
        assert birth.loop is not None, "an asyncio actor lives on an event loop"
        self._home = birth.loop
        birth.address.mailbox.bind(self._home)
        super().__init__(actor, birth)
        self._interrupted = False
        self._leaving: ExitReason | None = None
        self._owned: OwnedTasks | None = None
        context = contextvars.Context()
        self._turn = new_turn(self._home, context, birth.address, actor.on_receive)
        self._task = self._home.create_task(
            self._run(birth.start_timeout_s), name=self.address.name, context=context
        )
        self._turn.task = self._task
        self._task.add_done_callback(self._task_is_done)

    def interrupt(self) -> None:
        """Cancel the handler in flight; a handler cannot interrupt itself."""
        self.at_home(self._interrupt)

    def _interrupt(self) -> None:
        own = asyncio.current_task(self._home) is self._task
        if self.in_hand is not NOTHING and not self._interrupted and not own:
            self._interrupted = self._turn.is_cut = True
            self._task.cancel()

    def cut(self) -> None:
        """Cancel the task."""
        self._turn.is_cut = True
        self._task.cancel()

    def _task_is_done(self, task: asyncio.Task[None]) -> None:
        if self.stage is not Stage.OVER:  # cancelled before its first step
            self.finish(self.doom or ExitReason(Exit.KILLED))
        if not task.cancelled() and task.exception() is not None:
            log.error("actor ends the program", actor=self.address.name)

    def spawn(self, coro: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run a task that belongs to this incarnation.

        Raises:
            ActorDeadError: If the incarnation has ended.
        """
        if self.stage is Stage.OVER:
            coro.close()
            raise ActorDeadError(f"{self.address.name} has ended")
        if self._owned is None:
            self._owned = OwnedTasks(self._home, self._owned_failed)
        return self._owned.add(coro, f"{self.address.name}/{name}")

    def _owned_failed(self, task: asyncio.Task[Any], error: BaseException) -> None:
        if self.stage is Stage.STARTING or self.stage is Stage.RUNNING:
            self.end_by(ExitReason(Exit.CRASHED, error))
        else:
            log.error("task failed while its actor ended", task=task.get_name(), exc_info=error)

    async def _cancel_owned(self) -> None:
        while self._owned:
            self.limit_end()
            try:
                await self._owned.cancel()
            except asyncio.CancelledError:
                self._uncancel()  # killed while ending: it ends as fast as its tasks do

    async def _run(self, start_timeout_s: float) -> None:
        try:
            await self._start(start_timeout_s)
            reason = await self._consume()
        except asyncio.CancelledError as error:
            reason = self._why_cancelled(error)
        except BaseException as error:  # noqa: BLE001 - reported as the reason of the end
            reason = self._crashed(error)
        reason = await self._wind_up(reason)
        self.finish(reason)
        raise_fatal(reason.error)

    async def _start(self, start_timeout_s: float) -> None:
        started = self.actor.on_start()
        if isinstance(started, CoroutineType):
            if start_timeout_s < math.inf:
                self.limit_start(start_timeout_s)
            await cast("Coroutine[Any, Any, None]", started)
            self.disarm_deadline()
        self.stage = Stage.RUNNING
        self.overseer.started(self.address, self.number)
        suspect = self.take_suspect()
        if suspect is not NOTHING:
            await self._handle(suspect)
            self.retrying = False

    async def _consume(self) -> ExitReason:
        """Do what needs the task, until it is time to go."""
        turn, now = self._turn, self._home.time
        while True:
            try:
                if turn.work(goes_on=True):
                    await turn
                item, awaited, turn.awaited = turn.item, turn.awaited, None
                if awaited is not None:
                    self.in_hand, self.handling_since_s = item, now()
                    if self._overdue is None:
                        self.watch_handler()
                    await awaited
                    self.in_hand, self.handling_since_s = NOTHING, None
                elif item is not NOTHING:
                    await self._handle_special(item)
                if turn.is_cut:
                    await self._recover()
                if item is NOTHING or self._leaving is not None:
                    return self._leaving or ExitReason(Exit.NORMAL)
                turn.seen_to()
            except asyncio.CancelledError:
                self.in_hand, self.handling_since_s = turn.item, None
                turn.item = NOTHING
                await self._recover()
            except BaseException:
                self.in_hand, self.handling_since_s = turn.item, None
                raise

    async def _handle(self, item: Any) -> None:
        """Handle one item off the hot path."""
        turn = self._turn
        self.in_hand = turn.item = item
        if type(item) in SPECIAL:
            await self._handle_special(item)
        else:
            await self._settle(item, self.actor.on_receive(item))
        self.in_hand = turn.item = NOTHING
        if turn.is_cut:
            await self._recover()

    async def _settle(self, item: Any, result: Any) -> Any:
        """Await a handler's result if that is what it is for, and return its value."""
        if not isinstance(result, CoroutineType | asyncio.Future):
            return result
        self.in_hand, self.handling_since_s = item, self._home.time()
        if self._overdue is None:
            self.watch_handler()
        try:
            result = await cast("Coroutine[Any, Any, Any]", result)
        except asyncio.CancelledError:
            await self._recover()
            result = INTERRUPTED
        finally:
            self.handling_since_s = None
        self.in_hand = NOTHING
        if self._turn.is_cut:
            await self._recover()
        return result

    async def _recover(self) -> None:
        """Go on after an interrupt; after any other cancellation, end.

        Raises:
            CancelledError: If it was no interrupt.
        """
        if not self._interrupted or self.doom is not None:
            raise asyncio.CancelledError
        self._interrupted = self._turn.is_cut = False
        self.in_hand = NOTHING
        self._task.uncancel()
        await self._hook(self.actor.on_interrupt)

    async def _handle_special(self, item: Any) -> None:
        if isinstance(item, ShutDown):
            if item.incarnation == self.number:
                await self._drain(item)
            return
        question = self.open_item(item)
        if question is None:
            return
        try:
            result = await self._settle(item, question.handler(question.message))
        except Exception as error:
            if not self.answer_error(question, error):
                raise
        else:
            self.answer(question, result)

    async def _drain(self, order: ShutDown) -> None:
        """Handle CONTROL mail until the deadline."""
        mailbox = self.mailbox
        self._leaving = ExitReason(Exit.SHUTDOWN)
        left = BATCH
        while self._home.time() < order.deadline_s:
            mailbox.purge(Lane.MEDIA)
            item = mailbox.take()
            if item is NOTHING:
                return
            if not isinstance(item, ShutDown):
                await self._handle(item)
            left -= 1
            if not left:
                left = BATCH
                await asyncio.sleep(0)
        self.limit_last_hook()

    def _why_cancelled(self, error: asyncio.CancelledError) -> ExitReason:
        from_outside = self._uncancel()
        if self.doom is None:
            return ExitReason(Exit.KILLED) if from_outside else self._crashed(error)
        if self.doom.kind is Exit.CRASHED and self.doom.error is not None:
            self.disarm_deadline()
            return self._crashed(self.doom.error)
        return self.doom

    def _crashed(self, error: BaseException) -> ExitReason:
        self._uncancel()
        starting = self.stage is Stage.STARTING
        return ExitReason(Exit.START_FAILED if starting else Exit.CRASHED, error)

    def _uncancel(self) -> bool:
        cancelled = self._task.cancelling() > 0
        while self._task.cancelling():
            self._task.uncancel()
        return cancelled

    async def _wind_up(self, reason: ExitReason) -> ExitReason:
        hook = self.begin_end(reason)
        if hook is not None:
            try:
                await self._hook(hook)
            except asyncio.CancelledError as error:
                reason = self._why_cancelled(error)
            except Exception as error:  # noqa: BLE001 - reported as the reason of the end
                error.__context__ = error.__context__ or reason.error  # what the hook was for
                self.log_crash(error)
                reason = self._crashed(error)
        await self._cancel_owned()
        return reason

    async def _hook(self, hook: Callable[[], Any]) -> None:
        result = hook()
        if isinstance(result, CoroutineType):
            self.handling_since_s = self._home.time()
            self.watch_handler()
            try:
                await cast("Coroutine[Any, Any, None]", result)
            finally:
                self.handling_since_s = None
