"""A worker with open doors on loopback, and what a client needs to come in."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from actors.reports import Report
from providers.scripted_tts import tone
from runtime.agent import AgentTarget
from runtime.config import Settings
from runtime.doors.config import DoorConfig
from runtime.doors.server import HttpDoor, listen
from runtime.doors.tokens import Grant
from runtime.worker import Worker
from tests.calls.rig import agent

FRAME_S = 0.02
LONGEST_TEST_S = 50.0
"""A hang is told before the test run itself gives the test up; a slow machine is no hang."""


@dataclass(slots=True)
class House:
    """The worker under test, from outside and from inside."""

    worker: Worker
    port: int
    http: httpx2.AsyncClient
    reports: list[Report] = field(default_factory=list[Report])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bearer(self, *grants: Grant, **claims: Any) -> dict[str, str]:
        """Return the header of somebody with these grants."""
        token = self.worker.token("ada", *(grants or (Grant.CREATE, Grant.ADMIN)), **claims)
        return {"Authorization": f"Bearer {token}"}

    async def room(self, *, identity: str = "ada", **wish: Any) -> dict[str, Any]:
        """Make a room and return its ticket."""
        answer = await self.http.post(
            "/rooms", json={"identity": identity, **wish}, headers=self.bearer()
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    @asynccontextmanager
    async def talk(
        self, ticket: dict[str, Any], query: str = "", *, token: str = ""
    ) -> AsyncGenerator["Client"]:
        """Come into a room by WebSocket."""
        async with connect(
            f"ws://127.0.0.1:{self.port}{ticket['websocket']}{query}",
            subprotocols=["understudy.v1", f"bearer.{token or ticket['token']}"],  # pyright: ignore[reportArgumentType]
            compression=None,
            max_size=None,
        ) as socket:
            client = Client(socket)
            listening = asyncio.get_running_loop().create_task(client.listen())
            try:
                await client.until("ready")
                yield client
            finally:
                listening.cancel()
                await asyncio.wait({listening})


@dataclass(slots=True)
class Client:
    """One WebSocket as a page would hold it; its loudspeaker plays at once what comes."""

    socket: ClientConnection
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    heard: bytearray = field(default_factory=bytearray)
    answers_pings: bool = True
    reports: bool = False
    """Whether it tells what it has played."""
    keeps: int = 0
    """So many samples stay in its buffer."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self.socket:
                await self._take(message)

    async def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.heard += message
            if self.reports:
                await self.tell("played", samples=max(0, len(self.heard) // 2 - self.keeps))
        else:
            given = json.loads(message)
            self.messages.append(given)
            if given["type"] == "ping" and self.answers_pings:
                await self.tell("pong", n=given["n"])
            if given["type"] == "clear" and self.reports:
                await self.tell("cleared", samples=max(0, len(self.heard) // 2 - self.keeps))
        self._news.set()

    async def tell(self, kind: str, **fields: Any) -> None:
        """Send a text message."""
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def speak(self, seconds: float = 1.0) -> None:
        """Say something into the microphone, in real time, and then be silent."""
        sound = tone(16_000, round(seconds * 1000))
        for start in range(0, len(sound), 640):
            await self.socket.send(sound[start : start + 640].ljust(640, b"\0"))
            await asyncio.sleep(FRAME_S)

    async def be_silent(self, seconds: float) -> None:
        """Let the microphone hear nothing for so long."""
        for _ in range(round(seconds / FRAME_S)):
            await self.socket.send(bytes(640))
            await asyncio.sleep(FRAME_S)

    def named(self, event: str) -> list[dict[str, Any]]:
        """Return the events of that name so far."""
        return [m for m in self.messages if m["type"] == "event" and m["event"] == event]

    async def until(self, kind: str, *, count: int = 1) -> dict[str, Any]:
        """Wait for a message of this type."""
        return await self._until(lambda: [m for m in self.messages if m["type"] == kind], count)

    async def until_event(self, event: str, *, count: int = 1) -> dict[str, Any]:
        """Wait for a public event."""
        return await self._until(lambda: self.named(event), count)

    async def until_heard(self, samples: int) -> None:
        """Wait until so much of the agent came."""
        await self._until(lambda: [0] if len(self.heard) >= samples * 2 else [], 1)

    async def _until(self, found: Any, count: int) -> dict[str, Any]:
        async with asyncio.timeout(LONGEST_TEST_S):
            while len(found()) < count:
                self._news.clear()
                await self._news.wait()
        return found()[count - 1]

    async def closed(self) -> tuple[int, str]:
        """Wait until the server closes; return why."""
        async with asyncio.timeout(LONGEST_TEST_S):
            await self.socket.wait_closed()
        return self.socket.close_code or 0, self.socket.close_reason or ""


async def eventually(is_so: Callable[[], bool]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(LONGEST_TEST_S):
        while not is_so():  # noqa: ASYNC110 - what is waited for lies on the other side of a socket
            await asyncio.sleep(0.02)


@asynccontextmanager
async def open_house(
    who: AgentTarget | None = None, *, secret: str = "", **config: Any
) -> AsyncGenerator[House]:
    """Run a worker whose doors are open on a free port of loopback."""
    settings = Settings.from_environment({"UNDERSTUDY_SECRET": secret} if secret else {})
    doors = DoorConfig.model_validate({"only_loopback": True, **config})
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        async with Worker(who or agent(), settings=settings) as worker:
            app = worker.asgi(doors)
            await worker.open_door("http", lambda: HttpDoor(app, listener, max_connections=300))
            async with httpx2.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", timeout=LONGEST_TEST_S
            ) as http:
                house = House(worker, port, http)
                await worker.subscribe(house.reports.append)
                async with asyncio.timeout(LONGEST_TEST_S):
                    yield house
