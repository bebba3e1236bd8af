"""Messages checked against the types of a vendor's own SDK."""

import functools
import json
from collections.abc import Mapping
from typing import Any, cast, get_type_hints

from pydantic import BaseModel, TypeAdapter
from pydantic_core import CoreSchema, SchemaValidator


def made(kind: Any, value: object) -> str:
    """Return the value as JSON, exactly as the SDK's type has it."""
    model = adapter(kind).validate_python(value)
    return model.model_dump_json(exclude_unset=True, by_alias=True)


@functools.cache
def adapter(kind: Any) -> TypeAdapter[BaseModel]:
    return TypeAdapter(kind)


def check_request(kind: Any, body: Mapping[str, Any]) -> None:
    """Check a request against the SDK's type of its parameters: no field unknown, none wrong."""
    unknown = set(body) - set(get_type_hints(kind))
    assert not unknown, unknown
    validator(kind).validate_python(body)


@functools.cache
def validator(kind: Any) -> SchemaValidator:
    """Return what checks a value of the type.

    The SDKs say Iterable where JSON has a list; pydantic would check that only when it is read.
    """
    schema = TypeAdapter[Any](kind).core_schema
    return SchemaValidator(cast("CoreSchema", with_lists(schema)))


def with_lists(schema: object) -> object:
    match schema:
        case dict():
            parts = cast("dict[str, object]", schema)
            changed = {name: with_lists(part) for name, part in parts.items()}
            return changed | {"type": "list"} if parts.get("type") == "generator" else changed
        case list():
            return [with_lists(part) for part in cast("list[object]", schema)]
        case tuple():
            return tuple(with_lists(part) for part in cast("tuple[object, ...]", schema))
        case _:
            return schema


def sse(data: str, event: str = "") -> bytes:
    """Return one server-sent event."""
    return (f"event: {event}\n" if event else "").encode() + f"data: {data}\n\n".encode()


def told(error: object, event: str = "") -> bytes:
    """Return an event that is whatever it is: for what no vendor should send."""
    return sse(json.dumps(error), event)
