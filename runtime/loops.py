"""Which event loop a command runs on."""

import asyncio
import importlib
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from supervision import virtual_time

ResultT = TypeVar("ResultT")


def run(main: Coroutine[Any, Any, ResultT], *, fast: bool = False) -> ResultT:
    """Run a program to its end: on uvloop where there is one, or, if fast, on virtual time.

    Raises:
        KeyboardInterrupt: the user pressed Ctrl-C; the program has been cancelled and has ended.
    """
    if fast:
        return virtual_time.run(main)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        uvloop = importlib.import_module("uvloop")
    except ImportError:  # there is none for this system: asyncio's own will do
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
