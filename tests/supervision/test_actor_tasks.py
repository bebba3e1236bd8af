"""Tasks and timers that belong to an incarnation and end with it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest

from supervision import ActorDeadError, Exit, StartFailed, start
from supervision.virtual_time import external_work
from tests.supervision.extras import Crash, Echo, Gate, Post, Recorder, Wait, Word, settle

Job = Callable[[], Coroutine[Any, Any, None]]


class Spawning(Recorder):
    """Spawns what it is told to."""

    tasks: list[asyncio.Task[None]]

    def on_receive(self, message: Any) -> Any:
        if callable(message):
            self.tasks = [self.spawn(cast("Job", message)(), name="job")]
            return None
        return super().on_receive(message)


class Later(Recorder):
    def on_start(self) -> None:
        self.after(1, Word(1))
        self.after(2, Word(2), key="k")
        self.after(3, Word(3), key="k")
        self.after(4, Word(4), key="gone")
        self.cancel_after("gone")
        self.cancel_after("never set")
        self.after(60, Word(60))


async def raise_later() -> None:
    await asyncio.sleep(1)
    raise OSError("lost")


async def test_a_task_that_fails_crashes_its_actor() -> None:
    post = Post()
    address = post.launch(Spawning)
    address.tell(raise_later)
    reason = await address.ended()
    assert reason is not None
    assert isinstance(reason.error, OSError)
    assert post.log == ["start", "failure"]


async def test_a_task_that_fails_while_a_handler_runs_crashes_its_actor_too() -> None:
    post, gate = Post(), Gate()
    address = post.launch(Spawning)
    address.tell(raise_later)
    address.tell(Wait(gate))
    reason = await address.ended()
    assert reason is not None
    assert reason.kind is Exit.CRASHED
    assert address.mailbox.suspect == Wait(gate)


async def test_a_task_that_fails_while_the_actor_starts_fails_the_start() -> None:
    class Starting(Recorder):
        async def on_start(self) -> None:
            self.spawn(raise_later(), name="job")
            await asyncio.Event().wait()

    with pytest.raises(StartFailed, match="START_FAILED"):
        await start(Starting)


@pytest.mark.parametrize("end", ["stop", "crash", "kill"])
async def test_all_tasks_are_cancelled_however_the_incarnation_ends(end: str) -> None:
    cancelled = asyncio.Event()

    async def job() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    post = Post()
    address = post.launch(Spawning)
    address.tell(job)
    await settle()
    match end:
        case "stop":
            address.request_stop()
        case "crash":
            address.tell(Crash(ValueError()))
        case _:
            address.kill()
    await address.ended()
    assert cancelled.is_set()


async def test_cancelling_a_task_oneself_is_fine() -> None:
    class Cancelling(Spawning):
        def on_receive(self, message: Any) -> Any:
            if message == Word(1):
                self.tasks[0].cancel()
                return None
            return super().on_receive(message)

    async def job() -> None:
        await asyncio.Event().wait()

    post = Post()
    address = post.launch(Cancelling)
    address.tell(job)
    address.tell(Word(1))
    await settle()
    assert address.is_running
    await post.end()


async def test_a_task_that_swallows_its_cancellation_makes_the_actor_abandoned() -> None:
    release = asyncio.Event()

    async def job() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    post = Post()
    address = post.launch(Spawning)
    address.tell(job)
    await settle()
    address.kill()
    reason = await address.ended()
    assert reason is not None
    assert reason.kind is Exit.ABANDONED
    release.set()
    await settle()


async def test_a_task_that_fails_while_its_actor_ends_changes_nothing() -> None:
    async def job() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("late")

    post = Post()
    address = post.launch(Spawning)
    address.tell(job)
    await settle()
    reason = await address.shutdown(deadline_s=1)
    assert reason is not None
    assert reason.kind is Exit.SHUTDOWN


async def test_an_ended_incarnation_spawns_nothing() -> None:
    actors: list[Recorder] = []

    class Kept(Recorder):
        def on_start(self) -> None:
            actors.append(self)

    post = Post()
    address = post.launch(Kept)
    await settle()
    await address.shutdown(deadline_s=1)
    with pytest.raises(ActorDeadError):
        actors[0].spawn(raise_later(), name="job")


async def test_messages_come_later_in_time_and_keys_replace() -> None:
    post = Post()
    post.launch(Later)
    await asyncio.sleep(1.5)
    assert post.log == [Word(1)]
    await asyncio.sleep(5)
    assert post.log == [Word(1), Word(3)]
    await post.end()


class Patient(Recorder):
    """Puts an alarm off with every word."""

    def on_receive(self, message: Any) -> Any:
        if message == "ring":
            self.log.append(asyncio.get_running_loop().time())
        else:
            self.after(message.number, "ring", key="k")


async def test_an_alarm_that_is_put_off_rings_once_and_at_its_last_time() -> None:
    post = Post()
    address = post.launch(Patient)
    for _ in range(5):
        address.tell(Word(3))
        await asyncio.sleep(1)
    await asyncio.sleep(10)
    assert post.log == ["start", 7.0]
    await post.end()


class Impatient(Recorder):
    """Puts an alarm off by a tenth of a millisecond."""

    def on_receive(self, message: Any) -> Any:
        if message == "ring":
            self.log.append(asyncio.get_running_loop().time())
        else:
            self.after(1.0, "ring", key="k")
            self.after(1.0001, "ring", key="k")


async def test_an_alarm_that_is_put_off_by_a_moment_does_not_ring_before_it() -> None:
    post = Post()
    post.launch(Impatient).tell(Word(1))
    await asyncio.sleep(2)
    assert post.log == ["start", pytest.approx(1.0001, abs=1e-9)]
    await post.end()


async def test_an_alarm_that_is_brought_forward_rings_sooner() -> None:
    post = Post()
    address = post.launch(Patient)
    for delay_s in (10, 20, 2):
        address.tell(Word(delay_s))
        await settle()
    await asyncio.sleep(60)
    assert post.log == ["start", 2.0]
    await post.end()


async def test_timers_die_with_the_incarnation() -> None:
    post = Post()
    address = post.launch(Later)
    await settle()
    address.kill()
    await address.ended()
    await asyncio.sleep(100)
    assert address.stats().depth == 0


async def test_the_clock_is_the_loops() -> None:
    actors: list[Recorder] = []

    class Kept(Recorder):
        def on_start(self) -> None:
            actors.append(self)

    post = Post()
    post.launch(Kept)
    await asyncio.sleep(2.5)
    assert actors[0].clock.now_s() == 2.5
    assert actors[0].clock.now_ns() == 2_500_000_000
    await post.end()


async def test_a_future_of_asyncio_is_awaited_for_its_handler() -> None:
    class Executing(Recorder):
        def on_receive(self, message: Any) -> Any:
            return asyncio.get_running_loop().run_in_executor(None, lambda: "done")

    post = Post()
    assert await post.launch(Executing).ask(Echo(0), timeout_s=5) == "done"
    with external_work():
        await post.end()
