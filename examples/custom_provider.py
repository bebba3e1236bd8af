"""A language model of your own: any object with a name and an `open` that yields a `chat`.

    runtime run examples.custom_provider:Main --text

There is nothing to inherit and nothing to register; the types are checked where it is used. What it
raises is dealt with: it rests and is opened again, and its understudies go on meanwhile.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from actors.chat_capabilities import ChatCapabilities
from actors.conversation import Message
from actors.ports import Services
from actors.vendor import ChatDone, ChatEvent, ChatRequest, TextDelta
from runtime import Agent


@dataclass(frozen=True)
class Backwards:
    """Declared as data: nothing is connected before a call begins."""

    name: str = "backwards"
    capabilities: ChatCapabilities = field(default_factory=ChatCapabilities)

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator["Backwards"]:
        """Connect here: ``services.secret("MY_API_KEY")`` is the key. Leaving hangs up."""
        yield self

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Stream the answer, piece by piece; `ChatDone` ends it."""
        told = (item for item in request.items if isinstance(item, Message))
        said = [message.text for message in told if message.role == "user"]
        for word in reversed(said[-1].split() if said else ["Hello"]):
            yield TextDelta(f"{word} ")
        yield ChatDone()


class Main(Agent):
    """Repeats what it is told, the last word first."""

    llm = Backwards()
