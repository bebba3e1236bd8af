"""One tool, told to four vendors."""

from enum import Enum
from typing import Any, Literal

import pytest
from anthropic.types import ToolParam
from openai.types.chat import ChatCompletionFunctionToolParam
from openai.types.responses import FunctionToolParam
from pydantic import BaseModel, Field, TypeAdapter

from actors.vendor import ToolSchema
from providers.tool_shapes import (
    anthropic_tool,
    gemini_tool,
    openai_chat_tool,
    openai_responses_tool,
)


class Floor(Enum):
    GROUND = 0
    FIRST = 1


class Guest(BaseModel):
    name: str = Field(description="As on the passport.")
    age: int | None = None


class Booking(BaseModel):
    """Arguments with all that pydantic writes."""

    guests: list[Guest]
    kind: Literal["single", "double"] = "single"
    floor: Floor = Floor.GROUND
    bed: Literal["king"] = "king"
    price: float = Field(gt=0, le=500, default=100)
    note: str | int | None = None


TOOL = ToolSchema(name="book", description="Book rooms.", parameters=Booking.model_json_schema())
BARE = ToolSchema(
    name="hang_up", description="End the call.", parameters={"type": "object", "properties": {}}
)


@pytest.mark.parametrize("tool", [TOOL, BARE], ids=lambda tool: tool.name)
@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (openai_chat_tool, ChatCompletionFunctionToolParam),
        (openai_responses_tool, FunctionToolParam),
        (anthropic_tool, ToolParam),
    ],
)
def test_the_shape_is_one_that_the_sdk_knows(shape: Any, kind: Any, tool: ToolSchema) -> None:
    TypeAdapter[Any](kind).validate_python(shape(tool))


@pytest.mark.parametrize("shape", [openai_chat_tool, openai_responses_tool, anthropic_tool])
def test_the_schema_of_the_arguments_is_told_whole(shape: Any) -> None:
    told = shape(TOOL)
    assert TOOL.parameters in (
        told.get("function", {}).get("parameters"),
        told.get("parameters"),
        told.get("input_schema"),
    )


def test_optional_arguments_stay_optional_in_responses() -> None:
    assert openai_responses_tool(TOOL)["strict"] is False


def test_gemini_is_told_in_its_own_subset() -> None:
    assert gemini_tool(TOOL) == {
        "name": "book",
        "description": "Book rooms.",
        "parameters": {
            "type": "OBJECT",
            "description": "Arguments with all that pydantic writes.",
            "properties": {
                "guests": {
                    "type": "ARRAY",
                    "items": {
                        "type": "OBJECT",
                        "properties": {
                            "name": {"type": "STRING", "description": "As on the passport."},
                            "age": {"type": "INTEGER", "nullable": True},
                        },
                        "required": ["name"],
                    },
                },
                "kind": {"type": "STRING", "enum": ["single", "double"]},
                "floor": {"type": "STRING", "enum": ["0", "1"]},
                "bed": {"type": "STRING", "enum": ["king"]},
                "price": {"type": "NUMBER", "maximum": 500.0},
                "note": {"anyOf": [{"type": "STRING"}, {"type": "INTEGER"}], "nullable": True},
            },
            "required": ["guests"],
        },
    }


def test_gemini_is_told_of_no_parameters_where_there_are_none() -> None:
    assert gemini_tool(BARE) == {"name": "hang_up", "description": "End the call."}


def test_a_property_may_bear_the_name_of_a_keyword_that_gemini_does_not_know() -> None:
    parameters = {"type": "object", "properties": {"title": {"type": "string", "title": "T"}}}
    told = gemini_tool(ToolSchema("t", "", parameters))
    assert told["parameters"]["properties"] == {"title": {"type": "STRING"}}


def test_gemini_cannot_be_told_of_a_type_within_itself() -> None:
    class Folder(BaseModel):
        inside: list["Folder"]

    class Arguments(BaseModel):
        folder: Folder

    tool = ToolSchema("tidy", "", Arguments.model_json_schema())
    with pytest.raises(ValueError, match="tidy: Folder contains itself"):
        gemini_tool(tool)


def test_the_schema_of_the_agent_is_left_as_it_was() -> None:
    before = Booking.model_json_schema()
    for shape in (openai_chat_tool, openai_responses_tool, anthropic_tool, gemini_tool):
        shape(TOOL)
    assert before == TOOL.parameters
