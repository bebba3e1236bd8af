"""A whole call on virtual time: the real worker and actors, scripted vendors, a caller."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from actors.conversation import Message
from actors.phrases import Phrases
from actors.reports import Report
from providers.scripted_ears import ScriptedVAD
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS, tone
from runtime.agent import Agent
from runtime.job import Job
from runtime.testing.ear import Ear
from runtime.worker import Worker
from transports.loopback import LoopbackCaller, LoopbackTransport

FRAME_S = 0.02
LONGEST_CALL_S = 120.0


def agent(**fields: Any) -> Agent:
    """Return an agent with scripted vendors; fields replace or add."""
    made = Agent()
    made.phrases = Phrases(in_advance=False)  # a voice's script is for what is heard
    made.vad = ScriptedVAD()
    made.stt = ScriptedSTT(utterances=["two nights please", "thank you", "good bye"])
    made.llm = ScriptedLLM(replies=["We have three rooms free.", "You are welcome.", "Good bye."])
    made.tts = ScriptedTTS(sample_rate_hz=16_000)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


@dataclass(slots=True)
class Rig:
    """One call under test."""

    worker: Worker
    caller: LoopbackCaller
    job: Job = field(init=False)
    ear: Ear = field(default_factory=Ear)

    @property
    def reports(self) -> list[Report]:
        """The public events so far."""
        return self.ear.events

    def named(self, name: str) -> list[Report]:
        """Return the public events of that name."""
        return [report for report in self.reports if report.name == name]

    def fields(self, name: str) -> list[dict[str, Any]]:
        """Return the events of that name as dictionaries."""
        return self.ear.named(name)

    async def until(self, name: str, *, count: int = 1, within_s: float = 30.0) -> dict[str, Any]:
        """Wait for the ``count``-th event of that name."""
        return await self.ear.until(name, count=count, within_s=within_s)

    async def says(self, seconds: float = 1.0) -> None:
        """Let the caller speak for so long."""
        self.caller.speak(tone(16_000, round(seconds * 1000)))
        await asyncio.sleep(seconds + FRAME_S)

    async def asks(self, *, answers: int = 1, seconds: float = 1.0) -> str:
        """Let the caller say something and wait for the answer; ``answers`` counts those so far."""
        await self.says(seconds)
        return str((await self.until("agent_transcript", count=answers))["text"])

    async def said(self) -> list[tuple[str, str]]:
        """Return the messages of the conversation as (role, text)."""
        items = await self.job.session.conversation()
        return [(item.role, item.text) for item in items if isinstance(item, Message)]


@asynccontextmanager
async def call(
    who: Agent, *, longest_s: float = LONGEST_CALL_S, userdata: object = None
) -> AsyncGenerator[Rig, None]:
    """Open a room for the agent; leaving the block stops the worker."""
    caller = LoopbackCaller()
    async with Worker(who) as worker:
        transport = LoopbackTransport(caller)
        rig = Rig(worker, caller)
        await worker.subscribe(rig.ear.take)
        rig.job = await worker.open_room("r1", transport, userdata=userdata)
        async with asyncio.timeout(longest_s):
            yield rig
