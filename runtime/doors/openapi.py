"""The OpenAPI document, made from the table of routes and the bodies that they really take."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from runtime.doors import bodies
from runtime.doors.tokens import Grant

VERSION: Final = "3.1.0"
TEMPLATE: Final = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A route as the document tells it."""

    method: str
    path: str
    summary: str
    grants: tuple[Grant, ...] = ()
    takes: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    status: int = 200
    media_type: str = "application/json"
    query: tuple[str, ...] = ()


ROUTES: Final = (
    Described(
        method="post",
        path="/rooms",
        summary="Take a slot for a room; the ticket lets somebody in.",
        grants=(Grant.CREATE,),
        takes=bodies.RoomOrder,
        gives=bodies.RoomTicket,
        status=201,
    ),
    Described(
        method="get",
        path="/rooms",
        summary="All rooms.",
        grants=(Grant.ADMIN,),
        gives=bodies.RoomList,
    ),
    Described(
        method="get",
        path="/rooms/{room}",
        summary="One room.",
        grants=(Grant.JOIN, Grant.LISTEN),
        gives=bodies.RoomInfo,
    ),
    Described(
        method="delete",
        path="/rooms/{room}",
        summary="Let the agent take its leave.",
        grants=(Grant.JOIN,),
        gives=bodies.RoomClosing,
        status=202,
    ),
    Described(
        method="post",
        path="/rooms/{room}/say",
        summary="Let the agent say something.",
        grants=(Grant.ADMIN,),
        takes=bodies.SayOrder,
        gives=bodies.Said,
        status=202,
    ),
    Described(
        method="post",
        path="/rooms/{room}/crash",
        summary="Let an actor of the room fall (--dev, or on loopback).",
        grants=(Grant.ADMIN,),
        takes=bodies.CrashOrder,
        gives=bodies.Crashed,
        status=202,
    ),
    Described(
        method="post",
        path="/rooms/{room}/webrtc",
        summary="Answer a WebRTC offer.",
        grants=(Grant.JOIN,),
        takes=bodies.SessionDescription,
        gives=bodies.SessionDescription,
    ),
    Described(
        method="patch",
        path="/rooms/{room}/webrtc/candidates",
        summary="Take candidates that come after the offer.",
        grants=(Grant.JOIN,),
        takes=bodies.IceCandidates,
        status=204,
    ),
    Described(
        method="get",
        path="/tree",
        summary="The supervision tree as it is now.",
        grants=(Grant.ADMIN,),
        gives=bodies.TreePicture,
        query=("room",),
    ),
    Described(
        method="get",
        path="/tree/stream",
        summary="The tree whenever it changes, and what happens in between.",
        grants=(Grant.ADMIN,),
        media_type="text/event-stream",
        query=("room", "every_s"),
    ),
    Described(
        method="get",
        path="/metrics",
        summary="What Prometheus scrapes.",
        grants=(Grant.ADMIN,),
        media_type="text/plain",
    ),
    Described(method="get", path="/healthz", summary="Does it live?", gives=bodies.Health),
    Described(
        method="get", path="/readyz", summary="Is there a free slot?", gives=bodies.Readiness
    ),
    Described(method="get", path="/openapi.json", summary="This document."),
    Described(method="get", path="/", summary="The playground page.", media_type="text/html"),
    Described(
        method="get",
        path="/playground/{file}",
        summary="A file of the page.",
        media_type="text/plain",
    ),
)


def document(version: str) -> dict[str, Any]:
    """Return the document, without the WebSocket: for that OpenAPI has no words."""
    models = {m for route in ROUTES for m in (route.takes, route.gives) if m is not None}
    wanted = [(m, "validation") for m in sorted({*models, bodies.ErrorBody}, key=_name)]
    _, schemas = models_json_schema(wanted, ref_template=TEMPLATE)  # pyright: ignore[reportArgumentType]
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method] = _operation(route)
    return {
        "openapi": VERSION,
        "info": {"title": "Understudy", "version": version},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _operation(route: Described) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in ("room", "file")
        if f"{{{name}}}" in route.path
    ] + [{"name": name, "in": "query", "schema": {"type": "string"}} for name in route.query]
    good: dict[str, Any] = {"description": "Done."}
    if route.status != 204:  # noqa: PLR2004 - 204 is the status that has no body
        schema = {} if route.gives is None else {"schema": _reference(route.gives)}
        good["content"] = {route.media_type: schema}
    operation: dict[str, Any] = {
        "summary": route.summary,
        "responses": {
            str(route.status): good,
            "default": {
                "description": "Refused.",
                "content": {"application/json": {"schema": _reference(bodies.ErrorBody)}},
            },
        },
    }
    if parameters:
        operation["parameters"] = parameters
    if route.takes is not None:
        content = {"application/json": {"schema": _reference(route.takes)}}
        operation["requestBody"] = {"content": content}
    if route.grants:
        operation["security"] = [{"token": [grant.value for grant in route.grants]}]
    return operation


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": TEMPLATE.format(model=model.__name__)}


def _name(model: type[BaseModel]) -> str:
    return model.__name__
