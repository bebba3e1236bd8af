"""Tasks that are still pending where nothing should be."""

import asyncio
import inspect
from typing import Any


class LeftoverTasks(RuntimeError):
    """The main coroutine returned while tasks were still pending; they are named in the text."""


def check_nothing_left(loop: asyncio.AbstractEventLoop) -> None:
    """Raise if a task of this loop, which has stopped, is still pending.

    Raises:
        LeftoverTasks: naming each pending task and the line on which it waits.
    """
    left = asyncio.all_tasks(loop)
    if left:
        msg = f"left over: {name_all(left)}"
        raise LeftoverTasks(msg)


def name_all(tasks: set[asyncio.Task[Any]]) -> str:
    """Name each task and the line on which it waits."""
    return ", ".join(sorted(f"{task.get_name()} at {_waits_at(task)}" for task in tasks)) or "none"


def _waits_at(task: asyncio.Task[Any]) -> str:
    """Return file and line of the innermost coroutine in which the task is suspended."""
    place = "an unknown line"
    step: Any = task.get_coro()
    while inspect.iscoroutine(step):
        frame = step.cr_frame
        if frame is not None:
            place = f"{frame.f_code.co_filename}:{frame.f_lineno} ({step.__qualname__})"
        step = step.cr_await
    return place
