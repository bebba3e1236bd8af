"""The human of a simulated call: does what the plan says, and waits as people do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from runtime.job import Job
from runtime.testing.caller import FRAME_S, SimulatedCaller
from runtime.testing.plan import Act, CallPlan, Deed, Ending

PATIENCE_S = 15.0
"""So long a caller waits for an answer, and for the agent to finish."""
SETTLED_S = 0.3
ANSWER_WITHIN_S = 2.5
"""So long it may take until the agent visibly begins to think."""
LONGEST_S = 240.0
"""Of a whole call: no plan takes so long."""


@dataclass(slots=True)
class Human:
    """One caller."""

    line: SimulatedCaller
    job: Job
    ended_at_s: float = 0.0
    """When he, or the agent, brought the call to its end."""

    async def live(self, plan: CallPlan) -> str:
        """Do everything, end the call, and return why it ended; empty: it did not."""
        async with asyncio.TaskGroup() as group:
            acting = group.create_task(self._act_all(plan))
            closed = await self._closed()
            acting.cancel()
        return closed

    async def _closed(self) -> str:
        try:
            async with asyncio.timeout(LONGEST_S):
                return await self.job.closed()
        except TimeoutError:
            return ""

    async def _act_all(self, plan: CallPlan) -> None:
        for act in plan.acts:
            await self._act(act)
        await self._quiet(SETTLED_S)
        self.ended_at_s = asyncio.get_running_loop().time()
        match plan.ending:
            case Ending.HANGS_UP:
                self.line.hang_up()
            case Ending.FINISHES:
                self.line.finish()
            case Ending.AGENT:
                self.job.session.hangup("enough was said")

    async def _act(self, act: Act) -> None:
        match act.deed:
            case Deed.ASK | Deed.PAUSED:
                await self._quiet(SETTLED_S)
                await asyncio.sleep(act.after_s)
                await self._say(act)
                await self._begun()
                await self._quiet(SETTLED_S)
            case Deed.PRESS:
                await asyncio.sleep(act.after_s)
                for digit in act.text:
                    self.line.press(digit)
                    await asyncio.sleep(FRAME_S * 10)
            case Deed.COME_AND_GO:
                await asyncio.sleep(act.after_s)
                self.line.leave()
                await asyncio.sleep(act.seconds)
                self.line.join()
            case _:
                await asyncio.sleep(act.after_s)
                await self._say(act)

    async def _say(self, act: Act) -> None:
        words = act.text.split()
        if act.deed is Deed.PAUSED and len(words) > 1:
            half = len(words) // 2
            takes_s = self.line.say(" ".join(words[:half]), seconds=act.seconds / 2)
            await asyncio.sleep(takes_s + 0.3)
            words = words[half:]
            takes_s = self.line.say(" ".join(words), seconds=act.seconds / 2)
        else:
            takes_s = self.line.say(act.text, seconds=act.seconds)
        await asyncio.sleep(takes_s + FRAME_S)

    async def _begun(self) -> None:
        await self._until(lambda: not self._is_quiet(), 0.0, ANSWER_WITHIN_S)

    async def _quiet(self, for_s: float) -> None:
        await self._until(self._is_quiet, for_s, PATIENCE_S)

    async def _until(self, holds: Callable[[], bool], for_s: float, within_s: float) -> None:
        """Wait until it has held for so long; go on anyway once patience is at its end."""
        clock = asyncio.get_running_loop().time
        limit_s, since_s = clock() + within_s, clock()
        while clock() < limit_s:
            if not holds():
                since_s = clock() + FRAME_S
            elif clock() - since_s >= for_s:
                return
            await asyncio.sleep(FRAME_S * 2)

    def _is_quiet(self) -> bool:
        return self.job.session.agent_state in {"idle", "listening"}
