import asyncio
import contextlib
import signal
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


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("fast", [True, False])
def test_each_ctrl_c_cancels_and_none_is_raised_where_the_code_happens_to_be(
    by: signal.Signals, *, fast: bool
) -> None:
    cancelled: list[str] = []

    async def wait_for_it(what: str) -> None:
        signal.raise_signal(by)
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled.append(what)

    async def main() -> None:
        await wait_for_it("the calls")
        await wait_for_it("the agents")

    run(main(), fast=fast)
    assert cancelled == ["the calls", "the agents"]


def test_ctrl_c_again_frees_a_loop_that_is_held_up() -> None:
    freed: list[bool] = []

    async def main() -> None:
        signal.raise_signal(signal.SIGINT)
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            freed.append(True)
        await asyncio.sleep(3600)

    with pytest.raises(KeyboardInterrupt):
        run(main())
    assert freed


def test_a_program_that_is_cancelled_by_nobody_s_ctrl_c_says_so() -> None:
    async def main() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run(main())
