"""Notices a peer that has vanished without a word.

Sound, or at least reports of its reception (RTCP), come from a peer all the time. ICE itself gives
up only after 30 s (RFC 7675), which is long for somebody who waits in silence.
"""

from dataclasses import dataclass, field
from typing import Final, cast

from aiortc import RTCPeerConnection
from aiortc.stats import RTCTransportStats

LOOK_EVERY_S: Final = 1.0
HELD_UP_S: Final = 2.0
"""A look that comes so late says that we were held up, not that the peer is silent."""


@dataclass(slots=True)
class Liveness:
    """Plain arithmetic on a count of received packets and the seconds of a clock."""

    silent_for_s: float
    """A peer that sends nothing for so long is gone."""
    began_s: float
    _received: int = 0
    _alive_s: float = field(init=False)
    _looked_s: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin with a peer that lives."""
        self._alive_s = self._looked_s = self.began_s

    def is_due(self, now_s: float) -> bool:
        """Whether it is time to look again."""
        return now_s - self._looked_s >= LOOK_EVERY_S

    def look(self, received: int, now_s: float) -> bool:
        """Take the number of packets received so far; return whether the peer is gone."""
        was_held_up = now_s - self._looked_s > HELD_UP_S
        self._looked_s = now_s
        if received != self._received or was_held_up:
            self._received, self._alive_s = received, now_s
        return now_s - self._alive_s >= self.silent_for_s


async def packets_received(connection: RTCPeerConnection) -> int:
    """Count what has come from the peer so far."""
    stats = cast("dict[str, object]", await connection.getStats())
    return sum(one.packetsReceived for one in stats.values() if isinstance(one, RTCTransportStats))
