"""The doors as one ASGI application."""

from importlib.metadata import version

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from runtime.doors.doors import Doors
from runtime.doors.guard import Guard
from runtime.doors.openapi import document
from runtime.doors.refusal import Refusal
from runtime.doors.routes import door_routes
from runtime.doors.socket_route import SocketRoute


def asgi_app(doors: Doors) -> ASGIApp:
    """Return the application; it answers 503 while the worker is not entered."""

    async def describe(_request: Request) -> Response:
        """This document."""
        return JSONResponse(document(told, version("understudy")))

    told = door_routes(doors, describe)
    routes = [
        WebSocketRoute("/rooms/{room}/ws", SocketRoute(doors).__call__),
        *(Route(route.path, route.handler, methods=[route.method]) for route in told),
    ]

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        doors.refused(error)
        return JSONResponse(error.body(), error.status, error.headers())

    app = Starlette(
        routes=routes, exception_handlers={Refusal: refused, HTTPException: _unknown, 500: _broken}
    )
    return Guard(app, doors)


async def _unknown(_request: Request, error: Exception) -> Response:
    """Say that there is no such route, or not by this method."""
    assert isinstance(error, HTTPException)
    code = "method_not_allowed" if error.status_code == 405 else "not_found"  # noqa: PLR2004 - HTTP
    refusal = Refusal(error.status_code, code, "see /openapi.json for what there is")
    return JSONResponse(refusal.body(), refusal.status, error.headers)


async def _broken(_request: Request, _error: Exception) -> Response:
    """Say that it is our fault; what happened stands in the log."""
    refusal = Refusal(500, "internal", "this failed: the worker's log says why")
    return JSONResponse(refusal.body(), refusal.status)
