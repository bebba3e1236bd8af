"""No test leaves anything behind; async tests run on virtual time by `runtime.testing.plugin`."""

import contextlib
import gc
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog

hypothesis.settings.register_profile(
    "understudy",
    hypothesis.settings(),
    deadline=None,  # no test depends on the speed of a machine
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("understudy")

ENVIRONMENT = os.environ  # noqa: TID251 - to take something out of it
LOOKS = {"FORCE_COLOR", "NO_COLOR", "COLUMNS", "LINES"}
GRACE_S = 30.0
"""Real time in which threads and child processes that were told to end may end."""


@pytest.fixture(autouse=True)
def nobody_has_set_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test see what whoever runs it has set for the command or for how a terminal looks."""
    for name in {*ENVIRONMENT} & LOOKS | {n for n in ENVIRONMENT if n.startswith("UNDERSTUDY_")}:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Log crashes with plain tracebacks, whatever an earlier test has set.

    The ornate ones, with locals, cost 50 ms each.
    """
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.reset_defaults()  # `configure` keeps what it is not given, an earlier level too
    structlog.configure(processors=[structlog.processors.add_log_level, plain])


@pytest.fixture(autouse=True)
def the_same_chance() -> None:
    """Let rests before restarts, which have jitter, be the same in each run."""
    random.seed(1)


@pytest.fixture(autouse=True)
def thawed_heap() -> Iterator[None]:
    """Let no test see how an earlier one settled the heap."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


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
