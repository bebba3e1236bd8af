"""The rooms of the doors: who may have one, who sits in it, who hears of what happens there.

Plain data on one loop; it outlives the actor that keeps it (`reception`). To take a slot is one
step.
"""

import asyncio
import enum
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from actors.ports import Transport
from actors.reports import Report, SessionClosed
from runtime.doors.config import DoorConfig, SecondJoiner
from runtime.doors.refusal import Refusal
from runtime.doors.tokens import Grant, Token
from runtime.job import Job
from transports.audience import Audience
from transports.control import written

RETRY_S: Final = 5


class CallerLink(Transport, Protocol):
    """A transport over which text messages reach the caller as well."""

    @property
    def is_away(self) -> bool:
        """Whether the caller's connection is lost and may come back."""
        ...

    def send(self, text: str) -> None:
        """Send a text message, if the caller is there."""
        ...


class RoomState(enum.Enum):
    """Where a room stands."""

    PENDING = "pending"
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomWish:
    """What a room is asked for with."""

    room: str | None
    owner: str
    second_joiner: SecondJoiner
    in_writing: bool = False
    userdata: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class Room:
    """One room, from its ticket to its end."""

    id: str
    wish: RoomWish
    made_s: float
    state: RoomState = RoomState.PENDING
    speaker: str = ""
    """The identity that has the seat."""
    known: set[str] = field(default_factory=set[str])
    """The tokens with which somebody has come in."""
    link: CallerLink | None = None
    audience: Audience = field(default_factory=Audience)
    job: Job | None = None

    def send(self, text: str) -> None:
        """Send a text message to everybody who is here."""
        if self.link is not None:
            self.link.send(text)
        self.audience.send(text)

    def is_speaker(self, token: Token, wanted: str | None) -> bool:
        """Tell whether this one speaks; else they listen.

        Raises:
            Refusal: neither is possible.
        """
        if wanted == "listener" or not token.has(Grant.JOIN):
            return False
        if self.speaker in {"", token.identity}:
            return True
        if wanted == "speaker" or self.wish.second_joiner is SecondJoiner.REFUSED:
            raise Refusal(403, "seat_taken", "somebody else speaks in this room")
        return False


class Rooms:
    """All rooms of the doors."""

    def __init__(self, config: DoorConfig) -> None:
        """Begin with none."""
        self._config = config
        self._rooms: dict[str, Room] = {}
        self.watchers: dict[asyncio.Queue[Report], str | None] = {}
        """Who follows the events of a room, or of all."""

    def __iter__(self) -> Iterator[Room]:
        return iter(tuple(self._rooms.values()))

    def find(self, room: str) -> Room:
        """Return a room.

        Raises:
            Refusal: there is none, or it is over.
        """
        found = self._rooms.get(room)
        if found is None:
            raise Refusal(404, "room_unknown", f"there is no room {room!r}, or it is over")
        return found

    def reserve(self, wish: RoomWish, *, now_s: float, elsewhere: Collection[str]) -> Room:
        """Take a slot; ``elsewhere`` are the worker's rooms, ours or not.

        Raises:
            Refusal: there is none, or not for this one.
        """
        config, id_ = self._config, wish.room or f"room-{secrets.token_hex(6)}"
        if id_ in self._rooms or id_ in elsewhere:
            raise Refusal(409, "room_exists", f"the room {id_!r} exists: choose another name")
        taken = len(self._rooms.keys() | set(elsewhere))
        if taken >= config.max_rooms:
            text = f"all {config.max_rooms} rooms are taken: try again in {RETRY_S} s"
            raise Refusal(503, "worker_full", text, RETRY_S)
        if sum(room.wish.owner == wish.owner for room in self) >= config.max_rooms_of_one:
            text = f"{wish.owner!r} has {config.max_rooms_of_one} rooms already: close one"
            raise Refusal(429, "too_many_rooms", text, RETRY_S)
        if sum(room.state is RoomState.PENDING for room in self) >= config.max_pending:
            text = f"{config.max_pending} rooms wait for somebody to come in: try again later"
            raise Refusal(429, "too_many_pending", text, RETRY_S)
        room = self._rooms[id_] = Room(id=id_, wish=wish, made_s=now_s)
        return room

    def free(self, elsewhere: Collection[str]) -> int:
        """Return how many slots are left."""
        return self._config.max_rooms - len(self._rooms.keys() | set(elsewhere))

    def forget(self, room: Room) -> None:
        """Give the slot back."""
        if self._rooms.get(room.id) is room:
            del self._rooms[room.id]

    def hear(self, report: Report) -> None:
        """Tell those in the room, and whoever watches, what happened there."""
        for queue, wanted in self.watchers.items():
            if wanted in {None, report.room}:
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(report)
        room = self._rooms.get(report.room)
        if room is None:
            return
        room.send(written("event", **report.to_dict()))
        if isinstance(report.event, SessionClosed):
            room.send(written("bye", reason=report.event.reason))
