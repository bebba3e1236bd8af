import asyncio
import contextlib
import sys

import pytest

from runtime.cli import loops
from runtime.cli.loops import run


async def loop_type() -> str:
    return type(asyncio.get_running_loop()).__module__


def test_a_program_runs_on_the_fastest_real_loop() -> None:
    pytest.importorskip("uvloop")

    assert run(loop_type()).startswith("uvloop")


def test_without_uvloop_asyncio_s_own_loop_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)

    assert run(loop_type()).startswith("asyncio")


@pytest.mark.real_time
def test_a_task_that_nobody_can_cancel_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loops, "LET_GO_WITHIN_S", 0.05)
    stubborn: list[asyncio.Task[None]] = []

    async def hold_on() -> None:
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    async def leave() -> str:
        stubborn.append(asyncio.get_running_loop().create_task(hold_on()))
        await asyncio.sleep(0)
        return "over"

    assert run(leave()) == "over"
    assert not stubborn[0].done()


def test_a_fast_program_computes_its_time() -> None:
    async def sleep_long() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    assert run(sleep_long(), fast=True) == 3600
