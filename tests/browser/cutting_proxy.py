"""A proxy between browser and worker whose connections can be cut, as a network does."""

import asyncio
import contextlib
import threading
from collections.abc import Generator
from contextlib import contextmanager

CHUNK = 64 * 1024


class CuttingProxy:
    """Runs in a thread of its own, because the browser's client holds the test's."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self._target_port = target_port
        self._is_down = False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._done = asyncio.Event()
        self._ready = threading.Event()

    @contextmanager
    def running(self) -> Generator["CuttingProxy"]:
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        thread.start()
        try:
            assert self._ready.wait(30)
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._done.set)
            thread.join()
            self._loop.close()

    def cut(self) -> None:
        """Reset every connection that is open; new ones are let through."""
        self._loop.call_soon_threadsafe(self._cut)

    @contextmanager
    def down(self) -> Generator[None]:
        """Let nothing through."""
        self._is_down = True
        self.cut()
        try:
            yield
        finally:
            self._is_down = False

    def _cut(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as pipes:

            def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                pipes.create_task(self._join(reader, writer))

            server = await asyncio.start_server(connected, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._done.wait()
            server.close()
            self._cut()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_down:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        self._open |= {writer, there_writer}
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(_pipe(reader, there_writer))
                ways.create_task(_pipe(there_reader, writer))
        finally:
            self._open -= {writer, there_writer}
            writer.transport.abort()
            there_writer.transport.abort()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):  # a connection that breaks is what this proxy is for
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()
