"""Room tokens: JWTs that say who comes, into which room, and what they may do there."""

import enum
import re
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias

import jwt
from pydantic import BaseModel, Field

from actors.choice import choice
from runtime.doors.refusal import Refusal
from runtime.errors import UserError

ISSUER: Final = "understudy"
ALGORITHM: Final = "HS256"
SHORTEST_SECRET: Final = 32
LONGEST_TOKEN: Final = 4096
NAME: Final = re.compile(r"[A-Za-z0-9._@-]{1,64}")
Name: TypeAlias = Annotated[str, Field(pattern=rf"^{NAME.pattern}$")]
NAME_RULE: Final = "1 to 64 characters of A-Z a-z 0-9 . _ @ -"


class Grant(enum.Enum):
    """What a token allows."""

    CREATE = "create"
    """Open rooms."""
    JOIN = "join"
    """Talk in the token's room."""
    LISTEN = "listen"
    """Hear the token's room."""
    ADMIN = "admin"
    """Everything, in every room."""


class _Claims(BaseModel):
    """What must be in a token for us to read it; others may say more."""

    sub: Name
    grants: frozenset[Grant]
    room: Name | None = None
    exp: float
    jti: Annotated[str, Field(min_length=1, max_length=64)]


@dataclass(frozen=True, slots=True)
class Token:
    """Who comes, as a valid signature says."""

    identity: str
    grants: frozenset[Grant]
    room: str | None
    id: str
    is_expired: bool = False

    def has(self, *grants: Grant) -> bool:
        """Tell whether one of these is granted; `Grant.ADMIN` grants all."""
        return Grant.ADMIN in self.grants or not self.grants.isdisjoint(grants)

    def check_age(self) -> None:
        """Refuse a token that is too old to come in for the first time.

        Raises:
            Refusal: it is expired.
        """
        if self.is_expired:
            raise Refusal(401, "token_expired", "the token is expired: get a new one")

    def check(self, *grants: Grant, room: str | None = None) -> None:
        """Refuse what the token does not allow.

        Raises:
            Refusal: it is expired, lacks these grants, or is for another room.
        """
        self.check_age()
        self.check_grant(*grants, room=room)

    def check_grant(self, *grants: Grant, room: str | None = None) -> None:
        """Refuse what the token does not allow, whatever its age.

        Raises:
            Refusal: it lacks these grants, or is for another room.
        """
        if not self.has(*grants):
            wanted = " or ".join(grant.value for grant in grants)
            raise Refusal(403, "grant_missing", f"the token needs the grant {wanted}")
        if room is not None and room != self.room and Grant.ADMIN not in self.grants:
            raise Refusal(403, "wrong_room", f"the token is not for the room {room!r}")


class TokenDesk:
    """Signs tokens and reads them."""

    def __init__(self, secret: str | None = None) -> None:
        """Use this secret, or one that nobody else knows and that ends with the process.

        Raises:
            UserError: the secret is too short to keep anybody out.
        """
        if secret is not None and len(secret.encode()) < SHORTEST_SECRET:
            raise UserError(
                f"UNDERSTUDY_SECRET has {len(secret.encode())} bytes: give it at least "
                f"{SHORTEST_SECRET}, such as from: openssl rand -hex 32"
            )
        self._secret = secret or secrets.token_hex(SHORTEST_SECRET)

    def issue(
        self,
        identity: str,
        grants: Collection[Grant | str],
        *,
        lives_s: int,
        room: str | None = None,
    ) -> str:
        """Return a token.

        Raises:
            UserError: the identity or the room is no name, or there is no such grant.
        """
        for what in (identity, room):
            if what is not None and not NAME.fullmatch(what):
                raise UserError(f"{what!r} is no name: {NAME_RULE}")
        now_s = int(_wall_clock_s())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "sub": identity,
            "grants": sorted(_as_grant(grant).value for grant in grants),
            "iat": now_s,
            "exp": now_s + lives_s,
            "jti": secrets.token_hex(8),
        }
        if room is not None:
            claims["room"] = room
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def read(self, text: str | None) -> Token:
        """Return what a token says; of an expired one as well, which is marked.

        Raises:
            Refusal: there is none, or it is not ours.
        """
        if not text:
            raise Refusal(401, "token_missing", "send a token: Authorization: Bearer …")
        try:
            return self._decoded(text[: LONGEST_TOKEN + 1])
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Refusal(401, "token_invalid", "the token is not valid here") from error

    def _decoded(self, text: str) -> Token:
        if len(text) > LONGEST_TOKEN:
            raise ValueError("too long")
        given = jwt.decode(
            text,
            self._secret,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            options={"require": ["exp", "iat", "sub", "jti"], "verify_exp": False},
        )
        claims = _Claims.model_validate(given)
        is_expired = claims.exp <= _wall_clock_s()
        return Token(claims.sub, claims.grants, claims.room, claims.jti, is_expired)


def _as_grant(grant: Grant | str) -> Grant:
    known = [each.value for each in Grant]
    if isinstance(grant, str) and grant not in known:
        raise UserError(f"{grant!r} is no grant; {choice(grant, known)}")
    return Grant(grant)


def _wall_clock_s() -> float:
    """Return the time of day: tokens are compared with the clocks of other machines."""
    return time.time()  # noqa: TID251 - a JWT's times are of the wall clock
