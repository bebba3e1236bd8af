"""Puts RTP packets in order and waits for late ones as briefly as it can: pure arithmetic.

An agent's ears need no playout delay, since nobody listens to them at an even pace. Packets are
therefore passed on at once, and only a gap holds up those behind it, for two packets at most
(40 ms): what is still missing then is lost.
"""

from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

ItemT = TypeVar("ItemT")

HOLD_PACKETS: Final = 2
MAX_JUMP: Final = 500
"""A packet this far (10 s) from the one expected belongs to a new stream of numbers."""
_NUMBERS: Final = 1 << 16


@dataclass(slots=True)
class Reorder(Generic[ItemT]):
    """One stream of packets with 16-bit sequence numbers (RFC 3550, section 5.1)."""

    lost: int = 0
    """Packets that never came, or came too late."""
    _expected: int | None = None
    _held: dict[int, ItemT] = field(default_factory=dict[int, ItemT])

    @property
    def held(self) -> int:
        """How many packets wait for one before them."""
        return len(self._held)

    def push(self, number: int, item: ItemT) -> list[ItemT]:
        """Take a packet and return those that are next, in order; a packet that came twice goes."""
        if self._expected is None:
            self._expected = number
        ahead = (number - self._expected) % _NUMBERS
        behind = _NUMBERS - ahead
        if min(ahead, behind) > MAX_JUMP:
            ready = self._give_up()
            self._expected = (number + 1) % _NUMBERS
            return [*ready, item]
        if behind <= MAX_JUMP and ahead:
            return []
        self._held[number] = item
        ready = self._in_order()
        if len(self._held) > HOLD_PACKETS:
            ready += self._skip_gap()
        return ready

    def _in_order(self) -> list[ItemT]:
        """Take out what follows without a gap."""
        ready: list[ItemT] = []
        while self._expected is not None and self._expected in self._held:
            ready.append(self._held.pop(self._expected))
            self._expected = (self._expected + 1) % _NUMBERS
        return ready

    def _skip_gap(self) -> list[ItemT]:
        """Go on at the nearest packet that is here."""
        start = self._expected or 0
        nearest = min(self._held, key=lambda number: (number - start) % _NUMBERS)
        self.lost += (nearest - start) % _NUMBERS
        self._expected = nearest
        return self._in_order()

    def _give_up(self) -> list[ItemT]:
        """Take out all that is held, in order."""
        ready: list[ItemT] = []
        while self._held:
            ready += self._skip_gap()
        return ready
