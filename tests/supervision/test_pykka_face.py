"""Our actors as Pykka code sees them, and the calls that would block a loop."""

import asyncio
import threading
from typing import Any

import pykka
import pytest
from pykka.messages import ProxySetAttr

from supervision import Actor, ActorDeadError, AsyncFuture, BlockingCallError, ThreadActor, start
from tests.supervision.extras import Crash, Echo, Recorder, Word, settle


class Counter(Actor):
    """An actor that Pykka's proxies can use."""

    count = 0

    async def add(self, number: int) -> int:
        await asyncio.sleep(0)
        self.count += number
        return self.count


async def test_a_ref_asks_and_the_answer_can_be_awaited() -> None:
    address = await start(Recorder)
    assert await address.pykka.ask(Echo(3), block=False) == 3
    await address.stop(timeout_s=1)


async def test_over_a_ref_the_asker_gets_the_error_and_the_actor_lives() -> None:
    address = await start(Recorder)
    with pytest.raises(ValueError, match="bad"):
        await address.pykka.ask(Crash(ValueError("bad")), block=False)
    assert await address.ask(Echo(1), timeout_s=1) == 1
    await address.stop(timeout_s=1)


async def test_a_proxy_calls_reads_and_writes() -> None:
    address = await start(Counter)
    proxy: Any = address.pykka.proxy()
    assert await proxy.add(2) == 2
    assert await proxy.count == 2
    await address.pykka.ask(ProxySetAttr(("count",), 10), block=False)
    proxy.add.defer(1)
    assert await proxy.count == 11
    await address.stop(timeout_s=1)


async def test_calls_that_would_block_the_loop_raise_and_name_their_twin() -> None:
    address = await start(Counter)
    ref = address.pykka
    proxy: Any = ref.proxy()
    with pytest.raises(BlockingCallError, match=r"await ref\.ask\(message, block=False\)"):
        ref.ask("anything")
    with pytest.raises(BlockingCallError, match=r"await ref\.stop\(block=False\)"):
        ref.stop()
    with pytest.raises(BlockingCallError, match="ProxySetAttr"):
        proxy.count = 5
    unread: Any = ref.proxy().count
    with pytest.raises(BlockingCallError, match="await future"):
        unread.get()
    assert await unread == 0  # nothing of this has reached the actor
    await address.stop(timeout_s=1)


async def test_a_ref_stops_its_actor_and_says_whether_it_lived() -> None:
    address = await start(Recorder)
    ref = address.pykka
    assert await ref.stop(block=False) is True
    assert await ref.stop(block=False) is False
    assert not ref.is_alive()
    with pytest.raises(ActorDeadError):
        ref.tell(Word(1))


async def test_a_ref_belongs_to_one_incarnation() -> None:
    address = await start(Recorder)
    ref = address.pykka
    assert ref is address.pykka
    assert ref.is_alive()
    await address.stop(timeout_s=1)
    assert not ref.is_alive()


async def test_a_face_that_is_first_looked_at_after_the_end_is_dead() -> None:
    kept: list[Recorder] = []

    class Kept(Recorder):
        def on_start(self) -> None:
            kept.append(self)

    address = await start(Kept)
    await address.stop(timeout_s=1)
    assert not kept[0].actor_ref.is_alive()


async def test_pykkas_start_needs_a_loop() -> None:
    def start_in_thread() -> None:
        with pytest.raises(RuntimeError, match="pykka_loop"):
            Recorder.start()

    await asyncio.to_thread(start_in_thread)


async def test_pykkas_start_uses_the_running_loop() -> None:
    ref = Counter.start()
    proxy: Any = ref.proxy()
    assert await proxy.add(1) == 1
    assert pykka.ActorRegistry.get_by_urn(ref.actor_urn) is ref  # noqa: TID251 - Pykka's view
    await ref.stop(block=False)
    assert pykka.ActorRegistry.get_by_urn(ref.actor_urn) is None  # noqa: TID251 - Pykka's view


async def test_actors_that_pykka_did_not_start_stay_out_of_its_registry() -> None:
    address = await start(Recorder)
    urn = address.pykka.actor_urn
    assert pykka.ActorRegistry.get_by_urn(urn) is None  # noqa: TID251 - Pykka's view
    await address.stop(timeout_s=1)


def test_a_thread_actor_lives_without_any_loop() -> None:
    class Plain(ThreadActor):
        def on_receive(self, message: Any) -> Any:
            return threading.get_ident(), message

    ref = Plain.start()
    ident, message = ref.ask("hello")
    assert (ident != threading.get_ident(), message) == (True, "hello")
    assert ref.stop() is True


async def test_a_handler_may_return_a_future_as_a_value() -> None:
    inner: AsyncFuture[int] = AsyncFuture()

    class Promising(Actor):
        def on_receive(self, message: Any) -> Any:
            del message
            return inner

    address = await start(Promising)
    answer = await address.ask(Echo(0), timeout_s=1)
    assert answer is inner
    await address.stop(timeout_s=1)


async def test_only_the_actor_takes_mail_out_of_its_inbox() -> None:
    address = await start(Recorder)
    inbox = address.pykka.actor_inbox
    with pytest.raises(NotImplementedError):
        inbox.get()
    assert inbox.empty()
    await settle()
    await address.stop(timeout_s=1)
