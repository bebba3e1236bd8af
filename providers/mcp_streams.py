"""The streams of an MCP server, watched: when they end, and what it says beside the protocol."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Final, Self, TextIO

import anyio
from mcp.client._transport import ReadStream, TransportStreams  # the SDK's types have no other home
from mcp.shared.message import SessionMessage
from mcp_types import ToolListChangedNotification

KEPT_OF_STDERR: Final = 2000


class ServerNews:
    """What a server tells by itself, as far as it concerns its tools."""

    def __init__(self) -> None:
        self.is_lost = False
        """Nothing more will come."""
        self._changed = asyncio.Event()

    async def hear(self, message: object) -> None:
        """Take note of a notification."""
        if isinstance(message, ToolListChangedNotification):
            self._changed.set()

    def lose(self) -> None:
        """Note that the connection is lost."""
        self.is_lost = True
        self._changed.set()

    async def wait(self) -> bool:
        """Wait until the list of tools may be another one; False: the connection is lost."""
        await self._changed.wait()
        self._changed.clear()
        return not self.is_lost


class Watched(AbstractAsyncContextManager[TransportStreams]):
    """A transport that tells when the server has closed it, which the SDK keeps to itself."""

    def __init__(
        self,
        transport: AbstractAsyncContextManager[TransportStreams],
        ended: Callable[[], None],
    ) -> None:
        self._transport = transport
        self._ended = ended

    async def __aenter__(self) -> TransportStreams:
        reads, writes = await self._transport.__aenter__()
        return _WatchedStream(reads, self._ended), writes

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return await self._transport.__aexit__(kind, error, traceback)


class _WatchedStream:
    """A stream of messages that tells its end."""

    def __init__(
        self, stream: ReadStream[SessionMessage | Exception], ended: Callable[[], None]
    ) -> None:
        self._stream = stream
        self._ended = ended

    async def receive(self) -> SessionMessage | Exception:
        try:
            return await self._stream.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            self._ended()
            raise

    async def aclose(self) -> None:
        await self._stream.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError) as error:
            raise StopAsyncIteration from error

    async def __aenter__(self) -> Self:
        await self._stream.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> bool | None:
        return await self._stream.__aexit__(exc_type, exc_val, exc_tb)


class Words(asyncio.Protocol):
    """Keeps the end of what a server writes to its standard error."""

    def __init__(self) -> None:
        self._kept: deque[int] = deque(maxlen=KEPT_OF_STDERR)

    def data_received(self, data: bytes) -> None:
        """Keep it."""
        self._kept.extend(data)

    @property
    def last(self) -> str:
        """The last line."""
        lines = bytes(self._kept).decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


@asynccontextmanager
async def standard_error() -> AsyncGenerator[tuple[TextIO, Words]]:
    """Offer a file for a server's standard error: a terminal must not be written over by it."""
    read_end, write_end = os.pipe()
    words = Words()
    with os.fdopen(write_end, "w") as errlog:
        pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: words, os.fdopen(read_end, "rb")
        )
        try:
            yield errlog, words
        finally:
            pipe.close()
