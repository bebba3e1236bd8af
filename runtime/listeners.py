"""Who listens to the public events of one room: user code, each in an actor of its own."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeVar

from actors.reports import Event, Report
from supervision.actor import Actor
from supervision.address import Address
from supervision.spec import ChildSpec
from supervision.supervisor import StartChild

EventT = TypeVar("EventT", bound=Event)
Handler = Callable[[Any], Awaitable[None] | None]
WAITING_EVENTS = 1000
"""Events that an iterator may be behind; after that the oldest go."""


class Listener(Actor):
    """Calls one handler with each event, one at a time; if it raises, this actor alone falls."""

    handler_deadline_s = 60.0

    def __init__(self, handler: Handler) -> None:
        """Keep the handler."""
        super().__init__()
        self._handler = handler

    async def on_receive(self, message: Event) -> None:
        """Call the handler."""
        result = self._handler(message)
        if result is not None:
            await result


class Listeners:
    """The room's listeners: knows their addresses and the open iterators."""

    def __init__(self, room: str) -> None:
        """Begin with nobody listening."""
        self.supervisor: Address[Any] = Address(f"{room}/listeners")
        self._actors: list[tuple[tuple[type[Event], ...], Address[Any]]] = []
        self._queues: dict[int, tuple[tuple[type[Event], ...], asyncio.Queue[Event]]] = {}
        self._numbers = itertools.count(1)

    def add(self, kinds: tuple[type[Event], ...], handler: Handler) -> None:
        """Call ``handler`` with each event of these kinds (none named: of every kind)."""
        name = f"{getattr(handler, '__name__', 'listener')}-{next(self._numbers)}"
        address: Address[Any] = Address(name)
        spec = ChildSpec(id=name, start=lambda: Listener(handler), address=address)
        self.supervisor.tell(StartChild(spec))
        self._actors.append((kinds, address))

    async def events(self, *kinds: type[EventT]) -> AsyncGenerator[EventT, None]:
        """Yield each event of these kinds (none named: of every kind) from now on."""
        number = next(self._numbers)
        queue: asyncio.Queue[Any] = asyncio.Queue(WAITING_EVENTS)
        self._queues[number] = (kinds, queue)
        try:
            while True:
                yield await queue.get()
        finally:
            del self._queues[number]

    def take(self, report: Report) -> None:
        """Pass a report's event on to whoever listens to its kind."""
        event = report.event
        for kinds, address in self._actors:
            if not kinds or isinstance(event, kinds):
                address.tell(event)
        for kinds, queue in self._queues.values():
            if not kinds or isinstance(event, kinds):
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(event)
