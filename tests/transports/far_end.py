"""The far end of a WebSocket that is none: what it sends and what it gets, on any loop."""

import asyncio
import json
from typing import Any


class FarEnd:
    """A `transports.socket_connection.Wire` whose other side is the test."""

    def __init__(self) -> None:
        self.sent: list[bytes | str] = []
        """What came to the far end."""
        self.closed: tuple[int, str] | None = None
        self.reads = asyncio.Event()
        """Whether it takes in what is sent to it."""
        self.reads.set()
        self._says: asyncio.Queue[bytes | str | None] = asyncio.Queue()

    def says(self, *messages: bytes | str | None) -> None:
        """Send something to the server; None closes."""
        for message in messages:
            self._says.put_nowait(message)

    @property
    def texts(self) -> list[dict[str, Any]]:
        return [json.loads(data) for data in self.sent if isinstance(data, str)]

    @property
    def audio(self) -> bytes:
        return b"".join(data for data in self.sent if isinstance(data, bytes))

    async def receive(self) -> bytes | str | None:
        return await self._says.get()

    async def send(self, data: bytes | str) -> None:
        await self.reads.wait()
        self.sent.append(data)

    async def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)
        self._says.put_nowait(None)
