"""What the transport tells the audio track: what was heard, and whether anybody is there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heard:
    """The far end has played this epoch up to this sample."""

    epoch: int
    samples: int


@dataclass(frozen=True, slots=True)
class Silenced:
    """The far end has fallen silent, as it was told once more; what was heard is known."""


@dataclass(frozen=True, slots=True)
class LineState:
    """The caller's connection is lost: play nothing. Or it is back: go on where they last heard."""

    connection: int
    """Which one it is, counted by the transport."""
    is_away: bool
