"""The pytest plugin: a test that is a coroutine runs on virtual time, without anything to set up.

It comes with the installed package. Tests that another plugin runs (pytest-asyncio, anyio) are left
to that plugin. A test marked ``real_time`` runs on an ordinary loop.
"""

import asyncio
import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

PATIENCE_S = 30.0
"""Real seconds without a sign of life from outside the loop (a thread, a socket)."""
ELSEWHERE = ("asyncio", "anyio", "trio")
SLOTS = "stt, llm, tts"

Run = Callable[[Coroutine[Any, Any, None]], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--real``."""
    group = parser.getgroup("understudy")
    group.addoption(
        "--real",
        default="",
        metavar="SLOTS",
        help=f"Simulated calls use the agent's own vendors for these slots (of {SLOTS}), with keys",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Explain the marker, and take over the option."""
    line = "real_time: runs on the real clock instead of virtual time"
    config.addinivalue_line("markers", line)
    named = config.getoption("--real")
    if isinstance(named, str) and named:
        from runtime.testing.simulation import real_slots  # noqa: PLC0415 - only where it is wanted

        real_slots.set(frozenset(slot.strip() for slot in named.split(",")))


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Make the test function synchronous; pytest then calls it as any other."""
    if any(pyfuncitem.get_closest_marker(name) for name in ELSEWHERE):
        return
    on_loop = run_for_real if pyfuncitem.get_closest_marker("real_time") else run_virtually
    given = getattr(pyfuncitem.obj, "hypothesis", None)
    if given is not None and inspect.iscoroutinefunction(given.inner_test):
        given.inner_test = synchronous(given.inner_test, on_loop)
    elif inspect.iscoroutinefunction(pyfuncitem.obj):
        pyfuncitem.obj = synchronous(pyfuncitem.obj, on_loop)


def synchronous(
    test: Callable[..., Coroutine[Any, Any, None]], on_loop: Run
) -> Callable[..., None]:
    """Return a function that runs the coroutine function on such a loop."""

    @functools.wraps(test)
    def call(*args: Any, **kwargs: Any) -> None:
        on_loop(test(*args, **kwargs))

    return call


def run_virtually(main: Coroutine[Any, Any, None]) -> None:
    """Run it on virtual time; a task that is left over is a failure."""
    from supervision.virtual_time import run  # noqa: PLC0415 - costs nothing where nobody tests so

    run(main, patience_s=PATIENCE_S)


def run_for_real(main: Coroutine[Any, Any, None]) -> None:
    """Run it on an ordinary loop; a task that is left over is a failure."""
    from supervision.leftover_tasks import check_nothing_left  # noqa: PLC0415 - as above

    with asyncio.Runner() as runner:
        runner.run(main)
        check_nothing_left(runner.get_loop())
