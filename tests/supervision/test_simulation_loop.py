"""Turns that are dealt: chance decides among actors with mail, and what is cancelled has none."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

from supervision import Exit
from supervision.simulation_loop import SimulationLoop
from tests.supervision.extras import Post, Recorder, Word, settle

Main = Callable[[], Coroutine[Any, Any, list[Any]]]


class Plain(Recorder):
    """Handles its mail at once."""

    def on_receive(self, message: Any) -> Any:
        self.log.append(message)


def simulated(main: Main, seed: int = 1) -> list[Any]:
    """Return the result of ``main`` on a loop that this seed deals."""
    with asyncio.Runner(loop_factory=lambda: SimulationLoop(random.Random(seed))) as runner:
        return runner.run(main())


async def four_with_mail() -> list[Any]:
    log: list[Any] = []
    posts = [Post(log=log) for _ in range(4)]
    for post in posts:
        post.launch(Plain)
    await settle()
    for number in range(3):
        for place, post in enumerate(posts):
            post.address.tell(Word(10 * place + number))
    await asyncio.sleep(1)
    for post in posts:
        await post.end()
    return [entry.number for entry in log if isinstance(entry, Word)]


def test_the_same_seed_deals_the_same_turns_and_another_seed_others() -> None:
    assert simulated(four_with_mail) == simulated(four_with_mail)
    assert simulated(four_with_mail) != simulated(four_with_mail, seed=2)


def test_each_actor_gets_its_own_mail_in_order_one_message_a_turn() -> None:
    numbers = simulated(four_with_mail)
    for place in range(4):
        assert [n % 10 for n in numbers if n // 10 == place] == [0, 1, 2]
    assert numbers != sorted(numbers)


def test_an_actor_that_is_killed_while_it_waits_has_no_turn_any_more() -> None:
    async def main() -> list[Any]:
        post = Post()
        post.launch(Plain)
        await settle()
        post.address.tell(Word(1))
        post.address.kill()
        reason = await post.address.ended()
        assert reason is not None
        assert reason.kind is Exit.KILLED
        assert post.address.stats().depth == 1
        post.launch(Plain)
        await asyncio.sleep(1)
        await post.end()
        return post.log

    assert simulated(main) == ["start", "start", Word(1), "stop"]


def test_actors_that_keep_each_other_busy_leave_turns_to_everything_else() -> None:
    async def main() -> list[Any]:
        post = Post()
        address = post.launch(Endless)
        address.tell(Word(0))
        await settle()
        address.kill()
        await address.ended()
        return post.log

    assert len(simulated(main)) > 1


class Endless(Plain):
    """Tells itself the next message with each one."""

    def on_receive(self, message: Any) -> Any:
        super().on_receive(message)
        self.address.tell(Word(message.number + 1))
