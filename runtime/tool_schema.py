"""What a language model is told about a function, read from its signature and its docstring.

The model's arguments are validated by the same pydantic model that made the schema, so that a tool
never sees a value that it did not ask for.
"""

import inspect
import re
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PydanticUserError, create_model
from pydantic.json_schema import GenerateJsonSchema

from actors.vendor import ToolSchema
from runtime.errors import UserError

_BY_NAME = frozenset({inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY})
_SECTION = re.compile(r"^(Args|Arguments|Parameters|Returns?|Raises|Yields?|Examples?|Notes?):\s*$")
_ENTRY = re.compile(r"^(\w+)\s*(?:\([^)]*\))?:\s+(.*)$")
_REST_ENTRY = re.compile(r"^:param\s+(?:[^:]*\s)?(\w+):\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Signature:
    """A tool's arguments: as JSON Schema for the model, as a validator for what it answers."""

    schema: ToolSchema
    arguments: type[BaseModel] | None
    """Its fields are called ``p0``, ``p1`` …: pydantic keeps some names to itself.

    None where the tool brought its own schema: then what the model gives is passed on as it is.
    """

    def validate(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the keyword arguments for the function.

        Raises:
            pydantic.ValidationError: a value is missing, unknown or of a wrong type.
        """
        if self.arguments is None:
            return dict(given)
        checked = self.arguments.model_validate(given)
        fields = self.arguments.model_fields
        return {str(fields[field].alias): value for field, value in checked}


def raw_signature(function: Callable[..., Any], name: str, schema: dict[str, Any]) -> Signature:
    """Use a JSON Schema as it is; the function gets what the model gives as keyword arguments.

    Raises:
        UserError: the schema is not that of an object.
    """
    if schema.get("type") != "object":
        raise UserError(f"tool {name}: its schema must be that of an object, as tools are called")
    description, _ = _read_docstring(inspect.getdoc(function) or "")
    return Signature(ToolSchema(name, description, schema), None)


def read_signature(function: Callable[..., Any], name: str) -> Signature:
    """Read the signature of a function; of a method, bound to its object.

    Raises:
        UserError: a parameter has no type, or a type that JSON cannot carry.
    """
    description, explained = _read_docstring(inspect.getdoc(function) or "")
    fields: dict[str, Any] = {}
    for number, (parameter, annotation) in enumerate(_parameters(function, name)):
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[f"p{number}"] = (_described(annotation, parameter.name, explained), default)
    try:
        config = ConfigDict(extra="forbid", arbitrary_types_allowed=False)
        model = create_model(name, __config__=config, **fields)
        schema = model.model_json_schema(schema_generator=_WithoutTitles)
    except PydanticUserError as error:
        raise UserError(f"tool {name}: {str(error).splitlines()[0]}") from error
    schema.pop("title", None)
    return Signature(ToolSchema(name, description, schema), model)


def _described(annotation: Any, name: str, explained: Mapping[str, str]) -> Any:
    if name not in explained:
        return Annotated[annotation, Field(alias=name)]
    return Annotated[annotation, Field(alias=name, description=explained[name])]


class _WithoutTitles(GenerateJsonSchema):
    """Leaves out titles: the names say it already, and a model reads every token."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Say no."""
        return False


def _parameters(function: Callable[..., Any], name: str) -> Iterator[tuple[inspect.Parameter, Any]]:
    try:
        hints = typing.get_type_hints(inspect.unwrap(function), include_extras=True)
    except NameError as error:
        raise UserError(f"tool {name}: a type in its signature is unknown here: {error}") from error
    try:
        signature = inspect.signature(function)
    except ValueError as error:
        raise UserError(f"tool {name}: its signature cannot be read: {error}") from error
    for parameter in signature.parameters.values():
        if parameter.kind not in _BY_NAME:
            raise UserError(
                f"tool {name}: {parameter} cannot be given by name; name each parameter"
            )
        if parameter.name not in hints:
            raise UserError(f"tool {name}: parameter {parameter.name} needs a type")
        yield parameter, hints[parameter.name]


def _read_docstring(text: str) -> tuple[str, dict[str, str]]:
    """Return the description, and what is said of each parameter (Google's or reST's way)."""
    description: list[str] = []
    explained: dict[str, str] = {}
    section, current = "", ""
    for line in text.splitlines():
        stripped = line.strip()
        if heading := _SECTION.match(stripped):
            section, current = heading[1], ""
        elif entry := _entry(stripped, section):
            current = entry[1]
            explained[current] = entry[2]
        elif current and stripped:
            explained[current] += f" {stripped}"
        elif not section and not current:
            description.append(line)
    return "\n".join(description).strip(), explained


def _entry(line: str, section: str) -> re.Match[str] | None:
    in_arguments = section in {"Args", "Arguments", "Parameters"}
    return _REST_ENTRY.match(line) or (_ENTRY.match(line) if in_arguments else None)
