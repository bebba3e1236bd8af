"""The filter that a hook puts into the model's stream of text.

The hook is an async generator function over the deltas; it runs in a task of its own, so that
neither the vendor's stream nor its end waits for it longer than its deadline. That counts only
while the hook works, not while it waits for the next delta. When it fails, what it has taken since
its last result, and all that follows, goes on as it is.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import aclosing

from actors.hooks import Hook, abandon
from actors.reports import Failure
from actors.user_code import blame, confined


class DeltaFilter:
    """One reply's way through the hook. Owns its task until it is closed."""

    def __init__(
        self, hook: Hook, give: Callable[[str], None], report: Callable[[Failure], None]
    ) -> None:
        """Hand on by ``give`` what the hook yields; tell its failure by ``report``."""
        self._hook = hook
        self._give = give
        self._report = report
        self._clock = asyncio.get_running_loop().time
        self._inbox = _Inbox(self._clock)
        self._over = hook.is_left_out
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"hook {hook.name}")

    def feed(self, text: str) -> None:
        """Take the next delta."""
        self._give("")  # the model lives, whatever the hook keeps back
        if self._over:
            self._give(text)
        else:
            self._inbox.put(text)
            self._look_after()

    async def finish(self) -> None:
        """Take the end, and wait until the hook has given all that it will."""
        self._inbox.put(None)
        while not self._over:
            await asyncio.wait({self._task}, timeout=self._left_s())
            self._look_after()
            if self._task.done():
                break

    def close(self) -> None:
        """Let go of the hook."""
        abandon(self._task)

    async def _run(self) -> None:
        if self._over:
            return
        with confined():
            async with aclosing(self._hook.function(self._inbox)) as texts:
                async for text in texts:
                    self._inbox.answered()
                    self._pass_on(text)
        self._hook.failures = 0

    def _pass_on(self, text: object) -> None:
        if not isinstance(text, str):
            raise TypeError(f"it yielded {type(text).__name__}, not str")
        if text:
            self._give(text)

    def _left_s(self) -> float:
        busy_since_s = self._inbox.busy_since_s
        due_s = (self._clock() if busy_since_s is None else busy_since_s) + self._hook.deadline_s
        return max(0.0, due_s - self._clock())

    def _has_failed(self) -> bool:
        return self._task.cancelled() or self._task.exception() is not None

    def _look_after(self) -> None:
        """See whether the hook has failed; if so give what it has kept, and do without it."""
        if not self._task.done():
            is_late = self._inbox.busy_since_s is not None and self._left_s() == 0
            if is_late:
                self._do_without(self._hook.late())
            return
        if not self._has_failed():
            return
        error = None if self._task.cancelled() else self._task.exception()
        self._do_without(self._hook.failed("it was cancelled" if error is None else blame(error)))

    def _do_without(self, failure: Failure) -> None:
        self._over = True
        self._report(failure)
        self.close()
        for text in self._inbox.kept():
            self._give(text)


class _Inbox:
    """The deltas as the hook reads them: an async iterator that knows what was not answered yet."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._taken: deque[str] = deque()
        self._is_over = False
        self.busy_since_s: float | None = clock()
        """Since when the hook has been working; None while it waits for the next delta."""

    def put(self, text: str | None) -> None:
        self._queue.put_nowait(text)

    def answered(self) -> None:
        self._taken.clear()
        self.busy_since_s = self._clock()

    def kept(self) -> list[str]:
        """Return what the hook took without an answer, and what it has not even taken."""
        waiting = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        return [*self._taken, *(text for text in waiting if text is not None)]

    def __aiter__(self) -> "_Inbox":
        return self

    async def __anext__(self) -> str:
        self.busy_since_s = None
        text = None if self._is_over else await self._queue.get()
        self.busy_since_s = self._clock()
        if text is None:
            self._is_over = True
            raise StopAsyncIteration
        self._taken.append(text)
        return text
