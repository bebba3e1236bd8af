"""Tools: sync and async, slow, failing, and two at once: `runtime run examples.tools:Main --text`.

Write four lines. The model is a script that calls the tools one after the other, whatever you say,
so that no key is needed; any other can take its place.
"""

import asyncio
import json
from typing import Annotated

from pydantic import Field

from actors.conversation import ToolCall
from providers import ScriptedLLM
from runtime import Agent, ToolError, function_tool


def wish(call_id: str, tool: str, /, **arguments: int | str) -> ToolCall:
    """Return what a model that wants a tool streams."""
    return ToolCall(call_id=call_id, name=tool, arguments=json.dumps(arguments))


BRAIN = ScriptedLLM(
    replies=[
        [wish("c1", "price", nights=2)],
        "Two nights are 240 euros.",
        [wish("c2", "book", name="")],
        "In whose name may I book?",
        [wish("c3", "book", name="Ada")],
        "Done. Your room is number seven.",
        [wish("c4", "price", nights=1), wish("c5", "taxi")],  # both run at the same time
        "One more night is 120 euros, and a taxi comes in five minutes.",
    ]
)


class Main(Agent):
    """The front desk, in writing."""

    llm = BRAIN

    @function_tool(safe=True)  # it only looks: it may run before the caller's turn is certain
    def price(self, nights: Annotated[int, Field(ge=1, description="How many nights")]) -> int:
        """Say what so many nights cost; it is sync, so it runs in a thread."""
        return 120 * nights

    @function_tool(timeout_s=5.0)  # after that the call goes on without it
    async def book(self, name: str) -> dict[str, str | int]:
        """Book a room."""
        if not name:
            raise ToolError("a name is needed")  # what the model reads
        self.session.say("One moment, I am writing it down.")
        await asyncio.sleep(1.0)
        return {"guest": name, "room": 7}

    @function_tool
    async def taxi(self) -> str:
        """Call a taxi."""
        await asyncio.sleep(1.0)
        return "in five minutes"
