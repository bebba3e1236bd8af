"""Handlers that await nothing: the same life, without the actor's task being woken."""

import asyncio
import gc
import random
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import pytest

from supervision import Exit, Request
from supervision.simulation_loop import SimulationLoop
from supervision.virtual_time import VirtualTimeLoop
from tests.supervision.extras import Crash, Echo, Gate, Post, Recorder, Wait, Word, settle

Main = Callable[[], Coroutine[Any, Any, None]]
mark: ContextVar[int] = ContextVar("mark", default=0)


@dataclass(frozen=True, slots=True)
class LastWill(Request[str]):
    """Ask an actor that kills itself over it."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """Tell an actor to kill itself and to return this."""

    future: asyncio.Future[None]


class Plain(Recorder):
    """Handles at once what needs no waiting; tells who runs when it is called."""

    def on_receive(self, message: Any) -> Any:
        match message:
            case Word():
                self.log.append(message.number)
            case Crash(error):
                raise error
            case "who":
                task = asyncio.current_task()
                self.log.append(None if task is None else task.get_name())
            case "mark":
                mark.set(mark.get() + 1)
                self.log.append(mark.get())
            case "kill yourself":
                self.address.kill()
            case "kill yourself and wait":
                self.address.kill()
                return self.receive(Word(0))
            case Awaited(future):
                self.address.kill()
                return future
            case "cancel your task":
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            case LastWill():
                self.address.kill()
                return "granted"
            case "interrupt yourself":
                self.address.interrupt()
            case _:
                return self.receive(message)
        return None


@pytest.fixture(params=["as it comes", "dealt"])
def play(request: pytest.FixtureRequest) -> Callable[[Main], None]:
    """Run a coroutine on a loop of either kind."""

    def new_loop() -> VirtualTimeLoop:
        is_dealt = request.param == "dealt"
        return SimulationLoop(random.Random(1)) if is_dealt else VirtualTimeLoop()

    def run(main: Main) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(main())

    return run


Play = Callable[[Main], None]


def test_what_awaits_and_what_does_not_is_handled_in_the_order_in_which_it_came(play: Play) -> None:
    async def main() -> None:
        post, gate = Post(), Gate()
        address = post.launch(Plain)
        await settle()
        address.tell(Word(1))
        address.tell(Wait(gate))
        address.tell(Word(2))
        answer = asyncio.get_running_loop().create_task(address.ask(Echo(5), timeout_s=5))
        await gate.reached.wait()
        assert post.log == ["start", 1]
        gate.opened.set()
        assert await answer == 5
        assert post.log == ["start", 1, 2]
        await post.end()

    play(main)


def test_the_actors_task_is_the_current_one_and_its_context_the_actors(play: Play) -> None:
    async def main() -> None:
        post = Post(name="whose")
        address = post.launch(Plain)
        await settle()
        mark.set(7)
        for order in ("who", "mark", "mark"):
            address.tell(order)
            await settle()
        assert post.log == ["start", "whose", 1, 2]
        current = asyncio.current_task()
        assert current is not None
        assert current.get_name() != "whose"
        await post.end()

    play(main)


def test_mail_that_waited_for_the_actor_is_handled_in_the_same_context(play: Play) -> None:
    async def main() -> None:
        post = Post()
        for _ in range(3):
            post.address.tell("mark")
        post.launch(Plain)
        await asyncio.sleep(1)
        post.address.tell("mark")
        await settle()
        assert post.log == ["start", 1, 2, 3, 4]
        await post.end()

    play(main)


def test_a_task_that_waits_says_whose_turn_it_waits_for(play: Play) -> None:
    async def main() -> None:
        post = Post(name="idler")
        post.launch(Plain)
        await settle()
        waiting = [repr(task) for task in asyncio.all_tasks() if task.get_name() == "idler"]
        assert [" wait_for=<Turn of idler> " in text for text in waiting] == [True]
        await post.end()

    play(main)


def test_an_exception_crashes_the_actor_and_its_message_is_tried_again_once(play: Play) -> None:
    async def main() -> None:
        post = Post()
        address = post.launch(Plain)
        await settle()
        address.tell(Word(1))
        address.tell(Crash(OSError("lost")))
        address.tell(Word(2))
        reason = await address.ended()
        assert reason is not None
        assert isinstance(reason.error, OSError)
        assert post.log == ["start", 1, "failure"]
        post.launch(Plain)
        reason = await address.ended()
        assert reason is not None
        assert reason.kind is Exit.CRASHED
        assert address.stats().set_aside == 1
        post.launch(Plain)
        await settle()
        assert post.log[-2:] == ["start", 2]
        await post.end()

    play(main)


def test_a_handler_that_kills_its_own_actor_is_the_last_one(play: Play) -> None:
    async def main() -> None:
        post = Post()
        address = post.launch(Plain)
        await settle()
        for order in (Word(1), "kill yourself", Word(2)):
            address.tell(order)
        reason = await address.ended()
        assert reason is not None
        assert reason.kind is Exit.KILLED
        assert post.log == ["start", 1]
        post.launch(Plain)
        await settle()
        assert post.log == ["start", 1, "start", 2]
        await post.end()

    play(main)


def test_what_a_handler_returns_that_kills_its_own_actor_is_not_awaited(play: Play) -> None:
    async def main() -> None:
        post = Post()
        address = post.launch(Plain)
        await settle()
        address.tell("kill yourself and wait")
        await address.ended()
        future = asyncio.get_running_loop().create_future()
        other = Post()
        other.launch(Plain)
        await settle()
        other.address.tell(Awaited(future))
        await other.address.ended()
        gc.collect()  # where a coroutine that was never awaited would be found
        assert post.log == ["start"]
        assert future.cancelled()
        post.address.close()
        other.address.close()

    play(main)


def test_an_ask_over_which_an_actor_kills_itself_is_answered_and_the_last_one(play: Play) -> None:
    async def main() -> None:
        post = Post()
        address = post.launch(Plain)
        await settle()
        asked = asyncio.get_running_loop().create_task(address.ask(LastWill(), timeout_s=5))
        await asyncio.sleep(0)
        address.tell(Word(1))
        reason = await address.ended()
        assert reason is not None
        assert reason.kind is Exit.KILLED
        assert await asked == "granted"
        post.launch(Plain)
        await settle()
        assert post.log == ["start", "start", 1]
        await post.end()

    play(main)


def test_an_ask_behind_a_handler_that_cancels_its_task_waits_for_the_next_life(play: Play) -> None:
    async def main() -> None:
        post = Post()
        address = post.launch(Plain)
        await settle()

        async def tell_and_ask() -> int:
            address.tell("cancel your task")
            return await address.ask(Echo(5), timeout_s=5)

        answer = asyncio.get_running_loop().create_task(tell_and_ask())
        reason = await address.ended()
        assert reason is not None
        assert reason.kind is Exit.KILLED
        post.launch(Plain)
        assert await answer == 5
        await post.end()

    play(main)


def test_a_kill_between_two_batches_leaves_the_rest_to_the_next_incarnation(play: Play) -> None:
    async def main() -> None:
        post = Post()
        address = post.launch(Plain)
        await settle()
        for number in range(100):
            address.tell(Word(number))
        await asyncio.sleep(0)
        address.kill()
        await address.ended()
        done = len(post.log) - 1
        assert 0 < done < 100
        post.launch(Plain)
        await asyncio.sleep(1)
        assert [entry for entry in post.log if entry != "start"] == list(range(100))
        await post.end()

    play(main)


def test_an_interrupt_finds_nothing_to_cut_in_a_handler_that_awaits_nothing(play: Play) -> None:
    async def main() -> None:
        post = Post()
        address = post.launch(Plain)
        await settle()
        address.tell("interrupt yourself")
        address.tell(Word(1))
        await settle()
        address.interrupt()
        address.tell(Word(2))
        await settle()
        assert post.log == ["start", 1, 2]
        await post.end()

    play(main)


def test_an_interrupted_handler_is_not_the_last_one(play: Play) -> None:
    async def main() -> None:
        post, gate = Post(), Gate()
        address = post.launch(Plain)
        address.tell(Wait(gate))
        address.tell(Word(1))
        await gate.reached.wait()
        address.interrupt()
        await settle()
        assert post.log == ["start", "interrupt", 1]
        await post.end()

    play(main)


def test_a_message_that_was_tried_again_is_not_in_hand_any_more(play: Play) -> None:
    async def main() -> None:
        post = Post()
        address = post.launch()
        await settle()
        address.tell(Crash(OSError("lost")))
        await address.ended()

        class Forgiving(Plain):
            def on_receive(self, message: Any) -> Any:
                self.log.append("forgiven")

        post.launch(Forgiving)
        await settle()
        address.interrupt()
        await settle()
        assert post.log == ["start", "failure", "start", "forgiven"]
        await post.end()

    play(main)


def test_a_message_that_crashes_an_actor_at_its_shutdown_is_tried_again(play: Play) -> None:
    async def main() -> None:
        post = Post()
        address = post.launch(Plain)
        await settle()
        address.request_shutdown(1.0)
        address.tell(Crash(OSError("lost")))
        reason = await address.ended()
        assert reason is not None
        assert isinstance(reason.error, OSError)
        post.launch(Plain)
        await address.ended()
        assert address.stats().set_aside == 1
        post.address.close()

    play(main)


def test_a_stop_handles_the_mail_that_is_there_and_then_ends(play: Play) -> None:
    async def main() -> None:
        post = Post()
        address = post.launch(Plain)
        await settle()
        address.tell(Word(1))
        address.request_stop()
        address.tell(Word(2))
        reason = await address.ended()
        assert reason is not None
        assert reason.kind is Exit.NORMAL
        assert post.log == ["start", 1, "stop"]
        post.address.close()

    play(main)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_an_exception_that_is_meant_for_the_program_ends_it(error: BaseException) -> None:
    post = Post()

    async def main() -> None:
        post.address = type(post.address)("fatal")
        post.launch(Plain)
        await settle()
        post.address.tell(Crash(error))
        await asyncio.Event().wait()

    with pytest.raises(type(error)):
        asyncio.run(main())
    assert post.watcher.heard == [("started", 1), Exit.CRASHED]
