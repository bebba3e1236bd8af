"""The transport actor.

Holds the open line of a call, carries the caller's audio in and the agent's out.
"""

from typing import TypeAlias, assert_never

from actors.arrivals import Arrival, AudioIn, DtmfPressed, InputEnded, Joined, Left, TextIn
from actors.call import Call
from actors.events import (
    CallerDone,
    CallerDtmf,
    CallerJoined,
    CallerLeft,
    CallerText,
    HangUp,
    LineClosed,
)
from actors.frames import PlayFrame
from actors.ports import Line, Transport
from supervision.actor import Actor

LineMail: TypeAlias = PlayFrame | HangUp


class TransportActor(Actor):
    """Ends when the line ends; a crash of it ends the call unless the transport is resumable."""

    def __init__(self, call: Call, transport: Transport) -> None:
        """Keep the declaration; the line is opened by `on_start`."""
        super().__init__()
        self._call = call
        self._transport = transport
        self._line: Line | None = None

    def on_start(self) -> None:
        """Open the line."""
        self._call.name_in_logs("transport")
        self.spawn(self._carry(), name=f"line {self._transport.name}")

    def on_receive(self, message: LineMail) -> None:
        """Put a frame out, or hang up. A frame before the line is open has nobody to hear it."""
        match message:
            case PlayFrame(pcm):
                if self._line is not None:
                    self._line.play(pcm)
            case HangUp():
                self.stop()
            case _:
                assert_never(message)

    async def _carry(self) -> None:
        async with self._transport.open(self._call.services) as line:
            self._line = line
            async for arrival in line.arrivals():
                self._arrived(arrival)
        self._line = None
        self._call.addresses.session.tell(LineClosed("the caller hung up"))

    def _arrived(self, arrival: Arrival) -> None:
        addresses = self._call.addresses
        match arrival:
            case AudioIn():
                addresses.ingress.tell(arrival)
            case TextIn(text):
                self.hold = written = (self.hold if isinstance(self.hold, int) else 0) + 1
                addresses.session.tell(CallerText(written, text))
            case Joined(who):
                addresses.session.tell(CallerJoined(who))
            case Left(who):
                addresses.session.tell(CallerLeft(who))
            case DtmfPressed(digit, who):
                addresses.session.tell(CallerDtmf(who, digit))
            case InputEnded():
                addresses.session.tell(CallerDone())
            case _:
                assert_never(arrival)
