"""The signalling of WebRTC over HTTP: an offer in, an answer out, candidates that come later."""

from dataclasses import dataclass

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.doors.bodies import IceCandidates, SessionDescription, as_json, read_body
from runtime.doors.doors import Doors
from runtime.doors.reception import ENTER_WITHIN_S, Enter, Seat
from runtime.doors.refusal import Refusal
from runtime.doors.room_routes import find_room
from runtime.doors.rooms import RETRY_S, CallerLink
from runtime.doors.tokens import Grant
from transports.control import written
from transports.webrtc.config import IceServer, WebRtcConfig
from transports.webrtc.offer import Candidate, Description, OfferError
from transports.webrtc.peer import PeerError
from transports.webrtc.transport import WebRtcTransport


@dataclass(frozen=True, slots=True)
class WebRtcRoutes:
    """One method for each route."""

    doors: Doors

    async def offer(self, request: Request) -> Response:
        """Answer a WebRTC offer.

        The first one opens the call, another one joins it again.
        """
        token, name = self.doors.token(request), request.path_params["room"]
        token.check_grant(Grant.JOIN, room=name)
        room = find_room(self.doors, name)
        given = await read_body(request, SessionDescription)
        if given.type != "offer":
            raise Refusal(400, "bad_offer", "this is an answer: send an offer")
        try:
            Description.of(given.sdp)  # before a call is opened for it
        except OfferError as error:
            raise Refusal(400, "bad_offer", str(error)) from error
        enter = Enter(room.id, token, self._link(), "speaker")
        seat = await self.doors.ask(enter, within_s=ENTER_WITHIN_S)
        return JSONResponse(as_json(await self._answer(seat, given.sdp)))

    async def candidates(self, request: Request) -> Response:
        """Take candidates that come after the offer."""
        token, name = self.doors.token(request), request.path_params["room"]
        token.check_grant(Grant.JOIN, room=name)
        room = find_room(self.doors, name)
        if token.id not in room.known:
            token.check_age()
        given = await read_body(request, IceCandidates)
        if not isinstance(room.link, WebRtcTransport):
            raise Refusal(409, "not_open", "candidates come after an offer")
        if token.identity != room.speaker:
            raise Refusal(403, "seat_taken", "somebody else speaks in this room")
        found = [
            Candidate(one.candidate, one.sdpMid, one.sdpMLineIndex) for one in given.candidates
        ]
        try:
            await room.link.add_candidates(found)
        except OfferError as error:
            raise Refusal(400, "bad_request", str(error)) from error
        except PeerError as error:
            raise Refusal(409, "not_open", str(error)) from error
        return Response(status_code=204)

    def _link(self) -> CallerLink:
        config = self.doors.config
        servers = tuple(
            IceServer(url=url, username=server.username, credential=_secret(server.credential))
            for server in config.ice_servers
            for url in server.urls
        )
        ways = WebRtcConfig(ice_servers=servers, video=config.video)
        return WebRtcTransport(config=ways, rejoin_s=config.rejoin_s)

    async def _answer(self, seat: Seat, sdp: str) -> SessionDescription:
        ready = written(
            "ready",
            room=seat.room.id,
            identity=seat.identity,
            role="speaker",
            **{"in": seat.link.output_sample_rate_hz, "out": seat.link.output_sample_rate_hz},
            playback="sent",
            rejoin_s=self.doors.config.rejoin_s,
            resumed=seat.resumed,
        )
        assert isinstance(seat.link, WebRtcTransport)
        try:
            answer = await seat.link.answer(sdp, greeting=ready)
        except OfferError as error:
            raise Refusal(400, "bad_offer", str(error)) from error
        except PeerError as error:
            raise Refusal(503, "webrtc_failed", str(error), RETRY_S) from error
        return SessionDescription(type="answer", sdp=answer)


def _secret(text: str | None) -> SecretStr | None:
    return None if text is None else SecretStr(text)
