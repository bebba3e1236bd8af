"""A future that can be awaited, waited for by a thread, and never blocks a loop."""

import asyncio
import queue
import threading
from typing import Any

import pykka
import pytest

from supervision import AsyncFuture, BlockingCallError
from supervision.virtual_time import external_work
from tests.supervision.extras import settle


async def test_awaiting_lets_the_loop_go_on() -> None:
    future: AsyncFuture[int] = AsyncFuture()
    asyncio.get_running_loop().call_later(0.3, future.set, 7)
    assert await future == 7
    assert asyncio.get_running_loop().time() == pytest.approx(0.3)


async def test_awaiting_raises_the_error_that_was_set() -> None:
    future: AsyncFuture[int] = AsyncFuture()
    future.fail(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        await future


async def test_a_future_that_was_set_before_is_there_at_once() -> None:
    future: AsyncFuture[None] = AsyncFuture()
    future.set(None)
    assert await future is None


async def test_several_tasks_may_await_one_future() -> None:
    future: AsyncFuture[int] = AsyncFuture()

    async def wait() -> int:
        return await future

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(wait()) for _ in range(3)]
        await settle()
        future.set(1)
    assert [task.result() for task in tasks] == [1, 1, 1]


async def test_a_cancelled_awaiter_harms_nobody() -> None:
    future: AsyncFuture[int] = AsyncFuture()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await future
    future.set(1)
    assert await future == 1


async def test_a_thread_may_set_what_a_task_awaits() -> None:
    future: AsyncFuture[int] = AsyncFuture()
    thread = threading.Thread(target=future.set, args=(5,))
    with external_work():
        thread.start()
        assert await future == 5
    thread.join()


def test_a_thread_waits_for_the_value() -> None:
    future: AsyncFuture[int] = AsyncFuture()
    thread = threading.Thread(target=future.set, args=(5,))
    thread.start()
    assert future.get(timeout=5) == 5
    thread.join()


def test_a_thread_gives_up_at_its_timeout() -> None:
    with pytest.raises(pykka.Timeout):
        AsyncFuture[int]().get(timeout=0)


async def test_a_blocking_get_on_a_loop_names_its_twin() -> None:
    with pytest.raises(BlockingCallError, match="await future"):
        AsyncFuture[int]().get()


async def test_a_get_on_a_loop_returns_what_is_there() -> None:
    future: AsyncFuture[int] = AsyncFuture()
    future.set(1)
    assert future.get() == 1


def test_an_outcome_is_set_once() -> None:
    future: AsyncFuture[int] = AsyncFuture()
    future.set(1)
    with pytest.raises(queue.Full):
        future.fail(ValueError())


def test_an_exception_class_without_an_instance_is_instantiated() -> None:
    future: AsyncFuture[int] = AsyncFuture()
    future.set_exception((KeyError, None, None))
    with pytest.raises(KeyError):
        future.get()


async def test_map_filter_join_and_reduce_can_be_awaited() -> None:
    numbers: AsyncFuture[Any] = AsyncFuture()
    other: AsyncFuture[Any] = AsyncFuture()
    derived = [
        numbers.map(len),
        numbers.filter(lambda n: n > 1),
        numbers.join(other),
        numbers.reduce(lambda total, n: total + n, 10),
        numbers.map(len).map(str),
    ]

    async def gather() -> list[Any]:
        return [await future for future in derived]

    task = asyncio.get_running_loop().create_task(gather())
    await settle()
    numbers.set([1, 2, 3])
    other.set(4)
    assert await task == [3, [2, 3], [[1, 2, 3], 4], 16, "3"]


async def test_a_derived_future_refuses_to_block_a_loop_too() -> None:
    with pytest.raises(BlockingCallError):
        AsyncFuture[int]().map(str).get()


async def test_a_get_hook_answers_an_await() -> None:
    future: AsyncFuture[int] = AsyncFuture()
    future.set_get_hook(lambda _timeout: 3)
    assert await future == 3
