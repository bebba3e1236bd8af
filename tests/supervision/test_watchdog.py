"""The watchdog names the actor and the line that block the loop."""

import asyncio
import threading
import time

import pytest

from supervision import watchdog
from supervision.actor import Actor
from supervision.launch import start
from supervision.virtual_time import run
from supervision.watchdog import LoopBlocked, LoopWatchdog

LONGEST_S = 15.0
Lock = type(threading.Lock())


class Sleeper(Actor):
    """Blocks until it is found and the lock that it was given is released."""

    def on_receive(self, message: object) -> None:
        assert isinstance(message, Lock)
        assert message.acquire(timeout=LONGEST_S), "nobody has found it"  # the culprit
        time.sleep(0.15)  # longer than the limit: it is the same block and no news


class Napper(Actor):
    def on_receive(self, message: object) -> None:
        time.sleep(0.01)


@pytest.mark.real_time
@pytest.mark.slow
async def test_a_handler_that_blocks_the_loop_is_named_once_and_with_its_line() -> None:
    assert not asyncio.get_running_loop().get_debug()
    blocks: list[LoopBlocked] = []
    is_found = threading.Lock()

    def hear(block: LoopBlocked) -> None:
        if block.actor == "Sleeper":  # a machine that stands still holds up others as well
            blocks.append(block)
            is_found.release()

    sleeper = await start(Sleeper)
    with LoopWatchdog(on_block=hear), is_found:
        sleeper.tell(is_found)
        await sleeper.stop(timeout_s=LONGEST_S)
    (found,) = blocks
    assert "test_watchdog.py" in found.line
    with open(__file__, encoding="utf-8") as source:  # noqa: ASYNC230, PTH123 - a test may
        culprit = next(n for n, text in enumerate(source, 1) if "# the culprit" in text)
    assert f":{culprit} (on_receive)" in found.line
    assert found.blocked_s >= watchdog.BLOCKED_S


@pytest.mark.real_time
async def test_a_handler_that_returns_in_time_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "BEATS_PER_LIMIT", round(LONGEST_S / 0.002))
    found: list[LoopBlocked] = []
    napper = await start(Napper)
    with LoopWatchdog(limit_s=LONGEST_S, on_block=found.append):
        await asyncio.sleep(0.03)
        napper.tell("nap")
        await napper.stop(timeout_s=LONGEST_S)
    assert found == []


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
