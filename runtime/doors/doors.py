"""The doors of one worker: what their routes share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from starlette.requests import HTTPConnection

from actors.reports import Report
from runtime.doors.config import DoorConfig
from runtime.doors.house import House
from runtime.doors.metrics import Metrics
from runtime.doors.pulse import LoopLag, Pulse
from runtime.doors.reception import Reception
from runtime.doors.refusal import Refusal
from runtime.doors.rooms import RETRY_S, Rooms
from runtime.doors.tokens import Token, TokenDesk
from supervision.address import Address
from supervision.errors import ActorDeadError, AskTimeout
from supervision.messages import Request
from supervision.spec import ChildSpec, Restart

PROTOCOL: Final = "understudy.v1"
BEARER: Final = "bearer."
AnswerT = TypeVar("AnswerT")


@dataclass(slots=True)
class Doors:
    """Made before the worker is entered; its actors start with it."""

    house: House
    config: DoorConfig
    desk: TokenDesk
    rooms: Rooms = field(init=False)
    metrics: Metrics = field(init=False)
    lag: LoopLag = field(default_factory=LoopLag)
    reception: Address[Any] = field(default_factory=lambda: Address("reception"))

    def __post_init__(self) -> None:
        """Begin with no rooms."""
        self.rooms = Rooms(self.config)
        self.metrics = Metrics(self.rooms, self.config.max_rooms)

    def actors(self) -> tuple[Callable[[], ChildSpec], ...]:
        """Return what makes the actors that belong under the worker's doors."""
        return (self._new_reception, lambda: ChildSpec(id="pulse", start=lambda: Pulse(self.lag)))

    def _new_reception(self) -> ChildSpec:
        self.reception = Address("reception")  # that of a supervisor that fell is closed for good
        return ChildSpec(
            id="reception",
            start=lambda: Reception(self.rooms, self.house, self.config),
            restart=Restart.PERMANENT,
            address=self.reception,
        )

    def hear(self, report: Report) -> None:
        """Take in a public event of any room."""
        self.metrics.hear(report)
        self.rooms.hear(report)

    async def ask(self, request: Request[AnswerT], *, within_s: float) -> AnswerT:
        """Ask the reception.

        Raises:
            Refusal: it says no, or nobody is there.
        """
        try:
            return await self.reception.ask(request, timeout_s=within_s)
        except (AskTimeout, ActorDeadError) as error:
            text = f"nobody is at the reception: try again in {RETRY_S} s"
            raise Refusal(503, "not_ready", text, RETRY_S) from error

    def token(self, connection: HTTPConnection) -> Token:
        """Return the token that came with a request.

        Raises:
            Refusal: there is none that is valid here.
        """
        kind, _, given = connection.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.desk.read(given.strip())
        for protocol in connection.scope.get("subprotocols", ()):
            if protocol.startswith(BEARER):
                return self.desk.read(protocol.removeprefix(BEARER))
        return self.desk.read(None)

    def refused(self, refusal: Refusal) -> Refusal:
        """Count a refusal, and return it."""
        self.metrics.refused.labels(refusal.code).inc()
        return refusal
