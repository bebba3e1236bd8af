"""A tool as each language model wants to be told of it. Pure."""

from collections.abc import Mapping
from typing import Any, Final, cast

from actors.vendor import ToolSchema

Json = Any
_GEMINI_KEYS: Final = frozenset(
    (
        *("type", "description", "enum", "format", "nullable", "properties", "required", "items"),
        *("minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "pattern"),
        "anyOf",
    )
)
"""What Gemini's subset of OpenAPI knows; it answers 400 to anything else."""


def openai_chat_tool(tool: ToolSchema) -> dict[str, Any]:
    """Return the tool for OpenAI's chat completions, and for servers that speak like it."""
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }
    return {"type": "function", "function": function}


def openai_responses_tool(tool: ToolSchema) -> dict[str, Any]:
    """Return the tool for OpenAI's responses.

    Not ``strict``, which is their default: it forbids optional parameters.
    """
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": False,
    }


def anthropic_tool(tool: ToolSchema) -> dict[str, Any]:
    """Return the tool for Anthropic's messages."""
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": {"type": "object", **tool.parameters},
    }


def gemini_tool(tool: ToolSchema) -> dict[str, Any]:
    """Return the tool as a function declaration of Gemini.

    Raises:
        ValueError: a parameter's type contains itself, which Gemini cannot be told.
    """
    declaration: dict[str, Any] = {"name": tool.name, "description": tool.description}
    if tool.parameters.get("properties"):
        definitions = cast("dict[str, Json]", tool.parameters.get("$defs", {}))
        try:
            declaration["parameters"] = _gemini_schema(tool.parameters, definitions, ())
        except RecursionError as error:
            raise ValueError(f"{tool.name}: {error} contains itself") from error
    return declaration


def _gemini_schema(
    schema: Mapping[str, Json], definitions: Mapping[str, Json], inside: tuple[str, ...]
) -> dict[str, Any]:
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        if name in inside:
            raise RecursionError(name)
        meant = {**definitions[name], **{k: v for k, v in schema.items() if k != "$ref"}}
        return _gemini_schema(meant, definitions, (*inside, name))
    if "const" in schema:
        schema = {**schema, "enum": [schema["const"]]}
    simple = {key: value for key, value in schema.items() if key in _GEMINI_KEYS}
    simple |= _children(simple, definitions, inside)
    return _with_type(_without_null(simple))


def _children(
    schema: Mapping[str, Json], definitions: Mapping[str, Json], inside: tuple[str, ...]
) -> dict[str, Any]:
    children: dict[str, Any] = {}
    if "properties" in schema:
        properties = cast("dict[str, Json]", schema["properties"])
        children["properties"] = {
            name: _gemini_schema(child, definitions, inside) for name, child in properties.items()
        }
    if "items" in schema:
        children["items"] = _gemini_schema(schema["items"], definitions, inside)
    if "anyOf" in schema:
        choices = cast("list[dict[str, Json]]", schema["anyOf"])
        children["anyOf"] = [
            choice if choice == {"type": "null"} else _gemini_schema(choice, definitions, inside)
            for choice in choices
        ]
    return children


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Say ``nullable`` instead of a choice between something and null."""
    choices = cast("list[dict[str, Json]]", schema.get("anyOf", []))
    others = [choice for choice in choices if choice != {"type": "null"}]
    if len(others) == len(choices):
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"} | {"nullable": True}
    return {**others[0], **rest} if len(others) == 1 else {**rest, "anyOf": others}


def _with_type(schema: dict[str, Any]) -> dict[str, Any]:
    """Write the type in capitals; an enumeration without a type is one of texts."""
    if "enum" in schema:
        values = cast("list[Json]", schema["enum"])
        schema = {**schema, "type": "string", "enum": [str(value) for value in values]}
    if isinstance(schema.get("type"), str):
        schema = {**schema, "type": schema["type"].upper()}
    return schema
