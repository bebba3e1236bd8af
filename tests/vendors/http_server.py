"""A vendor's server on the loopback, small enough to break in every way.

One answer of the script per request, in order; the last one again for more. An answer is a
coroutine that is given the exchange and does what it likes with the connection.
"""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from supervision.virtual_time import external_work

SETTLE_S = 0.01
"""Virtual time in which the SDK's own generators, left at an end mark, are closed by the loop."""


@dataclass(slots=True)
class Exchange:
    """One request, and the connection on which it is answered."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    vendor: "VendorServer"

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    async def head(self, status: int, **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} -"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.write("\r\n".join([*lines, "", ""]).encode())

    async def answer(self, status: int, body: bytes | dict[str, Any], **headers: str) -> None:
        """Send a whole answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content_type": "application/json"} | headers
        await self.head(status, content_length=str(len(data)), **headers)
        await self.write(data)

    async def begin(self, content_type: str = "text/event-stream") -> None:
        """Begin an answer in chunks."""
        await self.head(200, content_type=content_type, transfer_encoding="chunked")

    async def chunk(self, data: bytes) -> None:
        await self.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def end(self) -> None:
        await self.write(b"0\r\n\r\n")

    async def until_client_leaves(self) -> None:
        """Send nothing more and wait until the other side closes."""
        self.vendor.hanging.set()
        with external_work():
            assert await self.reader.read() == b""

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


Answer: TypeAlias = Callable[[Exchange], Awaitable[None]]


@dataclass(slots=True)
class VendorServer:
    """A running server: what it was asked, and what it will answer."""

    script: list[Answer]
    url: str = ""
    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    connections: int = 0
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    failures: list[BaseException] = field(default_factory=list[BaseException])

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [exchange.json for exchange in self.exchanges]

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    await self.serve(reader, writer)
        except Exception as error:  # noqa: BLE001 - a fault of the fake: the test must hear of it
            self.failures.append(error)
        finally:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        exchange = Exchange(method, path, headers, body, reader, writer, self)
        self.exchanges.append(exchange)
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        await answer(exchange)
        self.answered.set()


@asynccontextmanager
async def vendor_server(*script: Answer) -> AsyncGenerator[VendorServer]:
    """Run a server for the time of the block; what went wrong within it is raised at the end."""
    vendor = VendorServer(list(script))
    server = await asyncio.start_server(vendor.connected, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    vendor.url = f"http://{host}:{port}"
    try:
        yield vendor
    finally:
        server.close()
        with external_work():
            await server.wait_closed()
        await asyncio.sleep(SETTLE_S)
    if vendor.failures:
        raise vendor.failures[0]


def refuses(status: int, error: dict[str, Any], **headers: str) -> Answer:
    """Answer with an error in JSON."""

    async def answer(exchange: Exchange) -> None:
        await exchange.answer(status, {"error": error}, **headers)

    return answer


def streams(chunks: Iterable[bytes], content_type: str = "text/event-stream") -> Answer:
    """Answer with these chunks and a proper end."""

    chunks = tuple(chunks)

    async def answer(exchange: Exchange) -> None:
        await exchange.begin(content_type)
        for chunk in chunks:
            await exchange.chunk(chunk)
        await exchange.end()

    return answer


def cuts(chunks: Iterable[bytes], content_type: str = "text/event-stream") -> Answer:
    """Answer with these chunks, then drop the connection."""

    chunks = tuple(chunks)

    async def answer(exchange: Exchange) -> None:
        await exchange.begin(content_type)
        for chunk in chunks:
            await exchange.chunk(chunk)
        exchange.writer.close()

    return answer


def hangs(chunks: Iterable[bytes], content_type: str = "text/event-stream") -> Answer:
    """Answer with these chunks, then with nothing more until the client leaves."""

    chunks = tuple(chunks)

    async def answer(exchange: Exchange) -> None:
        await exchange.begin(content_type)
        for chunk in chunks:
            await exchange.chunk(chunk)
        await exchange.until_client_leaves()

    return answer


def late(answer: Answer) -> Answer:
    """Answer after a moment of real time, of which a virtual clock knows nothing."""

    async def wait_and_answer(exchange: Exchange) -> None:
        loop, passed = asyncio.get_running_loop(), asyncio.Event()
        timer = threading.Timer(0.03, loop.call_soon_threadsafe, [passed.set])
        timer.start()
        await passed.wait()
        timer.join()
        await answer(exchange)

    return wait_and_answer


async def closes(exchange: Exchange) -> None:
    """Close the connection instead of an answer."""
    exchange.writer.close()


async def sends_a_page(exchange: Exchange) -> None:
    """Answer as a web server does that is not the vendor at all."""
    await exchange.answer(200, b"<html>Welcome</html>", content_type="text/html")
