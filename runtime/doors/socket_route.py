"""The WebSocket of a room: who comes is checked before the upgrade, then carried both ways."""

from dataclasses import dataclass
from typing import Final

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from runtime.doors.doors import PROTOCOL, Doors
from runtime.doors.reception import ENTER_WITHIN_S, Enter, Seat
from runtime.doors.refusal import Refusal
from runtime.doors.room_routes import find_room
from runtime.doors.tokens import Grant
from transports.control import written
from transports.websocket import RATES_HZ, WebSocketTransport

POLICY: Final = 1008


@dataclass(frozen=True, slots=True)
class SocketWish:
    """What a client asks for in the query."""

    in_hz: int
    out_hz: int
    is_reported: bool
    role: str | None

    @classmethod
    def of(cls, socket: WebSocket) -> "SocketWish":
        """Read the query.

        Raises:
            Refusal: a parameter has a value that it cannot have.
        """
        query = socket.query_params
        playback, role = query.get("playback", "sent"), query.get("as")
        if playback not in {"sent", "reported"}:
            raise Refusal(400, "bad_request", "playback is sent or reported")
        if role not in {None, "speaker", "listener"}:
            raise Refusal(400, "bad_request", "as is speaker or listener")
        in_hz, out_hz = _rate(query.get("in", "16000")), _rate(query.get("out", "24000"))
        return cls(in_hz, out_hz, playback == "reported", role)


def _rate(text: str) -> int:
    if text not in {str(rate_hz) for rate_hz in RATES_HZ}:
        known = ", ".join(map(str, RATES_HZ))
        raise Refusal(400, "bad_rate", f"a rate is one of {known} Hz")
    return int(text)


@dataclass(frozen=True, slots=True)
class SocketRoute:
    """Lets people in by WebSocket."""

    doors: Doors

    async def __call__(self, socket: WebSocket) -> None:
        """Serve one connection from its first byte to its last."""
        try:
            wish = SocketWish.of(socket)
            seat = await self._enter(socket, wish)
        except Refusal as refusal:
            await deny(socket, self.doors.refused(refusal))
            return
        protocols = socket.scope.get("subprotocols", ())
        await socket.accept(subprotocol=PROTOCOL if PROTOCOL in protocols else None)
        await self._serve(StarletteWire(socket), seat, wish)

    async def _enter(self, socket: WebSocket, wish: SocketWish) -> Seat:
        token, name = self.doors.token(socket), socket.path_params["room"]
        token.check_grant(Grant.JOIN, Grant.LISTEN, room=name)
        room = find_room(self.doors, name)
        link = WebSocketTransport(
            output_sample_rate_hz=wish.out_hz,
            reports_playback=wish.is_reported,
            rejoin_s=self.doors.config.rejoin_s,
        )
        enter = Enter(room.id, token, link, wish.role)
        return await self.doors.ask(enter, within_s=ENTER_WITHIN_S)

    async def _serve(self, wire: "StarletteWire", seat: Seat, wish: SocketWish) -> None:
        ready = written(
            "ready",
            room=seat.room.id,
            identity=seat.identity,
            role="speaker" if seat.speaks else "listener",
            **{"in": wish.in_hz, "out": wish.out_hz},
            playback="reported" if wish.is_reported and seat.speaks else "sent",
            rejoin_s=self.doors.config.rejoin_s,
            resumed=seat.resumed,
        )
        if seat.speaks and isinstance(seat.link, WebSocketTransport):
            await seat.link.seat.serve(wire, wish.in_hz, greeting=ready)
        else:
            await seat.room.audience.serve(wire, wish.in_hz, greeting=ready)


@dataclass(frozen=True, slots=True)
class StarletteWire:
    """A WebSocket that Starlette has accepted."""

    socket: WebSocket

    async def receive(self) -> bytes | str | None:
        """Return the next message; None once the far end has closed."""
        message = await self.socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        data: bytes | str | None = message.get("bytes")
        return message.get("text", "") if data is None else data

    async def send(self, data: bytes | str) -> None:
        """Send a message.

        Raises:
            ConnectionError: the far end is gone.
        """
        try:
            if isinstance(data, bytes):
                await self.socket.send_bytes(data)
            else:
                await self.socket.send_text(data)
        except WebSocketDisconnect as error:
            raise ConnectionError("the far end is gone") from error

    async def close(self, code: int, reason: str) -> None:
        """Close.

        Raises:
            ConnectionError: the far end is gone.
        """
        if self.socket.client_state is WebSocketState.DISCONNECTED:
            return
        try:
            await self.socket.close(code, reason[:100])
        except WebSocketDisconnect as error:
            raise ConnectionError("the far end is gone") from error


async def deny(socket: WebSocket, refusal: Refusal) -> None:
    """Refuse before the upgrade, with the body that HTTP has if the server can."""
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        response = JSONResponse(refusal.body(), refusal.status, refusal.headers())
        await socket.send_denial_response(response)
    else:
        await socket.close(POLICY, refusal.message[:100])
