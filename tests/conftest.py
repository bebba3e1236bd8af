"""Async tests run on virtual time, and no test leaves anything behind."""

import asyncio
import contextlib
import functools
import inspect
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from supervision.virtual_time import check_nothing_left, run

GRACE_S = 1.0
"""Real time in which threads and child processes that were told to end may end."""


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Log crashes with plain tracebacks, whatever an earlier test has set.

    The ornate ones, with locals, cost 50 ms each.
    """
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[structlog.processors.add_log_level, plain])


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Make the test function synchronous; pytest then calls it as any other."""
    on_loop = run_for_real if pyfuncitem.get_closest_marker("real_time") else run_virtually
    given = getattr(pyfuncitem.obj, "hypothesis", None)
    if given is not None and inspect.iscoroutinefunction(given.inner_test):
        given.inner_test = synchronous(given.inner_test, on_loop)
    elif inspect.iscoroutinefunction(pyfuncitem.obj):
        pyfuncitem.obj = synchronous(pyfuncitem.obj, on_loop)


def synchronous(
    test: Callable[..., Coroutine[Any, Any, None]],
    on_loop: Callable[[Coroutine[Any, Any, None]], None],
) -> Callable[..., None]:
    @functools.wraps(test)
    def call(*args: Any, **kwargs: Any) -> None:
        on_loop(test(*args, **kwargs))

    return call


def run_virtually(main: Coroutine[Any, Any, None]) -> None:
    run(main, patience_s=15.0)


def run_for_real(main: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner() as runner:
        runner.run(main)
        check_nothing_left(runner.get_loop())


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Fail a test that leaves a non-daemon thread or a child process; `run` looks for tasks."""
    before = threads_and_children()
    yield
    deadline_s = time.monotonic() + GRACE_S
    while (left := threads_and_children() - before) and time.monotonic() < deadline_s:
        time.sleep(0.005)
    assert not left, f"left behind: {sorted(left)}"


def threads_and_children() -> set[str]:
    threads = {f"thread {t.name} {t.ident}" for t in threading.enumerate() if not t.daemon}
    return threads | children_of_this_process()


def children_of_this_process() -> set[str]:
    """Name each child process; the empty set where the system has no /proc."""
    pids: set[str] = set()
    for children in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # that thread has ended
            pids.update(children.read_text().split())
    return {f"process {pid}" for pid in pids}
