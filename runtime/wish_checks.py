"""What user code may ask of a session, checked where it asks: one line instead of a fallen call."""

from collections.abc import Iterable

from actors.choice import choice
from actors.conversation import ImagePart
from actors.reports import EVENTS, Event
from actors.wishes import PcmStream, Recording
from runtime.errors import UserError


def checked_text(call: str, value: object) -> str:
    """Return a text.

    Raises:
        UserError: it is none.
    """
    if not isinstance(value, str):
        raise UserError(f"{call} takes a text, not {_kind(value)}")
    return value


def checked_audio(value: object) -> Recording | PcmStream | None:
    """Return audio that can be played.

    Raises:
        UserError: it is something else.
    """
    if value is None or isinstance(value, Recording | PcmStream):
        return value
    how = "Recording(pcm, sample_rate_hz) or PcmStream(chunks, sample_rate_hz)"
    raise UserError(f"say takes audio as {how}, not {_kind(value)}")


def checked_images(values: Iterable[object]) -> tuple[ImagePart, ...]:
    """Return images for a reply.

    Raises:
        UserError: one of them is none.
    """
    images: list[ImagePart] = []
    for value in values:
        if not isinstance(value, ImagePart):
            raise UserError(f"reply takes images as ImagePart, not {_kind(value)}")
        images.append(value)
    return tuple(images)


def checked_kinds(call: str, kinds: Iterable[object]) -> tuple[type[Event], ...]:
    """Return kinds of events, which may be named: ``"turn_committed"`` is `TurnCommitted`.

    Raises:
        UserError: there is no such event.
    """
    return tuple(_checked_kind(call, kind) for kind in kinds)


def _checked_kind(call: str, kind: object) -> type[Event]:
    if isinstance(kind, str) and kind in EVENTS:
        return EVENTS[kind]
    for known in EVENTS.values():
        if kind is known:
            return known
    raise UserError(
        f"{call} takes events by their class (of actors.reports) or name, not {_kind(kind)}; "
        f"{choice(kind, EVENTS)}"
    )


def _kind(value: object) -> str:
    return f"{value!r:.80} ({type(value).__name__})"
