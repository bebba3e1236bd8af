"""The latest pictures of the caller's camera, to be looked at when somebody asks.

Owned by the call, written by the transport actor, on one loop: no locks. A picture costs nothing
until it is looked at.
"""

from collections import deque
from typing import Final, Protocol

KEPT: Final = 5
MAX_AGE_S: Final = 10.0
"""An older picture shows what is no more; a shared screen that stands still sends few."""


class Picture(Protocol):
    """One picture of a video; the transports give `av.VideoFrame`."""

    @property
    def width(self) -> int:
        """Its width in pixels."""
        ...

    @property
    def height(self) -> int:
        """Its height in pixels."""
        ...


class Camera:
    """Keeps the latest five pictures and when they came."""

    def __init__(self) -> None:
        """Begin in the dark."""
        self._pictures: deque[tuple[float, Picture]] = deque(maxlen=KEPT)

    def show(self, picture: Picture, now_s: float) -> None:
        """Add a picture; the oldest goes."""
        self._pictures.append((now_s, picture))

    def cover(self) -> None:
        """Forget all pictures."""
        self._pictures.clear()

    def latest(self, count: int, now_s: float) -> list[Picture]:
        """Return the latest ``count`` pictures at most, the oldest of them first."""
        fresh = [picture for at_s, picture in self._pictures if now_s - at_s <= MAX_AGE_S]
        return fresh[-count:]
