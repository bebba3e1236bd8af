"""What recognisers differ in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SttCapabilities:
    """What this recogniser can do."""

    interims: bool = True
    """Whether texts come while the caller speaks; without them a turn waits longer for its text."""
    owns_end_of_turn: bool = False
    """Whether its `SttTurnEnded` alone ends a turn; else that only shortens the wait."""
    spans: bool = False
    """Whether its texts tell where they lie: then a hand-over repeats no word."""
    max_rate: float | None = None
    """How many times faster than real time it may be given audio; None: as fast as one can."""
    batch: bool = False
    """Whether it goes over the whole utterance after its end: the longer, the later its Final."""

    past: bool = False
    """Whether it also takes speech that is over as a whole (`HearsPast`), at any pace."""

    def __post_init__(self) -> None:
        """Validate.

        Raises:
            ValueError: slower than real time, so that it could never keep up with a caller.

        """
        if self.max_rate is not None and self.max_rate < 1:
            raise ValueError("a recogniser's max_rate must be at least 1, or None for any pace")
