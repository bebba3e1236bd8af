"""The reception: gives out rooms, lets people in, opens the call when the first one comes.

An actor beside the others under the worker's doors. What it knows lies in `Rooms`, which outlives
it; the calls themselves live under the worker's jobs and never notice that it fell.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog

from runtime.doors.config import DoorConfig
from runtime.doors.house import House
from runtime.doors.refusal import Refusal
from runtime.doors.rooms import RETRY_S, CallerLink, Room, Rooms, RoomState, RoomWish
from runtime.doors.tokens import Token
from runtime.errors import UserError
from runtime.job import Job
from supervision.actor import Actor
from supervision.errors import ActorDeadError, AskTimeout, StartFailed
from supervision.messages import Request
from supervision.reply import Reply
from transports.audience import ListenedTransport
from transports.socket_connection import OVER
from transports.websocket import WebSocketTransport

log = structlog.get_logger(__name__)

ENTER_WITHIN_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Reserve(Request[Room]):
    """Take a slot for a room; fails with `Refusal`."""

    wish: RoomWish


@dataclass(frozen=True, slots=True)
class Seat:
    """Where somebody who came in sits."""

    room: Room
    link: CallerLink
    identity: str
    speaks: bool
    resumed: bool
    """Whether they spoke here before."""


@dataclass(frozen=True, slots=True)
class Enter(Request[Seat]):
    """Let somebody in, opening the call if nobody was there before; fails with `Refusal`.

    ``link`` is the way by which they would speak; one that fits is there already in a room that is
    open.
    """

    room: str
    token: Token
    link: CallerLink
    wanted: str | None = None
    """speaker, listener, or as it comes."""


@dataclass(frozen=True, slots=True)
class CloseRoom(Request[None]):
    """End the call of a room; it takes its time, which nobody waits for."""

    room: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Expired:
    room: Room


@dataclass(frozen=True, slots=True)
class _Opened:
    room: Room
    outcome: Job | Refusal


@dataclass(frozen=True, slots=True)
class _Over:
    room: Room
    reason: str


ReceptionMail: TypeAlias = Reserve | Enter | CloseRoom | _Expired | _Opened | _Over


class Reception(Actor):
    """Keeps the rooms. An error in answering is the asker's, not ours."""

    crash_on_ask_error = False

    def __init__(self, rooms: Rooms, house: House, config: DoorConfig) -> None:
        """Keep ``rooms``, whose calls run in ``house``."""
        super().__init__()
        self._rooms = rooms
        self._house = house
        self._config = config
        self._waiting: dict[str, list[tuple[Reply[Seat], Seat]]] = {}

    def on_start(self) -> None:
        """Take up the rooms where the last incarnation left them."""
        for room in self._rooms:
            match room.state:
                case RoomState.PENDING:
                    self.after(self._config.pending_s, _Expired(room), key=room.id)
                case RoomState.OPENING:  # whoever waited for it was told that it failed
                    self._forget(room, "the door failed")
                case RoomState.OPEN | RoomState.CLOSING if room.job is not None:
                    self.spawn(self._watch(room, room.job), name=f"watch {room.id}")
                case _:
                    self._forget(room, "the door failed")

    def on_receive(self, message: ReceptionMail) -> object:
        """Give out rooms, let people in, notice the ends."""
        match message:
            case Reserve(wish):
                return self._reserve(wish)
            case Enter():
                self._enter(message, self.defer())
            case CloseRoom(room, reason):
                self._close(self._rooms.find(room), reason)
            case _Expired(found):
                if found.state is RoomState.PENDING:
                    self._forget(found, "nobody came in")
            case _Opened(found, outcome):
                self._opened(found, outcome)
            case _Over(found, reason):
                self._forget(found, reason)
        return None

    def _reserve(self, wish: RoomWish) -> Room:
        if not self._house.takes_calls:
            text = "this worker takes no more calls: ask another one, or come again"
            raise Refusal(503, "worker_leaving", text, RETRY_S)
        now_s = self.clock.now_s()
        room = self._rooms.reserve(wish, now_s=now_s, elsewhere=self._house.rooms)
        self.after(self._config.pending_s, _Expired(room), key=room.id)
        return room

    # ------------------------------------------------------------ coming in

    def _enter(self, wish: Enter, reply: Reply[Seat]) -> None:
        try:
            seat = self._seat(wish)
        except Refusal as refusal:
            reply.fail(refusal)
            return
        room = seat.room
        room.known.add(wish.token.id)
        if room.state is RoomState.OPEN:
            reply.set(seat)
            return
        self._waiting.setdefault(room.id, []).append((reply, seat))
        if room.state is RoomState.PENDING:
            room.state, room.link, room.speaker = RoomState.OPENING, seat.link, wish.token.identity
            self.cancel_after(room.id)
            self.spawn(self._open(room, seat.link), name=f"open {room.id}")

    def _seat(self, wish: Enter) -> Seat:
        room = self._rooms.find(wish.room)
        if wish.token.id not in room.known:
            wish.token.check_age()
        if room.state is RoomState.CLOSING:
            raise Refusal(404, "room_unknown", f"the room {room.id!r} is over")
        speaks = room.is_speaker(wish.token, wish.wanted)
        link = room.link or wish.link
        if room.link is None and not speaks:
            raise Refusal(409, "not_open", "nobody speaks in this room yet: listen later")
        if not _fits(link, wish.link, speaks=speaks):
            text = f"the call is held over {link.name} at {link.output_sample_rate_hz} Hz: come so"
            raise Refusal(409, "other_route", text)
        if not speaks and len(room.audience.connections) >= self._config.max_listeners:
            raise Refusal(429, "too_many_listeners", "so many listen that nobody else can", 30)
        is_back = speaks and room.state is RoomState.OPEN
        return Seat(room, link, wish.token.identity, speaks, resumed=is_back)

    async def _open(self, room: Room, link: CallerLink) -> None:
        wish = room.wish
        try:
            outcome: Job | Refusal = await self._house.open_room(
                room.id,
                ListenedTransport(link, room.audience),
                userdata=wish.userdata,
                in_writing=wish.in_writing,
            )
        except (UserError, StartFailed, AskTimeout, ActorDeadError) as error:
            log.warning("room_not_opened", room=room.id, error=str(error))
            outcome = Refusal(500, "agent_wrong", "the agent could not be opened: see the log")
        self.address.tell(_Opened(room, outcome))

    def _opened(self, room: Room, outcome: Job | Refusal) -> None:
        waiting = self._waiting.pop(room.id, [])
        if isinstance(outcome, Refusal):
            self._rooms.forget(room)
            for reply, _ in waiting:
                reply.fail(outcome)
            return
        room.state, room.job = RoomState.OPEN, outcome
        self.spawn(self._watch(room, outcome), name=f"watch {room.id}")
        for reply, seat in waiting:
            reply.set(seat)

    # ------------------------------------------------------------ the end

    def _close(self, room: Room, reason: str) -> None:
        if room.state is RoomState.PENDING:
            self._forget(room, reason)
        elif room.state is RoomState.OPEN and room.job is not None:
            room.state = RoomState.CLOSING
            room.job.session.hangup(reason)
        elif room.state is RoomState.OPENING:
            raise Refusal(409, "not_open", "the room is about to open: close it then", RETRY_S)

    async def _watch(self, room: Room, job: Job) -> None:
        self.address.tell(_Over(room, await job.closed()))

    def _forget(self, room: Room, reason: str) -> None:
        self.cancel_after(room.id)
        self._rooms.forget(room)
        room.audience.end(OVER, reason)
        if isinstance(room.link, WebSocketTransport):
            room.link.end(OVER, reason)


def _fits(link: CallerLink, wanted: CallerLink, *, speaks: bool) -> bool:
    same_rate = link.output_sample_rate_hz == wanted.output_sample_rate_hz
    if not speaks:
        return same_rate
    same_way = link.name == wanted.name and link.reports_playback == wanted.reports_playback
    return same_way and same_rate
