"""What the STT role tells the Session of its recogniser; texts are in `actors.events`."""

from dataclasses import dataclass
from typing import TypeAlias

from actors.stt_capabilities import SttCapabilities


@dataclass(frozen=True, slots=True)
class RecogniserReady:
    """The recogniser on stage can do this."""

    capabilities: SttCapabilities


@dataclass(frozen=True, slots=True)
class RecogniserBehind:
    """A recogniser hears again what its predecessor did not put into words.

    Texts of what was said until ``through_ns`` are still to come, by ``expect_by_ns``; once that
    has passed it has caught up.
    """

    through_ns: int
    expect_by_ns: int


RecogniserNews: TypeAlias = RecogniserReady | RecogniserBehind
