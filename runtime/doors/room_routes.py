"""The rooms over HTTP: made, looked at, spoken into, crashed, closed."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.doors.bodies import (
    Crashed,
    CrashOrder,
    RoomClosing,
    RoomInfo,
    RoomList,
    RoomOrder,
    RoomTicket,
    Said,
    SayOrder,
    as_json,
    read_body,
)
from runtime.doors.doors import Doors
from runtime.doors.reception import CloseRoom, Reserve
from runtime.doors.refusal import Refusal
from runtime.doors.rooms import Room, RoomWish
from runtime.doors.tokens import NAME, Grant
from runtime.job import Job

ASK_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class RoomRoutes:
    """One method for each route."""

    doors: Doors

    async def make(self, request: Request) -> Response:
        """Take a slot for a room; the ticket lets somebody in."""
        token = self.doors.token(request)
        token.check(Grant.CREATE)
        order = await read_body(request, RoomOrder)
        owner = order.identity or token.identity
        if owner != token.identity:
            token.check(Grant.ADMIN)
        config = self.doors.config
        wish = RoomWish(
            room=order.room,
            owner=owner,
            second_joiner=order.second_joiner or config.second_joiner,
            in_writing=order.in_writing,
            userdata=order.userdata,
        )
        room = await self.doors.ask(Reserve(wish), within_s=ASK_S)
        base = f"{request.scope.get('root_path', '')}/rooms/{room.id}"
        grants = (Grant.JOIN, Grant.LISTEN)
        ticket = RoomTicket(
            room=room.id,
            identity=owner,
            token=self.doors.desk.issue(owner, grants, lives_s=config.token_s, room=room.id),
            expires_in_s=config.token_s,
            pending_s=config.pending_s,
            rejoin_s=config.rejoin_s,
            websocket=f"{base}/ws",
            webrtc=f"{base}/webrtc",
            ice_servers=config.ice_servers,
            can_crash=config.can_crash and Grant.ADMIN in token.grants,
        )
        return JSONResponse(as_json(ticket), 201)

    async def all(self, request: Request) -> Response:
        """All rooms."""
        self.doors.token(request).check(Grant.ADMIN)
        infos = tuple(self._info(room) for room in self.doors.rooms)
        return JSONResponse(as_json(RoomList(rooms=infos)))

    async def one(self, request: Request) -> Response:
        """One room."""
        room = self._of_guest(request, Grant.JOIN, Grant.LISTEN)
        return JSONResponse(as_json(self._info(room)))

    async def close(self, request: Request) -> Response:
        """Let the agent take its leave."""
        room = self._of_guest(request, Grant.JOIN)
        await self.doors.ask(CloseRoom(room.id, "closed by request"), within_s=ASK_S)
        return JSONResponse(as_json(RoomClosing(room=room.id)), 202)

    async def say(self, request: Request) -> Response:
        """Let the agent say something."""
        room = self._of_admin(request)
        order = await read_body(request, SayOrder)
        self._job_of(room).session.say(order.text, interruptible=order.interruptible)
        return JSONResponse(as_json(Said(room=room.id)), 202)

    async def crash(self, request: Request) -> Response:
        """Let an actor of the room fall (--dev, or on loopback)."""
        room = self._of_admin(request)
        if not self.doors.config.can_crash:
            text = "crash actors with --dev, on loopback, or mount with DoorConfig(is_dev=True)"
            raise Refusal(403, "crash_refused", text)
        order = await read_body(request, CrashOrder)
        self._job_of(room)
        actor = self.doors.house.actor("jobs", room.id, *order.actor.split("/"))
        if actor is None or not actor.is_running:
            raise Refusal(404, "actor_unknown", f"no actor {order.actor!r} runs in {room.id!r}")
        actor.kill()
        return JSONResponse(as_json(Crashed(actor=order.actor)), 202)

    # ------------------------------------------------------------ parts

    def _of_admin(self, request: Request) -> Room:
        self.doors.token(request).check(Grant.ADMIN)
        return self.doors.rooms.find(request.path_params["room"])

    @staticmethod
    def _job_of(room: Room) -> Job:
        if room.job is None:
            raise Refusal(409, "not_open", f"nobody is in the room {room.id!r} yet")
        return room.job

    def _of_guest(self, request: Request, *grants: Grant) -> Room:
        """Return the room of a token, which holds as long as the room lives once it was used."""
        token, name = self.doors.token(request), request.path_params["room"]
        token.check_grant(*grants, room=name)
        room = find_room(self.doors, name)
        if token.id not in room.known:
            token.check_age()
        return room

    @staticmethod
    def _info(room: Room) -> RoomInfo:
        session = None if room.job is None else room.job.session
        link = room.link
        return RoomInfo(
            room=room.id,
            state=room.state.value,
            identity=room.speaker or room.wish.owner,
            route="" if link is None else link.name,
            listeners=len(room.audience.connections),
            age_s=round(asyncio.get_running_loop().time() - room.made_s, 1),
            agent_state="starting" if session is None else session.agent_state,
            user_state="idle" if session is None else session.user_state,
            away=link is not None and link.is_away,
        )


def find_room(doors: Doors, name: str) -> Room:
    """Return a room by the name in a path.

    Raises:
        Refusal: there is none.
    """
    if not NAME.fullmatch(name):
        raise Refusal(404, "room_unknown", "this is no name of a room")
    return doors.rooms.find(name)
