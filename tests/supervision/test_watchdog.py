"""The watchdog names the actor and the line that block the loop."""

import asyncio
import threading
import time

import pytest

from supervision.actor import Actor
from supervision.launch import start
from supervision.virtual_time import run
from supervision.watchdog import LoopBlocked, LoopWatchdog


class Sleeper(Actor):
    def on_receive(self, message: object) -> None:
        assert isinstance(message, float)
        time.sleep(message)  # the culprit


async def watch(block_s: float) -> list[LoopBlocked]:
    found: list[LoopBlocked] = []
    sleeper = await start(Sleeper)
    with LoopWatchdog(on_block=found.append):
        await asyncio.sleep(0.03)
        sleeper.tell(block_s)
        await sleeper.stop(timeout_s=5)
    return found


@pytest.mark.real_time
@pytest.mark.slow
async def test_a_handler_that_blocks_the_loop_is_named_with_its_line() -> None:
    assert not asyncio.get_running_loop().get_debug()
    (found,) = await watch(0.25)
    assert found.actor == "Sleeper"
    assert "test_watchdog.py" in found.line
    with open(__file__, encoding="utf-8") as source:  # noqa: ASYNC230, PTH123 - a test may
        culprit = next(n for n, text in enumerate(source, 1) if "# the culprit" in text)
    assert f":{culprit} (on_receive)" in found.line
    assert 0.1 <= found.blocked_s < 0.25


@pytest.mark.real_time
async def test_a_handler_that_returns_in_time_is_not_named() -> None:
    assert await watch(0.01) == []


@pytest.mark.real_time
async def test_the_watchdogs_thread_ends_with_the_block() -> None:
    with LoopWatchdog():
        assert "loop-watchdog" in {thread.name for thread in threading.enumerate()}
    assert "loop-watchdog" not in {thread.name for thread in threading.enumerate()}


def test_a_virtual_loop_is_not_watched() -> None:
    async def main() -> None:
        with LoopWatchdog():
            assert "loop-watchdog" not in {thread.name for thread in threading.enumerate()}

    run(main())
