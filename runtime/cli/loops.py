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
            program has been cancelled and has ended.
    """
    with _terminated_as_by_ctrl_c():
        if fast:
            return virtual_time.run(main)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            try:
                return runner.run(main)
            finally:
                _leave_behind(runner.get_loop())


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
def _terminated_as_by_ctrl_c() -> Generator[None]:
    """Let SIGTERM do what SIGINT does: the runner cancels the program, which then cleans up.

    A program in the background of a script is started with SIGINT ignored, and the runner would
    leave it so: nothing could end it politely.
    """
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    terminate = signal.signal(signal.SIGTERM, _press_ctrl_c)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, terminate)
        signal.signal(signal.SIGINT, interrupt)


def _press_ctrl_c(_number: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        uvloop = importlib.import_module("uvloop")
    except ImportError:  # there is none for this system: asyncio's own will do
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
