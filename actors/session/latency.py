"""How long the parts of a turn took, counted from the end of the caller's speech."""

from actors.call_record import Stamps
from actors.reports import TurnLatency


def turn_latency(stamps: Stamps) -> TurnLatency:
    """Return the turn's waterfall in milliseconds; what has not happened is -1."""
    origin = next(
        (at for at in (stamps.speech_end, stamps.final, stamps.commit) if at is not None), 0
    )

    def after(at_ns: int | None) -> int:
        return -1 if at_ns is None else round((at_ns - origin) / 1_000_000)

    return TurnLatency(
        speech_end=after(stamps.speech_end),
        final=after(stamps.final),
        commit=after(stamps.commit),
        first_token=after(stamps.first_token),
        first_audio=after(stamps.first_audio),
        heard=after(stamps.heard),
    )
