"""``runtime token``: a token of the doors, for a script or a test."""

from collections.abc import Iterable
from pathlib import Path

from runtime.config import Settings, environment
from runtime.doors.tokens import Grant, TokenDesk
from runtime.errors import UserError


def signed_token(
    folder: Path, identity: str, grants: Iterable[str], *, room: str | None, lives_s: int
) -> str:
    """Return a token signed with the secret of the environment, or of ``.env`` in the folder.

    Raises:
        UserError: there is no secret, a name is none, or a grant lacks its room.
    """
    secret = Settings.from_environment(environment(folder)).door_secret
    if secret is None:
        raise UserError(
            "set UNDERSTUDY_SECRET to what the worker has (make one: openssl rand -hex 32)"
        )
    wanted = [Grant(grant) for grant in grants]
    if room is None and not {Grant.JOIN, Grant.LISTEN}.isdisjoint(wanted):
        raise UserError("join and listen hold for one room: say which one with --room ROOM")
    return TokenDesk(secret).issue(identity, wanted, lives_s=lives_s, room=room)
