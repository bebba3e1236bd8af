"""An event loop whose time is computed, not waited for.

The loop's clock is a count of nanoseconds. When nothing is ready it jumps to the next timer, so
an hour of `asyncio.sleep` takes no time and lands on the nanosecond. What the loop cannot compute
- a thread, a child process, a socket - is *external work*: as long as any is open the clock
stands still and the loop waits for real. Executor jobs count by themselves, the rest says so
with `external_work()`. A loop on which nothing can ever happen again raises `Deadlock`
where a real one would hang.

In a test: `run(main())`, which also fails when a task is left over.
"""

import asyncio
import itertools
import selectors
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeVar, TypeVarTuple

from supervision.lean_loop import LeanLoop
from supervision.leftover_tasks import check_nothing_left, name_all

__all__ = [
    "Deadlock",
    "ExternalWork",
    "Livelock",
    "VirtualTimeLoop",
    "external_work",
    "run",
]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

NS_PER_S = 1_000_000_000
MOST_ROUNDS = 10_000  # looks for I/O at one instant: seconds of spinning; honest work takes few


class Deadlock(RuntimeError):
    """Nothing is ready, no timer is set, no external work is open: nothing can ever happen.

    Raised out of `run()` by the loop. Either two parties wait for each other, or what they wait
    for comes from outside and should be inside `external_work()`.
    """


class Livelock(RuntimeError):
    """Something is always ready, so the clock never moves: two parties keep each other busy.

    Raised out of `run()` by the loop, for what would spin for ever otherwise.
    """


class _Timeline:
    """What loop and selector share: the virtual time and the external work that is open."""

    def __init__(self, start_s: float) -> None:
        self.now_ns = round(start_s * NS_PER_S)
        self.now_s = self.now_ns / NS_PER_S
        self.open: dict[int, str] = {}
        self.patience_s = 0.0
        self.describe_tasks: Callable[[], str] = str
        self.late_ns: Callable[[], int] = int
        self.most_rounds = MOST_ROUNDS

    def jump(self, ns: int) -> None:
        """Let so much time pass at once."""
        self.now_ns += ns
        self.now_s = self.now_ns / NS_PER_S


class _JumpingSelector(selectors.DefaultSelector):
    """Serves I/O as usual and turns waiting into a jump of the timeline."""

    def __init__(self, timeline: _Timeline) -> None:
        super().__init__()
        self._timeline = timeline
        self._rounds_at_this_instant = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return ready I/O; without any, wait for external work or else jump.

        Raises:
            Deadlock: neither I/O nor external work nor a timer can wake the loop.
            Livelock: the clock has stood still for too many rounds of the loop.
        """
        line = self._timeline
        # Without sockets there is only the pipe by which a thread wakes a loop that waits: what it
        # sends is ready all the same, and to look costs more than most callbacks.
        looks = timeout is None or line.open or len(self.get_map()) > 1
        events = super().select(0) if looks else []
        if events or (timeout is not None and timeout <= 0):
            self._count_a_round()
            return events
        self._rounds_at_this_instant = 0
        # Work ends by a callback on the loop, behind all that its thread sent before: work that
        # is not open any more has had its effects.
        if line.open:
            return self._wait_for_external_work()
        if timeout is None:
            msg = (
                "nothing is ready, no timer is set, no external work is open; pending: "
                f"{line.describe_tasks()} (does one wait for a thread, process or socket? "
                "then wrap that in external_work())"
            )
            raise Deadlock(msg)
        line.jump(round(timeout * NS_PER_S) + line.late_ns())
        return events

    def _count_a_round(self) -> None:
        self._rounds_at_this_instant += 1
        if self._rounds_at_this_instant > self._timeline.most_rounds:
            self._rounds_at_this_instant = 0  # cleaning up takes rounds as well
            line = self._timeline
            raise Livelock(
                f"the clock stands at {line.now_ns / NS_PER_S} s while something is always ready; "
                f"pending: {line.describe_tasks()}"
            )

    def _wait_for_external_work(self) -> list[tuple[selectors.SelectorKey, int]]:
        line = self._timeline
        since = time.monotonic()
        events = super().select(line.patience_s)
        if not events and time.monotonic() - since >= line.patience_s:
            msg = (
                f"no sign of life for {line.patience_s:g} real seconds from the external work "
                f"{sorted(line.open.values())}; pending: {line.describe_tasks()}"
            )
            raise Deadlock(msg)
        return events


class VirtualTimeLoop(LeanLoop):
    """A selector event loop on computed time.

    Sockets, child processes, executors and calls from other threads work as on any other loop.

    Args:
        start_s: what `time()` says first.
        patience_s: real seconds without a sign of life from open external work after which the
            loop gives up with `Deadlock`.
    """

    def __init__(self, *, start_s: float = 0.0, patience_s: float = 60.0) -> None:
        self._timeline = _Timeline(start_s)
        self._timeline.patience_s = patience_s
        self._timeline.describe_tasks = self._describe_tasks
        self._work_ids = itertools.count()
        self._executor: ThreadPoolExecutor | None = None
        super().__init__(_JumpingSelector(self._timeline))

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._timeline.now_s

    def hold_up(self, seconds: float) -> None:
        """Let so much time pass at once, as if the whole process had been stopped."""
        self._timeline.jump(round(seconds * NS_PER_S))

    def strain(self, late_ns: Callable[[], int], most_rounds: int) -> None:
        """Let each jump go so much too far, as if held up; give up sooner on what spins."""
        self._timeline.late_ns, self._timeline.most_rounds = late_ns, most_rounds

    def begin_work(self, label: str) -> int:
        """Stop the clock until `end_work`; any thread may call it."""
        work_id = next(self._work_ids)
        self._timeline.open[work_id] = label
        return work_id

    def end_work(self, work_id: int) -> None:
        """Let the clock go on once all that this thread sent before has arrived; any thread."""
        if not self.is_closed():
            self.call_soon_threadsafe(self._timeline.open.pop, work_id, None)

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Run `func` in an executor; the clock stands still until it has really ended."""
        if executor is None:
            executor = self._default_pool()
        work_id = self.begin_work(f"executor job {_callable_name(func)}")
        job = executor.submit(func, *args)
        result = asyncio.wrap_future(job, loop=self)

        def ended(_job: Future[T]) -> None:
            self.end_work(work_id)

        # Added after wrap_future's own callback: the result is on its way before the work ends.
        # On the job, not on the result: a cancelled result does not stop a running thread.
        job.add_done_callback(ended)
        return result

    def set_default_executor(self, executor: ThreadPoolExecutor) -> None:
        """Use `executor` where `run_in_executor` is given None."""
        self._executor = executor
        super().set_default_executor(executor)

    async def shutdown_default_executor(
        self,
        timeout: float | None = None,  # noqa: ASYNC109 - asyncio's signature from 3.12 on
    ) -> None:
        """Wait for the default executor's threads to end."""
        with external_work(self, label="shutdown of the default executor"):
            await super().shutdown_default_executor()

    def _default_pool(self) -> ThreadPoolExecutor:
        if self._executor is None:
            self.set_default_executor(ThreadPoolExecutor(thread_name_prefix="virtual-time"))
        assert self._executor is not None
        return self._executor

    def _describe_tasks(self) -> str:
        return name_all(asyncio.all_tasks(self))


class ExternalWork:
    """Something outside the loop that is under way; a context manager, or call `end()`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, label: str) -> None:
        self._loop = loop if isinstance(loop, VirtualTimeLoop) else None
        self._work_id = self._loop.begin_work(label) if self._loop is not None else 0

    def end(self) -> None:
        """Declare the work done; any thread, any number of times."""
        if self._loop is not None:
            self._loop.end_work(self._work_id)

    def __enter__(self) -> Self:
        """Return the work, which is open already."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """End the work."""
        self.end()


def external_work(
    loop: asyncio.AbstractEventLoop | None = None, *, label: str = "external work"
) -> ExternalWork:
    """Declare work outside the loop: until its end a virtual clock stands still.

    On a real loop it does nothing, so production code may use it freely.

    Args:
        loop: the loop that waits for the work; the running one if None.
        label: names the work in a `Deadlock`.
    """
    return ExternalWork(loop if loop is not None else asyncio.get_running_loop(), label)


def run(main: Coroutine[Any, Any, T], *, start_s: float = 0.0, patience_s: float = 60.0) -> T:
    """Run `main` on a fresh virtual-time loop, close all of it and return the result.

    Raises:
        Deadlock: nothing can ever happen again, yet `main` is pending.
        LeftoverTasks: `main` returned and left tasks behind.
    """

    def new_loop() -> VirtualTimeLoop:
        return VirtualTimeLoop(start_s=start_s, patience_s=patience_s)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        result = runner.run(main)
        check_nothing_left(runner.get_loop())
        return result


def _callable_name(func: Callable[..., Any]) -> str:
    return str(getattr(func, "__qualname__", repr(func)))
