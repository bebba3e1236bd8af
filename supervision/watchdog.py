"""Finds out who blocks the event loop, without asyncio's debug mode.

A thread sends the loop a heartbeat four times per limit. One that is not answered within the
limit means that a handler runs without returning: the loop's current task has the actor's name,
and the loop thread's frames have the line.
"""

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog

from supervision.virtual_time import VirtualTimeLoop

log = structlog.get_logger(__name__)

BLOCKED_S = 0.1
BEATS_PER_LIMIT = 4
STACK_DEPTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopBlocked:
    """The loop did not answer; taken while it was still blocked."""

    actor: str
    """The name of the task that runs, which is its actor's; empty in a bare callback."""
    line: str
    """Where the innermost Python frame is: file:line (function)."""
    stack: tuple[str, ...]
    """The innermost frames, outermost first."""
    blocked_s: float
    """For how long at least, when it was found."""


class LoopWatchdog:
    """Watches the running loop for the length of a `with` block, from a thread of its own.

    A virtual-time loop is not watched: real delays mean nothing there.

    Args:
        limit_s: how long a handler may keep the loop.
        on_block: hears of each block once, in the watchdog's thread; the log hears of it anyway.
    """

    def __init__(
        self,
        *,
        limit_s: float = BLOCKED_S,
        on_block: Callable[[LoopBlocked], None] | None = None,
    ) -> None:
        self._limit_s = limit_s
        self._on_block = on_block
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin to watch the running loop."""
        loop = asyncio.get_running_loop()
        if not isinstance(loop, VirtualTimeLoop):
            self._thread = threading.Thread(
                target=self._watch,
                args=(loop, threading.get_ident()),
                name="loop-watchdog",
                daemon=True,
            )
            self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Stop watching; returns once the thread has ended, which takes no time."""
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self, loop: asyncio.AbstractEventLoop, loop_thread: int) -> None:
        while not self._is_over.wait(self._limit_s / BEATS_PER_LIMIT):
            answered = threading.Event()
            sent_s = time.monotonic()
            loop.call_soon_threadsafe(answered.set)
            if answered.wait(self._limit_s) or self._is_over.is_set():
                continue
            found = self._look(loop, loop_thread, time.monotonic() - sent_s)
            if not answered.is_set():  # else it went on while we looked, and we saw another
                self._report(found)
                self._await_end(answered, found, sent_s)

    def _look(
        self, loop: asyncio.AbstractEventLoop, loop_thread: int, blocked_s: float
    ) -> LoopBlocked:
        task = asyncio.current_task(loop)
        frame = sys._current_frames()[loop_thread]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - documented, with its underscore
        frames = traceback.extract_stack(frame, limit=STACK_DEPTH)
        stack = tuple(f"{step.filename}:{step.lineno} ({step.name})" for step in frames)
        return LoopBlocked(
            actor=task.get_name() if task is not None else "",
            line=stack[-1],
            stack=stack,
            blocked_s=blocked_s,
        )

    def _report(self, found: LoopBlocked) -> None:
        log.warning("event loop blocked", actor=found.actor, line=found.line, frames=found.stack)
        if self._on_block is not None:
            self._on_block(found)

    def _await_end(self, answered: threading.Event, found: LoopBlocked, since_s: float) -> None:
        while not answered.wait(self._limit_s) and not self._is_over.is_set():
            pass
        blocked_s = round(time.monotonic() - since_s, 3)
        log.warning("event loop was blocked", actor=found.actor, blocked_s=blocked_s)
