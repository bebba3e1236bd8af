"""What every request passes first: is the worker there, is the host ours, may this page talk."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from runtime.doors.doors import Doors
from runtime.doors.refusal import Refusal
from runtime.doors.socket_route import deny
from transports.token_bucket import TokenBucket

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
REQUESTS_PER_S: Final = 100.0
REQUEST_BURST: Final = 200.0
REMEMBERED_PEERS: Final = 1024


@dataclass(slots=True)
class Guard:
    """An ASGI application in front of another."""

    app: ASGIApp
    doors: Doors
    _buckets: OrderedDict[str, TokenBucket] = field(
        default_factory=OrderedDict[str, TokenBucket], init=False
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through what may pass; answer the rest."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        try:
            self._check(HTTPConnection(scope))
        except Refusal as refusal:
            await self._refuse(self.doors.refused(refusal), scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _check(self, request: HTTPConnection) -> None:
        if not self.doors.house.is_up:
            text = "the worker is not running: enter it in your lifespan (async with worker)"
            raise Refusal(503, "not_ready", text, 1)
        host = request.headers.get("host", "")
        if self.doors.config.only_loopback and _name_of(f"//{host}") not in LOOPBACK_NAMES:
            raise Refusal(403, "host_refused", "this door opens to this machine's own names only")
        origin = request.headers.get("origin")
        if origin is not None and not self._is_allowed(origin, host):
            raise Refusal(403, "origin_refused", f"pages of {origin[:100]} may not come in")
        peer = request.client.host if request.client else ""
        if not self._bucket(peer).take(1, asyncio.get_running_loop().time()):
            raise Refusal(429, "too_many_requests", "too many requests: slow down", 1)

    def _is_allowed(self, origin: str, host: str) -> bool:
        if origin in self.doors.config.allowed_origins:
            return True
        try:
            return bool(host) and urlsplit(origin).netloc.lower() == host.lower()
        except ValueError:  # brackets without an end
            return False

    def _bucket(self, peer: str) -> TokenBucket:
        bucket = self._buckets.pop(peer, None) or TokenBucket(REQUESTS_PER_S, REQUEST_BURST)
        self._buckets[peer] = bucket
        if len(self._buckets) > REMEMBERED_PEERS:
            self._buckets.popitem(last=False)
        return bucket

    @staticmethod
    async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await deny(WebSocket(scope, receive, send), refusal)
        else:
            response = JSONResponse(refusal.body(), refusal.status, refusal.headers())
            await response(scope, receive, send)


def _name_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # brackets without an end
        return ""
