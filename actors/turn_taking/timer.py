"""The alarms that the machine sets, and what it is told when one goes off."""

import enum
from dataclasses import dataclass


class TimerName(enum.Enum):
    """The machine's alarms; one of each at most."""

    TURN = "turn"
    HOLD = "hold"
    MAX_TURN = "max_turn"
    BARGE = "barge"
    DECIDE = "decide"
    RESUME = "resume"
    STALL = "stall"
    DTMF = "dtmf"
    WAKE = "wake"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Timer:
    """An alarm went off; it comes after the other inputs of its instant."""

    name: TimerName
