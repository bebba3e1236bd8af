"""User code that runs between turns, or when it is asked for, raises: the next turn is answered."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import av

from actors.turn_taking import TurnTakingConfig
from runtime.agent import Agent
from runtime.hooks import hook
from tests.calls.rig import call
from tests.calls.test_user_code_that_raises import ANSWER, DETAIL, mistake, staffed


async def test_a_wake_up_that_raises_costs_no_turn_and_is_told() -> None:
    class Startled(Agent):
        turn_taking = TurnTakingConfig(wake_up_s=5.0)

        async def on_wake_up(self) -> None:
            mistake()

    async with call(staffed(Startled())) as rig:
        assert DETAIL in (await rig.until("error"))["message"]
        assert await rig.asks() == ANSWER


async def test_a_look_that_raises_shows_the_model_nothing_costs_no_turn_and_is_told() -> None:
    class Shy(Agent):
        @hook("vision_frame")
        async def wrong(self, frames: AsyncIterator[Any]) -> AsyncIterator[Any]:
            async for frame in frames:
                yield mistake(frame)

    async with call(staffed(Shy())) as rig:
        rig.caller.show(av.VideoFrame(32, 32, "rgb24"))
        await asyncio.sleep(0.1)
        assert await rig.job.session.capture_frames() == ()
        assert DETAIL in (await rig.until("error"))["message"]
        assert await rig.asks() == ANSWER
