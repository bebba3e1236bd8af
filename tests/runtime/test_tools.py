import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from runtime.errors import UserError
from runtime.tools import AgentToolbox, FunctionTool, ToolError, as_tool, function_tool


def toolbox(*functions: Callable[..., Any], **options: Any) -> AgentToolbox:
    tools: list[Any] = [f if isinstance(f, FunctionTool) else function_tool(f) for f in functions]
    return AgentToolbox(tools, **options)


@function_tool
async def rooms_free(nights: int, floor: Literal["ground", "top"] = "ground") -> str:
    """How many rooms are free.

    Ask for the nights first.

    Args:
        nights: how many nights
            the guest stays
        floor (str): where

    Returns:
        a number
    """
    return f"{nights} on the {floor} floor"


class Desk:
    @function_tool
    async def book(self, nights: int) -> str:
        """Book a room."""
        return f"{nights} booked"


def test_a_method_is_read_once_however_many_rooms_it_serves() -> None:
    one, other = as_tool(Desk().book), as_tool(Desk().book)
    assert one.function is not other.function
    assert one.signature is other.signature


def test_a_method_that_is_bound_to_nobody_is_refused_although_it_was_read_as_one() -> None:
    toolbox(as_tool(Desk().book))
    with pytest.raises(UserError, match="tool book: parameter self needs a type"):
        toolbox(as_tool(Desk.book))


def test_the_model_sees_name_description_and_parameters() -> None:
    (schema,) = toolbox(rooms_free).schemas

    assert schema.name == "rooms_free"
    assert schema.description == "How many rooms are free.\n\nAsk for the nights first."
    assert schema.parameters == {
        "type": "object",
        "additionalProperties": False,
        "required": ["nights"],
        "properties": {
            "nights": {"type": "integer", "description": "how many nights the guest stays"},
            "floor": {
                "type": "string",
                "enum": ["ground", "top"],
                "default": "ground",
                "description": "where",
            },
        },
    }


def test_a_tool_is_still_the_function() -> None:
    @function_tool
    def double(n: int) -> int:
        return 2 * n

    assert double(4) == 8


async def test_a_tool_may_bear_another_name() -> None:
    @function_tool(name="twice")
    def double(n: int) -> int:
        return 2 * n

    box = toolbox(double)

    assert [schema.name for schema in box.schemas] == ["twice"]
    assert await box.call("twice", '{"n": 4}') == "8"


def test_rest_style_and_annotated_descriptions_are_told() -> None:
    def order(dish: str, count: Annotated[int, Field(ge=1, description="portions")] = 1) -> str:
        """Order.

        :param dish: what to cook
        """
        return f"{count} {dish}"

    properties = toolbox(order).schemas[0].parameters["properties"]

    assert properties["dish"] == {"type": "string", "description": "what to cook"}
    assert properties["count"]["description"] == "portions"
    assert properties["count"]["minimum"] == 1


async def test_parameters_may_bear_names_that_pydantic_keeps_to_itself() -> None:
    def clash(schema: str, json: int, model_config: str, copy: bool) -> str:  # noqa: FBT001
        return f"{schema} {json} {model_config} {copy}"

    box = toolbox(clash)
    arguments = {"schema": "a", "json": 1, "model_config": "b", "copy": True}

    assert await box.call("clash", json_of(arguments)) == "a 1 b True"


async def test_arguments_arrive_as_the_types_that_were_asked_for() -> None:
    class Guest(BaseModel):
        name: str

    def book(day: date, guests: list[Guest]) -> str:
        return f"{day:%d.%m.} {[guest.name for guest in guests]}"

    arguments = {"day": "2026-03-04", "guests": [{"name": "Ada"}]}

    assert await toolbox(book).call("book", json_of(arguments)) == "04.03. ['Ada']"


async def test_methods_are_called_on_their_object() -> None:
    class Desk:
        def __init__(self, greeting: str) -> None:
            self.greeting = greeting

        @function_tool
        async def greet(self, name: str) -> str:
            return f"{self.greeting}, {name}"

    desk = Desk("Good evening")

    assert await desk.greet("Ada") == "Good evening, Ada"
    assert await toolbox(desk.greet).call("greet", '{"name": "Ada"}') == "Good evening, Ada"


class Colour(Enum):
    RED = "red"


@dataclass
class Room:
    number: int
    free: date


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("as it is", "as it is"),
        ("", ""),
        (None, "null"),
        (3, "3"),
        ([1, "ä"], '[1,"ä"]'),
        (Colour.RED, '"red"'),
        (Room(7, date(2026, 3, 4)), '{"number":7,"free":"2026-03-04"}'),
        (complex(1, 2), '"1+2j"'),
    ],
)
async def test_every_result_becomes_text(result: object, text: str) -> None:
    async def tell() -> object:
        return result

    assert await toolbox(tell).call("tell", "{}") == text


async def test_a_sync_tool_runs_in_the_given_executor_within_the_context_of_the_call() -> None:
    room = ContextVar("room", default="none")

    def where() -> str:
        return f"{threading.current_thread().name.split('_')[0]} {room.get()}"

    with ThreadPoolExecutor(1, thread_name_prefix="sync-tools") as executor:
        room.set("r1")
        assert await toolbox(where, executor=executor).call("where", "") == "sync-tools r1"


async def test_a_sync_tool_may_return_an_awaitable() -> None:
    async def later() -> str:
        return "done"

    def begin() -> Any:
        return later()

    assert await toolbox(begin).call("begin", "{}") == "done"


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("room_free", "{}", "there is no tool room_free; the tools are: rooms_free"),
        ("rooms_free", "{", "rooms_free: the arguments are not JSON: .*"),
        ("rooms_free", "[1]", r"rooms_free: the arguments must be a JSON object, not \[1\]"),
        ("rooms_free", "", "rooms_free: nights: Field required"),
        (
            "rooms_free",
            '{"nights": "many"}',
            "rooms_free: nights: Input should be a valid integer.*",
        ),
        (
            "rooms_free",
            '{"nights": 1, "floor": "sea", "dog": 1}',
            "rooms_free: floor: Input should be 'ground' or 'top'; dog: Extra inputs .*",
        ),
    ],
)
async def test_what_the_model_asks_wrongly_it_is_told_in_one_line(
    name: str, arguments: str, complaint: str
) -> None:
    with pytest.raises(ToolError, match=f"^{complaint}$") as refused:
        await toolbox(rooms_free).call(name, arguments)

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("error", [ToolError("we are full"), ZeroDivisionError("n / 0")])
async def test_what_a_tool_raises_comes_through(error: Exception) -> None:
    async def fail() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        await toolbox(fail).call("fail", "{}")

    assert raised.value is error


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(UserError, match="two tools are called rooms_free; rename one of them"):
        toolbox(rooms_free, rooms_free)


def untyped(nights: int) -> str:
    return str(nights)


del untyped.__annotations__["nights"]


def starred(*nights: int) -> str:
    return str(nights)


def positional(nights: int, /) -> str:
    return str(nights)


def foreign(lock: threading.Event) -> str:
    return str(lock)


def unknown_type(nights: int) -> str:
    return str(nights)


unknown_type.__annotations__["nights"] = "Nonsense"


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (untyped, "tool untyped: parameter nights needs a type"),
        (starred, r"tool starred: \*nights: int cannot be given by name; name each parameter"),
        (positional, "tool positional: nights: int cannot be given by name; name each parameter"),
        (foreign, "tool foreign: Unable to generate .*"),
        (unknown_type, "tool unknown_type: a type in its signature is unknown here: .*Nonsense.*"),
    ],
)
def test_a_signature_that_no_model_can_serve_is_refused_in_one_line(
    function: Callable[..., Any], complaint: str
) -> None:
    with pytest.raises(UserError, match=f"^{complaint}$") as refused:
        toolbox(function)

    assert "\n" not in str(refused.value)


@given(st.lists(st.one_of(st.integers(), st.text(), st.booleans(), st.none())))
def test_a_json_result_reads_back_as_it_was(values: list[Any]) -> None:
    async def tell() -> list[Any]:
        return values

    coroutine = toolbox(tell).call("tell", "{}")

    with pytest.raises(StopIteration) as finished:
        coroutine.send(None)
    assert json.loads(finished.value.value) == values


def json_of(value: object) -> str:
    return json.dumps(value)


async def test_a_tool_may_bring_its_own_schema_and_gets_what_the_model_gives() -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}

    @function_tool(schema=schema)
    async def weather(**given: object) -> str:
        """Tell the weather."""
        return f"rain in {given['city']}"

    toolbox = AgentToolbox([as_tool(weather)])
    assert toolbox.schemas[0].parameters == schema
    assert await toolbox.call("weather", '{"city": "Bonn"}') == "rain in Bonn"


def test_a_schema_that_is_not_of_an_object_is_refused() -> None:
    @function_tool(schema={"type": "string"})
    async def weather(**given: object) -> str:
        return str(given)

    with pytest.raises(UserError, match="must be that of an object"):
        AgentToolbox([as_tool(weather)])
