"""What the STT role's timers remind it of."""

from dataclasses import dataclass

from actors.stt.replay import Mark


@dataclass(frozen=True, slots=True)
class Overdue:
    """This attempt should have said something since the mark by now.

    ``consumed``: how far it was when the time began.
    """

    attempt: int
    mark: Mark
    consumed: int = 0


@dataclass(frozen=True, slots=True)
class More:
    """The pace of this attempt allows more."""

    attempt: int
