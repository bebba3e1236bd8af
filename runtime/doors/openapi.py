"""The OpenAPI document, made from the routes and the bodies that they really take."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from runtime.doors.bodies import ErrorBody
from runtime.doors.routes import DoorRoute

VERSION: Final = "3.1.0"
TEMPLATE: Final = "#/components/schemas/{model}"


def document(routes: Sequence[DoorRoute], version: str) -> dict[str, Any]:
    """Return the document, without the WebSocket: for that OpenAPI has no words."""
    models = {m for route in routes for m in (route.takes, route.gives) if m is not None}
    wanted = [(m, "validation") for m in sorted({*models, ErrorBody}, key=_name)]
    _, schemas = models_json_schema(wanted, ref_template=TEMPLATE)  # pyright: ignore[reportArgumentType]
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
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


def _operation(route: DoorRoute) -> dict[str, Any]:
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
                "content": {"application/json": {"schema": _reference(ErrorBody)}},
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
