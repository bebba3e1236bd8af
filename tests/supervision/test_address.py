"""An address: stable over incarnations, watched, stopped and closed."""

import asyncio
from typing import Any

import pytest

from supervision import ActorDeadError, Address, AskTimeout, Down, Exit, StartFailed, start
from tests.supervision.extras import Crash, Echo, Gate, Post, Recorder, Wait, Word, settle


class Watching(Recorder):
    async def on_receive(self, message: Any) -> Any:
        if isinstance(message, Down):
            self.log.append((message.address.name, message.key, message.reason.kind))


async def watching() -> tuple[Address[Any], list[Any]]:
    log: list[Any] = []
    address = await start(lambda: Watching(log), address=Address("watcher"))
    log.clear()
    return address, log


async def test_a_watcher_gets_one_down_for_each_monitor() -> None:
    watcher, log = await watching()
    post = Post()
    address = post.launch()
    for key in ("a", "b"):
        address.monitor(watcher, key)
    await settle()
    address.kill()
    await settle()
    post.launch()
    await post.end()
    await settle()
    assert log == [("post", "a", Exit.KILLED), ("post", "b", Exit.KILLED)]
    await watcher.stop(timeout_s=1)


async def test_a_watcher_that_comes_too_late_hears_at_once() -> None:
    watcher, log = await watching()
    post = Post()
    post.launch().tell(Crash(ValueError()))
    await post.address.ended()
    post.address.monitor(watcher, 1)
    await settle()
    assert log == [("post", 1, Exit.CRASHED)]
    await watcher.stop(timeout_s=1)


async def test_a_watcher_of_a_reserved_address_waits_for_the_first_end() -> None:
    watcher, log = await watching()
    post = Post()
    post.address.monitor(watcher, "early")
    await settle()
    assert log == []
    post.launch()
    await post.end()
    await settle()
    assert log == [("post", "early", Exit.SHUTDOWN)]
    await watcher.stop(timeout_s=1)


async def test_closing_an_address_that_never_ran_tells_its_watchers() -> None:
    watcher, log = await watching()
    address: Address[Any] = Address("never")
    address.monitor(watcher)
    address.close()
    await settle()
    assert log == [("never", None, Exit.START_FAILED)]
    await watcher.stop(timeout_s=1)


async def test_a_withdrawn_monitor_hears_nothing() -> None:
    watcher, log = await watching()
    post = Post()
    address = post.launch()
    address.demonitor(address.monitor(watcher))
    Address[Any]("unwatched").demonitor(1)
    await post.end()
    await settle()
    assert log == []
    await watcher.stop(timeout_s=1)


async def test_stop_waits_and_fails_at_its_deadline() -> None:
    post, gate = Post(), Gate()
    address = post.launch()
    address.tell(Wait(gate))
    await gate.reached.wait()
    with pytest.raises(AskTimeout):
        await address.stop(timeout_s=1)
    gate.opened.set()
    await address.stop(timeout_s=1)
    assert not address.is_running
    address.close()


async def test_control_of_an_address_at_which_nobody_runs_does_nothing() -> None:
    address: Address[Any] = Address("empty")
    address.interrupt()
    address.kill()
    await address.stop(timeout_s=1)
    assert await address.shutdown(deadline_s=1) is None
    assert address.handling_since_s is None
    assert address.stats().depth == 0
    with pytest.raises(ActorDeadError, match="empty does not run"):
        _ = address.pykka


async def test_an_address_serves_one_incarnation_after_the_other() -> None:
    post = Post()
    for number in (1, 2, 3):
        address = post.launch()
        assert await address.ask(Echo(number), timeout_s=1) == number
        assert address.incarnation == number
        await address.shutdown(deadline_s=1)
        assert not address.is_running


async def test_an_unsupervised_actor_takes_its_address_with_it() -> None:
    address = await start(Recorder)
    assert repr(address) == "<Address Recorder>"
    waiting = asyncio.get_running_loop().create_task(address.ask(Wait(Gate()), timeout_s=9))
    queued = asyncio.get_running_loop().create_task(address.ask(Echo(1), timeout_s=9))
    await settle()
    address.kill()
    for ask in (waiting, queued):
        with pytest.raises(ActorDeadError):
            await ask
    with pytest.raises(ActorDeadError):
        await address.send(Word(1), timeout_s=1)
    with pytest.raises(ActorDeadError):
        await start(Recorder, address=address)


async def test_mail_that_came_before_the_actor_is_handled_by_it() -> None:
    post = Post()
    post.address.tell(Word(1))
    post.launch()
    await settle()
    assert post.log == ["start", Word(1)]
    await post.end()


async def test_mail_is_not_handled_before_the_start_is_through() -> None:
    class Slow(Recorder):
        async def on_start(self) -> None:
            await asyncio.sleep(1)
            self.log.append("ready")

    post = Post()
    address = post.launch(Slow)
    address.tell(Word(1))
    await asyncio.sleep(2)
    assert post.log == ["ready", Word(1)]
    await post.end()


async def test_a_start_failure_names_the_address() -> None:
    class Bad(Recorder):
        def on_start(self) -> None:
            raise OSError

    with pytest.raises(StartFailed, match="mic"):
        await start(Bad, address=Address("mic"))
