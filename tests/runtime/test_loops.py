import asyncio
import sys

import pytest

from runtime.cli.loops import run


async def loop_type() -> str:
    return type(asyncio.get_running_loop()).__module__


def test_a_program_runs_on_the_fastest_real_loop() -> None:
    pytest.importorskip("uvloop")

    assert run(loop_type()).startswith("uvloop")


def test_without_uvloop_asyncio_s_own_loop_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)

    assert run(loop_type()).startswith("asyncio")


def test_a_fast_program_computes_its_time() -> None:
    async def sleep_long() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    assert run(sleep_long(), fast=True) == 3600
