"""Which event loop a command runs on."""

import asyncio
import importlib
import signal
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, TypeVar

from supervision import virtual_time

LET_GO_WITHIN_S: Final = 2.0

ResultT = TypeVar("ResultT")


def run(main: Coroutine[Any, Any, ResultT], *, fast: bool = False) -> ResultT:
    """Run a program to its end: on uvloop where there is one, or, if fast, on virtual time.

    Raises:
        KeyboardInterrupt: the user pressed Ctrl-C, or the system asked for an end (SIGTERM); the
            program has been cancelled, once for each time, and has ended.
    """
    presses = _Presses()
    with _told_to_end_by(presses):
        try:
            if fast:
                return virtual_time.run(presses.obeyed_by(main))
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                try:
                    return runner.run(presses.obeyed_by(main))
                finally:
                    _leave_behind(runner.get_loop())
        except asyncio.CancelledError:
            if not presses.heard:
                raise
            raise KeyboardInterrupt from None


class _Presses:
    """What Ctrl-C does: each time the program is cancelled, so that it can end in order.

    Nothing is raised where the code happens to be: that may be the user's, and would be taken for
    its failure. But nothing else frees a loop that is held up, and has not heard the time before.
    """

    def __init__(self) -> None:
        self.heard = 0
        self._pressed = 0
        self._cancel: Callable[[], object] | None = None

    async def obeyed_by(self, main: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run the program, which is the one to be cancelled."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None

        def hear() -> None:
            self.heard = self._pressed
            task.cancel()

        self._cancel = lambda: loop.call_soon_threadsafe(hear)
        try:
            return await main
        finally:
            self._cancel = None

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Take the signal.

        Raises:
            KeyboardInterrupt: no program runs, or it has not heard the time before.
        """
        if self._cancel is None or self._pressed > self.heard:
            raise KeyboardInterrupt
        self._pressed += 1
        self._cancel()


def _leave_behind(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what the program left, and give up what holds on: the runner would wait for ever.

    Only user code can be so, such as a tool that nobody can cancel.
    """
    if not (left := asyncio.all_tasks(loop)):
        return
    for task in left:
        task.cancel()
    _, held = loop.run_until_complete(asyncio.wait(left, timeout=LET_GO_WITHIN_S))
    for task in held:
        asyncio._unregister_task(task)  # noqa: SLF001 - documented in "Extending asyncio"


@contextmanager
def _told_to_end_by(presses: _Presses) -> Generator[None]:
    """Let SIGTERM do what Ctrl-C does.

    A program in the background of a script is started with SIGINT ignored, and asyncio would leave
    it so: nothing could end it politely.
    """
    interrupt = signal.signal(signal.SIGINT, presses)
    terminate = signal.signal(signal.SIGTERM, presses)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, terminate)
        signal.signal(signal.SIGINT, interrupt)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        uvloop = importlib.import_module("uvloop")
    except ImportError:  # there is none for this system: asyncio's own will do
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
