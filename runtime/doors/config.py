"""How the doors are set up; no secret is in here."""

import enum
import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class SecondJoiner(enum.Enum):
    """What becomes of somebody who comes into a room in which somebody else speaks."""

    LISTENS = "listens"
    REFUSED = "refused"


def _origin(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^\s/?#@]+", text):
        raise ValueError(
            f"{text!r} is no origin: write scheme and host, as in https://shop.example"
        )
    return text


_HOST = r"[^\s/?:@]+(:[0-9]{1,5})?"
_ICE_URL = re.compile(rf"stuns?:{_HOST}|turns?:{_HOST}(\?transport=(udp|tcp))?")


def _ice_url(text: str) -> str:
    if not _ICE_URL.fullmatch(text):
        raise ValueError(f"{text!r} is no STUN or TURN server: write stun:stun.example.org:3478")
    return text


class IceServer(BaseModel):
    """A STUN or TURN server, in the words of WebRTC; whoever gets a ticket gets its credential."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    urls: Annotated[tuple[Annotated[str, AfterValidator(_ice_url)], ...], Field(min_length=1)]
    username: str | None = None
    credential: Annotated[str | None, Field(repr=False)] = None

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        if any(url.startswith("turn") for url in self.urls) and None in {
            self.username,
            self.credential,
        }:
            raise ValueError(
                f"{self.urls[-1]}: a TURN server needs username and credential: mount the doors by "
                "worker.asgi(DoorConfig(ice_servers=…)) and give them there"
            )
        return self


class DoorConfig(BaseModel):
    """The doors of one worker."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_rooms: Annotated[int, Field(ge=1)] = 50
    """Rooms at a time, pending ones included."""
    max_pending: Annotated[int, Field(ge=1)] = 20
    """Of these, rooms into which nobody has come yet."""
    max_rooms_of_one: Annotated[int, Field(ge=1)] = 5
    """Rooms at a time of one identity."""
    max_listeners: Annotated[int, Field(ge=0)] = 8
    """In one room."""
    max_watchers: Annotated[int, Field(ge=0)] = 8
    """Streams of the tree at a time."""
    pending_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    rejoin_s: Annotated[float, Field(ge=0, le=60)] = 15.0
    token_s: Annotated[int, Field(ge=1, le=86_400)] = 300
    """So long the token of a room lets somebody in for the first time."""
    second_joiner: SecondJoiner = SecondJoiner.LISTENS
    """Unless a room is made with another wish."""
    allowed_origins: frozenset[Annotated[str, AfterValidator(_origin)]] = frozenset()
    """Origins of foreign pages that may talk to the doors, such as ``https://shop.example``."""
    ice_servers: tuple[IceServer, ...] = ()
    video: bool = True
    """Whether to take in the camera of a page that sends it: up to a tenth of a core."""
    is_dev: bool = False
    """Whether actors may be crashed."""
    only_loopback: bool = False
    """Whether it is known that nobody but this machine comes in; then the Host is checked."""

    @property
    def can_crash(self) -> bool:
        """Whether an actor may be crashed on demand."""
        return self.is_dev or self.only_loopback
