"""The human of a simulated call: does what the plan says, and waits as people do."""

import asyncio
import contextlib
from dataclasses import dataclass

from runtime.job import Job
from runtime.testing.caller import FRAME_S, SimulatedCaller
from runtime.testing.ear import Ear
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
    ear: Ear
    ended_at_s: float | None = None
    """When he, or the agent at his wish, brought the call to its end."""

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
        await self._quiet()
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
                await self._quiet()
                await asyncio.sleep(act.after_s)
                await self._say(act)
                await self._begun()
                await self._quiet()
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
        await self.ear.wait_for(lambda: not self._is_quiet(), ANSWER_WITHIN_S)

    async def _quiet(self) -> None:
        """Wait until the agent has been quiet for a while; go on anyway out of patience."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await self.ear.wait_for(self._is_quiet, PATIENCE_S)
                while await self.ear.wait_for(lambda: not self._is_quiet(), SETTLED_S):
                    await self.ear.wait_for(self._is_quiet, PATIENCE_S)

    def _is_quiet(self) -> bool:
        return self.job.session.agent_state in {"idle", "listening"}
