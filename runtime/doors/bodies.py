"""What comes and goes as JSON over HTTP: read within bounds, and described for OpenAPI."""

import asyncio
import re
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    field_validator,
)
from pydantic_core import PydanticCustomError
from starlette.requests import ClientDisconnect, Request

from runtime.doors.config import IceServer, SecondJoiner
from runtime.doors.refusal import Refusal
from runtime.doors.tokens import Name
from runtime.errors import complaints

WAY: Final = "^[^/]+(/[^/]+){0,7}$"
"""To an actor, from its room down."""
LARGEST_BODY: Final = 64 * 1024
BODY_WITHIN_S: Final = 10.0
LARGEST_USERDATA: Final = 4096
BodyT = TypeVar("BodyT", bound=BaseModel)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RoomOrder(_Body):
    """A room is wanted; everything may be left out."""

    room: Name | None = None
    identity: Name | None = None
    second_joiner: SecondJoiner | None = None
    in_writing: bool = False
    userdata: dict[str, JsonValue] | None = None

    @field_validator("userdata")
    @classmethod
    def _small(cls, userdata: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
        if userdata is not None and len(repr(userdata)) > LARGEST_USERDATA:
            raise ValueError(f"at most {LARGEST_USERDATA} bytes")
        return userdata


class RoomTicket(_Body):
    """A slot is taken: this lets somebody in."""

    room: str
    identity: str
    token: str
    expires_in_s: int
    pending_s: float
    rejoin_s: float
    websocket: str
    webrtc: str
    ice_servers: tuple[IceServer, ...]
    can_crash: bool


class RoomInfo(_Body):
    """A room as it stands."""

    room: str
    state: Literal["pending", "opening", "open", "closing"]
    identity: str
    route: str
    listeners: int
    age_s: float
    agent_state: str
    user_state: str
    away: bool


class RoomList(_Body):
    """All rooms."""

    rooms: tuple[RoomInfo, ...]


class RoomClosing(_Body):
    """The agent takes its leave."""

    room: str
    state: Literal["closing"] = "closing"


class SayOrder(_Body):
    """Something that the agent shall say."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]
    interruptible: bool = True


class Said(_Body):
    """It will be said when the floor is free."""

    room: str


def _way(text: str) -> str:
    if not re.fullmatch(WAY, text):
        raise PydanticCustomError("way", "write the way down the tree, such as llm-slot/role")
    return text


class CrashOrder(_Body):
    """An actor of the room that shall fall, by the names of the tree."""

    actor: Annotated[
        str, Field(max_length=256, json_schema_extra={"pattern": WAY}), AfterValidator(_way)
    ]


class Crashed(_Body):
    """It was told to fall."""

    actor: str


class SessionDescription(_Body):
    """A WebRTC offer or answer."""

    type: Literal["offer", "answer"]
    sdp: Annotated[str, Field(min_length=1)]


class IceCandidate(BaseModel):
    """A candidate, as browsers name it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    candidate: Annotated[str, Field(max_length=1024)]
    sdpMid: Annotated[str, Field(max_length=64)] | None = None  # noqa: N815 - WebRTC's own name
    sdpMLineIndex: int | None = None  # noqa: N815 - WebRTC's own name


class IceCandidates(_Body):
    """Candidates that come after the offer."""

    candidates: Annotated[tuple[IceCandidate, ...], Field(max_length=32)]


class Health(_Body):
    """Whether the worker lives."""

    ok: bool
    loop_lag_ms: float
    tree: str
    rooms: int


class Readiness(_Body):
    """Whether another room finds a place."""

    ready: bool
    free: int


class TreePicture(_Body):
    """One actor of the tree, and what is below it."""

    name: str
    kind: str
    state: str
    restarts: int
    overloads: int
    mail: int
    oldest_s: float
    dropped: int
    refused: int
    set_aside: int
    last_failure: str
    facts: dict[str, str]
    children: tuple["TreePicture", ...]


class _Error(_Body):
    code: str
    message: str


class ErrorBody(_Body):
    """What went wrong, and what to do."""

    error: _Error


async def read_body(request: Request, kind: type[BodyT]) -> BodyT:
    """Read and check a JSON body; an empty one counts as ``{}``.

    Raises:
        Refusal: it is too big, too late, or not what is wanted.
    """
    try:
        return kind.model_validate_json(await _raw(request) or b"{}")
    except ValidationError as error:
        is_json = all(detail["type"] != "json_invalid" for detail in error.errors())
        code = "bad_request" if is_json else "bad_json"
        raise Refusal(400, code, complaints(error)[:500]) from error


async def _raw(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    text = f"a body has at most {LARGEST_BODY} bytes"
                    raise Refusal(413, "body_too_big", text)
    except (TimeoutError, ClientDisconnect) as error:
        text = f"the body did not come within {BODY_WITHIN_S:g} s"
        raise Refusal(408, "body_late", text) from error
    return bytes(body)


def as_json(body: BaseModel) -> dict[str, Any]:
    """Return a body as JSON takes it."""
    return body.model_dump(mode="json", exclude_none=True)
