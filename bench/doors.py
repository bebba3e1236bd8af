"""What the door and the runtime add for an echo agent over a WebSocket, in real time.

The caller's sound goes in by the socket, through transport, ingress and the denoiser's performer;
from there each frame goes straight to the audio track, and out by the socket. So every hop that a
call has is in it but the vendors. Ten frames are one utterance of the agent; the track paces them.
Client and server share one loop and one core.
"""

import asyncio
import contextlib
import json
import statistics
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from actors.events import Begin
from actors.frames import AgentAudio, SpeechOver
from actors.ports import Denoiser, Services
from runtime.agent import Agent
from runtime.cli.loops import run
from runtime.doors.config import DoorConfig
from runtime.doors.server import HttpDoor, listen
from runtime.doors.tokens import Grant
from runtime.worker import Worker

UTTERANCES = 50
FRAMES = 10
"""In each utterance."""
WARM_UP = 20
FRAME_S = 0.02
PAUSE_S = 0.1
FRAME_SAMPLES = 320
BOUND_MS = 20.0


class Echo:
    """A denoiser that hands each frame to the audio track."""

    name = "echo"

    def __init__(self) -> None:
        """Begin with no track."""
        self.track: Any = None
        self._frames = 0

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[Denoiser]:
        """Be ready."""
        yield self

    def denoise(self, pcm: bytes) -> bytes:
        """Send the frame back to the caller."""
        if self.track is None:
            return pcm
        epoch, number = divmod(self._frames, FRAMES)
        if number == 0:
            self.track.tell(Begin(epoch + 1))
        self.track.tell(AgentAudio(epoch + 1, number * FRAME_SAMPLES, pcm))
        if number == FRAMES - 1:
            self.track.tell(SpeechOver(epoch + 1, FRAMES * FRAME_SAMPLES))
        self._frames += 1
        return pcm


async def measure() -> list[float]:
    """Return for each frame the time from the client's send to the client's receipt, in ms."""
    echo, agent = Echo(), Agent()
    agent.denoise = echo
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        async with Worker(lambda: agent) as worker:
            app = worker.asgi(DoorConfig(only_loopback=True))
            await worker.open_door("http", lambda: HttpDoor(app, listener, max_connections=50))
            ticket = await _ticket(port, worker.token("bench", Grant.CREATE))
            async with connect(
                f"ws://127.0.0.1:{port}{ticket['websocket']}?in=16000&out=16000",
                subprotocols=["understudy.v1", f"bearer.{ticket['token']}"],  # pyright: ignore[reportArgumentType]
                compression=None,
            ) as socket:
                ready = json.loads(await socket.recv())
                assert ready["type"] == "ready"
                track = worker.actor("jobs", ticket["room"], "audio_track")
                assert track is not None
                echo.track = track
                return await _echo(socket)


async def _ticket(port: int, token: str) -> dict[str, Any]:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        answer = await http.post("/rooms", headers={"Authorization": f"Bearer {token}"})
        return answer.raise_for_status().json()


async def _echo(socket: ClientConnection) -> list[float]:
    clock = time.perf_counter  # finer than the loop's
    sent_s: list[float] = []
    times_ms: list[float] = []

    async def speak() -> None:
        due_s = clock()
        for number in range(UTTERANCES * FRAMES):
            sent_s.append(clock())
            await socket.send(number.to_bytes(2, "little") * FRAME_SAMPLES)
            due_s += FRAME_S if (number + 1) % FRAMES else FRAME_S + PAUSE_S
            await asyncio.sleep(max(0.0, due_s - clock()))

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(speak())
        while len(times_ms) < UTTERANCES * FRAMES:
            heard = await socket.recv()
            if isinstance(heard, bytes):
                times_ms.append((clock() - sent_s[int.from_bytes(heard[:2], "little")]) * 1000)
    return times_ms[WARM_UP:]


def main() -> int:
    """Print the figure; exit with 1 if the bound is missed."""
    times_ms = run(measure())
    median, p95 = statistics.median(times_ms), statistics.quantiles(times_ms, n=20)[-1]
    print("| socket -> echo agent -> socket | frames | median ms | p95 ms | holds if p95 |")
    print("|---|---|---|---|---|")
    print(f"| | {len(times_ms)} | {median:.1f} | {p95:.1f} | <= {BOUND_MS:.0f} |")
    return 0 if p95 <= BOUND_MS else 1


if __name__ == "__main__":
    sys.exit(main())
