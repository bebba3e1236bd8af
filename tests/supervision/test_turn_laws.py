"""Whatever ends an actor at whatever moment, no message is lost, doubled or overtaken."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from supervision import ActorDeadError, Address, HandlerInterrupted
from supervision.simulation_loop import SimulationLoop
from supervision.virtual_time import VirtualTimeLoop
from tests.supervision.extras import Echo, Post, Recorder, Word

MOMENTS, WORDS = 12, 14
Order = Callable[[Address[Any]], None]


def shut_down(address: Address[Any]) -> None:
    address.request_shutdown(1.0)


def cancel(address: Address[Any]) -> None:
    """Do what only a library or the end of a loop does."""
    for task in asyncio.all_tasks():
        if task.get_name() == address.name:
            task.cancel()


def interrupt(address: Address[Any]) -> None:
    address.interrupt()


ORDERS: list[Order] = [Address[Any].kill, Address[Any].request_stop, shut_down, interrupt, cancel]


@dataclass(frozen=True, slots=True)
class Obey:
    """Tell an actor to give itself an order."""

    order: Order


class Mixed(Recorder):
    """Handles two of three words at once and each third later."""

    def on_receive(self, message: Any) -> Any:
        match message:
            case Word(number) if number % 3:
                self.log.append(number)
            case Word(number):
                return self.later(number)
            case Obey(order):
                order(self.address)
            case _:
                return self.receive(message)
        return None

    async def later(self, number: int) -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.log.append(number)


async def live_through(order: Order, moment: int, *, by_itself: bool) -> tuple[list[int], Any]:
    """Return the words that were handled, and the answer to an ask among them."""
    post = Post()
    address = post.launch(Mixed)
    asked: list[asyncio.Task[Any]] = []
    for number in range(WORDS):
        if number == moment and by_itself:
            address.tell(Obey(order))
        elif number == moment:
            order(address)
        address.tell(Word(number))
        if number == WORDS // 2:
            ask = address.ask(Echo("answer"), timeout_s=60)
            asked.append(asyncio.get_running_loop().create_task(ask))
        if number % 4:
            await asyncio.sleep(0)
    await asyncio.sleep(1)
    if not address.is_running:
        post.launch(Mixed)
    answer, *_ = await asyncio.gather(*asked, return_exceptions=True)
    await asyncio.sleep(1)
    await post.end()
    return [entry for entry in post.log if isinstance(entry, int)], answer


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("by_itself", [False, True])
@pytest.mark.parametrize("is_dealt", [False, True])
def test_each_word_is_handled_once_and_in_order(
    order: Order, *, by_itself: bool, is_dealt: bool
) -> None:
    for moment in range(MOMENTS):

        def new_loop(seed: int = moment) -> VirtualTimeLoop:
            return SimulationLoop(random.Random(seed)) if is_dealt else VirtualTimeLoop()

        with asyncio.Runner(loop_factory=new_loop) as runner:
            numbers, answer = runner.run(live_through(order, moment, by_itself=by_itself))
        lost = set(range(WORDS)) - set(numbers)
        assert numbers == sorted(set(numbers)), moment
        assert len(lost) <= (order is interrupt), moment
        assert answer == "answer" or isinstance(answer, ActorDeadError | HandlerInterrupted)
