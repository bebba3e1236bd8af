"""A call whose caller sits at a WebSocket, on virtual time."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from actors.conversation import Message
from actors.reports import Report
from providers.scripted_tts import tone
from runtime.job import Job
from runtime.worker import Worker
from tests.calls.rig import agent
from tests.transports.far_end import FarEnd
from transports.audience import Audience, ListenedTransport
from transports.websocket import WebSocketTransport

FRAME = 640


@dataclass(slots=True)
class Loudspeaker(FarEnd):
    """A far end that plays 60 ms behind, and tells what it has played."""

    lag: int = 960
    got: bytearray = field(default_factory=bytearray)
    dropped: int = 0
    tells: bool = True

    def __post_init__(self) -> None:
        FarEnd.__init__(self)

    @property
    def played(self) -> int:
        return max(self.dropped, len(self.got) // 2 - self.lag)

    async def send(self, data: bytes | str) -> None:
        await FarEnd.send(self, data)
        if isinstance(data, bytes):
            self.got += data
            self._report("played", self.played)
        elif json.loads(data)["type"] == "clear":
            self._report("cleared", self.played)
            self.dropped = len(self.got) // 2

    def finish(self) -> None:
        """Play what is left in the buffer."""
        self.lag = 0
        self._report("played", self.played)

    def _report(self, kind: str, samples: int) -> None:
        if self.tells:
            self.says(json.dumps({"type": kind, "samples": samples}))


@dataclass(slots=True)
class Scene:
    """One call and whoever sits there."""

    transport: WebSocketTransport
    job: Job
    reports: list[Report]
    audience: Audience
    _serving: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    def connect(self, far: FarEnd, *, greeting: str = '{"type": "ready"}') -> None:
        loop = asyncio.get_running_loop()
        serving = self.transport.seat.serve(far, 16_000, greeting=greeting)
        self._serving.append(loop.create_task(serving))

    async def speak(self, far: FarEnd, seconds: float = 0.8, silence: float = 0.8) -> None:
        sound = tone(16_000, round(seconds * 1000)) + bytes(round(silence * 32_000))
        for start in range(0, len(sound), FRAME):
            far.says(sound[start : start + FRAME])
            await asyncio.sleep(0.02)

    async def listen(self, far: FarEnd, seconds: float) -> None:
        await self.speak(far, 0, seconds)

    def named(self, name: str) -> list[dict[str, Any]]:
        return [r.to_dict() for r in self.reports if r.name == name]

    async def said(self) -> list[tuple[str, str]]:
        items = await self.job.session.conversation()
        return [(item.role, item.text) for item in items if isinstance(item, Message)]

    async def end(self) -> None:
        self.transport.end(1000, "the test is over")
        await asyncio.wait(self._serving)


@asynccontextmanager
async def socket_call(
    *, rejoin_s: float = 15.0, first_within_s: float = 15.0
) -> AsyncGenerator[Scene]:
    reports: list[Report] = []
    transport = WebSocketTransport(
        output_sample_rate_hz=16_000,
        reports_playback=True,
        rejoin_s=rejoin_s,
        first_within_s=first_within_s,
    )
    async with Worker(agent()) as worker:
        await worker.subscribe(reports.append)
        audience = Audience()
        job = await worker.open_room("r1", ListenedTransport(transport, audience))
        scene = Scene(transport, job, reports, audience)
        async with asyncio.timeout(120):
            yield scene
            await scene.end()
