"""Who listens to the public events of one room: user code, each in an actor of its own."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Generic, TypeVar, cast
from weakref import WeakSet

from actors.call import Call
from actors.reports import Event, Failure, Report, SessionClosed
from actors.user_code import confined
from runtime.outsider import outsider
from supervision.actor import Actor
from supervision.address import Address
from supervision.supervisor import StartChild

EventT = TypeVar("EventT", bound=Event)
Handler = Callable[[Any], Awaitable[None] | None]
WHERE: Final = "listener"
"""Where a failure was, if a handler raised."""
WAITING_EVENTS = 1000
"""Events that an iterator may be behind; after that the oldest go."""


class Listener(Actor):
    """Calls one handler once with each event; if it raises, this actor alone falls, and tells.

    Its hold is the event in hand: the one that brought it down is not tried again.
    """

    handler_deadline_s = 60.0

    def __init__(self, handler: Handler, call: Call) -> None:
        """Call ``handler``, and report through ``call`` what it raises."""
        super().__init__()
        self._handler = handler
        self._call = call
        self._fatal: Event | None = None

    def on_start(self) -> None:
        """Look which event the incarnation before fell over, if one did."""
        self._fatal = self.hold

    async def on_receive(self, message: Event) -> None:
        """Call the handler, unless it has had this event."""
        if message is self._fatal:
            self._fatal = self.hold = None
            return
        self.hold = message
        with confined():
            result = self._handler(message)
            if result is not None:
                await result
        self.hold = None

    def on_failure(
        self,
        exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Tell what was raised, unless at a listener's failure: that would go round for ever."""
        match self.hold:
            case Failure(where=where) if where == WHERE:
                return
            case _:
                name = "" if exception_type is None else exception_type.__name__
                failure = Failure(WHERE, "error", f"{name}: {exception_value}")
                self._call.report(failure, at_ns=self.clock.now_ns())


class EventStream(Generic[EventT]):
    """An async iterator of events that ends with the call; whoever drops it leaves nothing open."""

    def __init__(self, kinds: tuple[type[EventT], ...]) -> None:
        """Begin to collect events of these kinds; none named: of every kind."""
        self._kinds = kinds
        self._events: asyncio.Queue[EventT | None] = asyncio.Queue(WAITING_EVENTS)

    def __aiter__(self) -> "EventStream[EventT]":
        return self

    async def __anext__(self) -> EventT:
        """Return the next event.

        Raises:
            StopAsyncIteration: the call is over, or the stream was closed.
        """
        event = await self._events.get()
        if event is None:
            self._put(None)
            raise StopAsyncIteration
        return event

    async def aclose(self) -> None:
        """End the stream before the call ends."""
        self.end()

    def end(self) -> None:
        """Let whoever reads it read what there is, and then no more."""
        self._put(None)

    def take(self, event: Event) -> None:
        """Keep an event of the wanted kinds; the end of the call is the end."""
        if not self._kinds or isinstance(event, self._kinds):
            self._put(cast("EventT", event))
        if isinstance(event, SessionClosed):
            self.end()

    def _put(self, event: EventT | None) -> None:
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(event)


class Listeners:
    """The room's listeners: knows their addresses and the streams that somebody still reads."""

    def __init__(self, room: str) -> None:
        """Begin with nobody listening."""
        self.supervisor: Address[Any] = Address(f"{room}/listeners")
        self._actors: list[tuple[tuple[type[Event], ...], Address[Any]]] = []
        self._streams: WeakSet[EventStream[Any]] = WeakSet()
        self._numbers = itertools.count(1)
        self._is_closed = False

    def add(self, kinds: tuple[type[Event], ...], handler: Handler, call: Call) -> None:
        """Call ``handler`` with each event of these kinds (none named: of every kind) of a call."""
        name = f"{getattr(handler, '__name__', 'listener')}-{next(self._numbers)}"
        address: Address[Any] = Address(name)
        self.supervisor.tell(StartChild(outsider(address, lambda: Listener(handler, call))))
        self._actors.append((kinds, address))

    def events(self, *kinds: type[EventT]) -> EventStream[EventT]:
        """Return the events of these kinds (none named: of every kind) from now on."""
        stream = EventStream(kinds)
        if self._is_closed:
            stream.end()
        self._streams.add(stream)
        return stream

    def take(self, report: Report) -> None:
        """Pass a report's event on to whoever listens to its kind."""
        event = report.event
        for kinds, address in self._actors:
            if not kinds or isinstance(event, kinds):
                address.tell(event)
        if len(self._streams):  # to go through none of them takes longer than the rest
            for stream in tuple(self._streams):
                stream.take(event)

    def close(self) -> None:
        """End every stream, also one that is asked for later: nothing will happen any more."""
        self._is_closed = True
        for stream in tuple(self._streams):
            stream.end()
