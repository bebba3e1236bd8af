"""The virtual-time loop: exact jumps, and none while something outside is under way."""

import asyncio
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision import virtual_time
from supervision.leftover_tasks import LeftoverTasks
from supervision.virtual_time import Deadlock, external_work, run


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_an_hour_of_sleep_takes_no_time() -> None:
    await asyncio.sleep(3600)  # the limit of each test is far shorter
    assert now_s() == 3600


async def test_fifty_frames_of_twenty_milliseconds_are_exactly_one_second() -> None:
    for _ in range(50):
        await asyncio.sleep(0.02)
    assert now_s() == 1.0


@given(st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=20))
def test_timers_fire_in_order_and_on_the_nanosecond(delays_ns: list[int]) -> None:
    fired: list[tuple[int, int]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def fire(due_ns: int) -> None:
            fired.append((due_ns, round(loop.time() * 1e9)))
            if len(fired) == len(delays_ns):
                done.set()

        for delay_ns in delays_ns:
            loop.call_at(delay_ns / 1e9, fire, delay_ns)
        await done.wait()

    run(main())
    assert [due for due, _ in fired] == sorted(delays_ns)
    assert all(abs(due - at) <= 1 for due, at in fired)


async def test_a_timeout_strikes_exactly_at_its_deadline() -> None:
    never = asyncio.get_running_loop().create_future()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2.5):
            await never
    assert now_s() == 2.5
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.sleep(9), 0.5)
    assert now_s() == 3.0


async def test_a_cancelled_timer_is_not_jumped_to() -> None:
    asyncio.get_running_loop().call_later(100, print).cancel()
    await asyncio.sleep(1)
    assert now_s() == 1


def test_time_starts_where_it_is_told_to() -> None:
    async def main() -> float:
        await asyncio.sleep(0.25)
        return now_s()

    assert run(main(), start_s=1_000_000.0) == 1_000_000.25


async def test_the_clock_stands_still_while_an_executor_job_runs() -> None:
    due = asyncio.get_running_loop().call_later(0.001, pytest.fail, "jumped")
    result = await asyncio.to_thread(lambda: time.sleep(0.03) or "done")
    due.cancel()
    assert result == "done"
    assert now_s() == 0


async def test_a_job_in_an_own_executor_counts_as_well() -> None:
    with ThreadPoolExecutor() as pool:
        await asyncio.get_running_loop().run_in_executor(pool, time.sleep, 0.02)
    assert now_s() == 0


async def test_an_executor_job_that_nobody_awaits_any_more_still_counts() -> None:
    ended = threading.Event()

    def job() -> None:
        time.sleep(0.05)
        ended.set()

    asyncio.get_running_loop().run_in_executor(None, job).cancel()
    await asyncio.sleep(1)
    assert ended.is_set()


async def test_a_call_from_a_thread_is_served_before_any_jump() -> None:
    loop = asyncio.get_running_loop()
    arrived = loop.create_future()
    work = external_work(label="a thread")

    def thread() -> None:
        time.sleep(0.02)
        loop.call_soon_threadsafe(lambda: arrived.set_result(loop.time()))
        work.end()

    worker = threading.Thread(target=thread)
    worker.start()
    async with asyncio.timeout(0.001):
        assert await arrived == 0
    worker.join()
    await asyncio.sleep(1)
    assert now_s() == 1


async def test_a_child_process_declared_as_external_work_stops_the_clock() -> None:
    with external_work(label="child"):
        async with asyncio.timeout(0.001):
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "import sys; sys.stdout.write(sys.stdin.read()[::-1])",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            out, _ = await child.communicate(b"abc")
    assert (out, child.returncode, now_s()) == (b"cba", 0, 0)


async def test_a_socket_is_read_while_external_work_is_open() -> None:
    loop = asyncio.get_running_loop()
    near, far = socket.socketpair()
    near.setblocking(False)  # noqa: FBT003 - the socket's signature

    def answer() -> None:
        time.sleep(0.02)
        far.sendall(b"hello")

    worker = threading.Thread(target=answer)
    with near, far, external_work(label="peer"):
        worker.start()
        async with asyncio.timeout(0.001):
            assert await loop.sock_recv(near, 5) == b"hello"
        worker.join()
    assert now_s() == 0


async def test_two_ends_of_a_stream_on_one_loop_need_no_external_work() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello\n")
        assert await reader.read() == b"hello\n"
        writer.close()
        await writer.wait_closed()


def test_a_deadlock_is_an_error_that_names_who_waits_where() -> None:
    async def wait_for_ever() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        asyncio.current_task().set_name("godot")  # type: ignore[union-attr]
        await wait_for_ever()

    with pytest.raises(Deadlock, match=r"godot at .*locks\.py:\d+ \(Event\.wait\)"):
        run(main())


def test_external_work_without_a_sign_of_life_is_named() -> None:
    async def main() -> None:
        with external_work(label="the mute server"):
            await asyncio.sleep(1)

    with pytest.raises(Deadlock, match="the mute server"):
        run(main(), patience_s=0.02)


def test_a_task_that_is_left_over_is_an_error_that_names_it() -> None:
    tasks: list[asyncio.Task[None]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        tasks.append(loop.create_task(asyncio.sleep(10), name="forgotten"))
        await asyncio.sleep(0)

    with pytest.raises(LeftoverTasks, match="forgotten"):
        run(main())
    assert tasks[0].cancelled()


def test_an_error_of_the_main_coroutine_comes_out_unchanged() -> None:
    async def main() -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        run(main())


@pytest.mark.real_time
async def test_external_work_does_nothing_on_a_real_loop() -> None:
    with external_work(label="whatever"):
        await asyncio.sleep(0)


@given(st.integers())
async def test_an_async_test_may_be_given_examples(number: int) -> None:
    await asyncio.sleep(1)
    assert now_s() == 1
    assert isinstance(number, int)


def test_two_parties_that_keep_each_other_busy_for_ever_are_told_apart_from_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(virtual_time, "MOST_ROUNDS", 1_000)

    async def spin() -> None:
        while True:  # noqa: ASYNC110 - it is the fault
            await asyncio.sleep(0)

    with pytest.raises(virtual_time.Livelock, match="the clock stands at 0"):
        run(spin())
