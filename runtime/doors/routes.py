"""The routes of the doors over HTTP: who answers, who may ask, what comes and goes.

The application and its OpenAPI document are made from them.
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from runtime.doors import page
from runtime.doors.bodies import (
    Crashed,
    CrashOrder,
    Health,
    IceCandidates,
    Readiness,
    RoomClosing,
    RoomInfo,
    RoomList,
    RoomOrder,
    RoomTicket,
    Said,
    SayOrder,
    SessionDescription,
    TreePicture,
)
from runtime.doors.doors import Doors
from runtime.doors.look_routes import LookRoutes
from runtime.doors.room_routes import RoomRoutes
from runtime.doors.tokens import Grant
from runtime.doors.webrtc_route import WebRtcRoutes

CREATE: Final = (Grant.CREATE,)
JOIN: Final = (Grant.JOIN,)
GUEST: Final = (Grant.JOIN, Grant.LISTEN)
ADMIN: Final = (Grant.ADMIN,)


@dataclass(frozen=True, slots=True)
class DoorRoute:
    """One route; its handler's docstring begins with what the document says of it."""

    method: str
    path: str
    handler: Callable[[Request], Awaitable[Response]]
    grants: tuple[Grant, ...] = ()
    """One of them lets in, and `Grant.ADMIN` always does; none: everybody comes in."""
    takes: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    status: int = 200
    media_type: str = "application/json"
    query: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """What it is for, in one line."""
        return (inspect.getdoc(self.handler) or "").partition("\n")[0]


def door_routes(
    doors: Doors, describe: Callable[[Request], Awaitable[Response]]
) -> tuple[DoorRoute, ...]:
    """Return all routes but that of the WebSocket; ``describe`` gives the document."""
    rooms, looks, webrtc = RoomRoutes(doors), LookRoutes(doors), WebRtcRoutes(doors)
    offer = SessionDescription
    return (
        DoorRoute("POST", "/rooms", rooms.make, CREATE, RoomOrder, RoomTicket, 201),
        DoorRoute("GET", "/rooms", rooms.all, ADMIN, None, RoomList),
        DoorRoute("GET", "/rooms/{room}", rooms.one, GUEST, None, RoomInfo),
        DoorRoute("DELETE", "/rooms/{room}", rooms.close, JOIN, None, RoomClosing, 202),
        DoorRoute("POST", "/rooms/{room}/say", rooms.say, ADMIN, SayOrder, Said, 202),
        DoorRoute("POST", "/rooms/{room}/crash", rooms.crash, ADMIN, CrashOrder, Crashed, 202),
        DoorRoute("POST", "/rooms/{room}/webrtc", webrtc.offer, JOIN, offer, offer),
        DoorRoute(
            "PATCH",
            "/rooms/{room}/webrtc/candidates",
            webrtc.candidates,
            JOIN,
            IceCandidates,
            status=204,
        ),
        DoorRoute("GET", "/tree", looks.tree, ADMIN, gives=TreePicture, query=("room",)),
        DoorRoute(
            "GET",
            "/tree/stream",
            looks.stream,
            ADMIN,
            media_type="text/event-stream",
            query=("room", "every_s"),
        ),
        DoorRoute("GET", "/metrics", looks.metrics, ADMIN, media_type="text/plain"),
        DoorRoute("GET", "/healthz", looks.health, gives=Health),
        DoorRoute("GET", "/readyz", looks.readiness, gives=Readiness),
        DoorRoute("GET", "/openapi.json", describe),
        DoorRoute("GET", "/", page.index, media_type="text/html"),
        DoorRoute("GET", "/playground/{file}", page.file, media_type="text/plain"),
    )
