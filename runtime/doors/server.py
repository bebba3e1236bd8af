"""The door that listens: uvicorn as an actor, on a socket that outlives it.

While it is down the system keeps who knocks in the socket's queue. Its connections end with it; the
calls wait for their callers to come back.
"""

import asyncio
import contextlib
import logging
import socket
import sys
from typing import Any, Final

import structlog
from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from supervision.actor import Actor
from transports.socket_connection import LARGEST_MESSAGE

log = structlog.get_logger(__name__)

HEAD_WITHIN_S: Final = 10.0
"""So long a client may take for the head of a request; the end comes within twice that time."""
SHUTDOWN_S: Final = 2.0
DATE_S: Final = 1.0
LONGEST_UNHEARD_MS: Final = 15_000
"""What was sent and not acknowledged for so long breaks a connection."""


class PatientHttp(H11Protocol):
    """Closes a connection on which no request comes, however slowly it is begun."""

    _timer: asyncio.TimerHandle | None = None
    _seen: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to look."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(HEAD_WITHIN_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        super().connection_lost(exc)
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return  # it is a WebSocket by now, which looks after itself
        cycle: Any = self.cycle
        is_busy = cycle is not None and not cycle.response_complete
        if not is_busy and cycle is self._seen:
            self.transport.abort()
            return
        self._seen = cycle
        self._timer = self.loop.call_later(HEAD_WITHIN_S, self._look)


class RefusableSocket(WebSocketsSansIOProtocol):
    """Takes a refusal with a body for the end of the handshake, as ASGI has it.

    uvicorn sends it, and then logs as an error that the handshake was not completed.
    """

    async def send(self, message: ASGISendEvent) -> None:
        """Send."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True


class _Cancelled(logging.Filter):
    """Tells what was cancelled from what failed; uvicorn takes both for faults of the application.

    A second Ctrl-C cancels whatever is under way, and each connection would log a traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop what only says that the end has come."""
        raised = record.exc_info[1] if record.exc_info else None
        return not isinstance(raised, asyncio.CancelledError)


_CANCELLED: Final = _Cancelled()


class HttpDoor(Actor):
    """Serves the application on a socket that is bound already."""

    def __init__(self, app: ASGIApp, listener: socket.socket, *, max_connections: int) -> None:
        """Serve ``app``; ``listener`` belongs to whoever bound it."""
        super().__init__()
        self._app = app
        self._listener = listener
        self._max_connections = max_connections

    async def on_start(self) -> None:
        """Listen."""
        logging.getLogger("uvicorn.error").addFilter(_CANCELLED)  # one object, however often
        server = Server(self._config())
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        ours = self._listener.dup()
        try:
            await server.startup(sockets=[ours])
        except BaseException:
            ours.close()
            raise
        self.spawn(self._serve(server, ours), name="http door")

    def _config(self) -> Config:
        return Config(
            self._app,
            http=PatientHttp,
            ws=RefusableSocket,
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            ws_max_size=LARGEST_MESSAGE,
            ws_ping_interval=None,  # we ask by ourselves, whoever serves us
            ws_per_message_deflate=False,
            limit_concurrency=self._max_connections,
        )

    async def _serve(self, server: Server, ours: socket.socket) -> None:
        try:
            while True:
                await server.on_tick(0)  # the Date header
                await asyncio.sleep(DATE_S)
        finally:
            for listening in server.servers:
                listening.close()
            ours.close()
            state = server.server_state
            for connection in tuple(state.connections):
                connection.shutdown()
            tasks = tuple(state.tasks)
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks, timeout=SHUTDOWN_S)


def listen(host: str, port: int) -> socket.socket:
    """Bind a listening socket.

    It names TCP as its protocol, or asyncio would let its connections hold back the second of two
    small writes (the body after the head) until the first is acknowledged: 40 ms later.

    Raises:
        OSError: the address cannot be had.
    """
    family, *_, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with contextlib.ExitStack() as undo:
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener = undo.enter_context(made)
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "linux":
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, LONGEST_UNHEARD_MS)
        listener.bind(address)
        listener.listen(256)
        listener.setblocking(False)  # noqa: FBT003 - the name of the standard library
        undo.pop_all()
    return listener
