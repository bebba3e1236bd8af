"""The runtime inside an asyncio service: three calls at once beside the service's own work.

    python -m examples.embedding

The line is a `LoopbackTransport`: the other end of each call is a `LoopbackCaller` of the program,
which may speak into it and hears what the agent says. No thread or process is left behind.
"""

import asyncio

from actors.reports import AgentTranscript
from providers import EnergyVAD, EspeakTTS
from runtime import Agent, Settings, Worker, log
from transports import LoopbackCaller, LoopbackTransport


class Main(Agent):
    """Reminds a guest; the guest's name is this call's own data."""

    vad = EnergyVAD()
    tts = EspeakTTS()

    async def on_enter(self) -> None:
        """Speak, and hang up once it was heard."""
        guest = self.session.userdata(str)
        await self.session.say(f"Good morning, {guest}. It is seven o'clock.")
        self.session.hangup("the guest is awake")


async def wake(worker: Worker, guest: str) -> str:
    """Hold one call; return how it went."""
    caller = LoopbackCaller()
    job = await worker.open_room(f"room of {guest}", LoopbackTransport(caller), userdata=guest)
    heard = [event.text async for event in job.session.events(AgentTranscript)]
    seconds = len(caller.heard) * 0.02
    return f"{guest} heard {seconds:.1f} s: {' '.join(heard)} ({await job.closed()})"


async def other_work(log: list[str]) -> None:
    """Do what the service does anyway."""
    while True:
        log.append("tick")
        await asyncio.sleep(0.5)


async def main() -> list[str]:
    """Run the service for three calls."""
    ticks: list[str] = []
    async with Worker(Main) as worker, asyncio.TaskGroup() as service:
        work = service.create_task(other_work(ticks))
        lines = await asyncio.gather(*(wake(worker, name) for name in ("Ada", "Bob", "Cy")))
        work.cancel()
    return [*lines, f"meanwhile the service went on: {len(ticks)} ticks"]


if __name__ == "__main__":
    log.configure(Settings())  # or your own logging
    print(*asyncio.run(main()), sep="\n")
