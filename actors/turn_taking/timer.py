"""The alarms that the machine sets, and what it is told when one goes off."""

import enum
from dataclasses import dataclass


class TimerName(enum.StrEnum):
    """The machine's alarms; one of each at most. Texts, for they are the keys of many dicts."""

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
