"""How much may come in how short a time: so much a second, and a burst."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class TokenBucket:
    """Plain arithmetic on the seconds of a clock that it is told."""

    per_s: float
    burst: float
    _left: float = field(init=False)
    _at_s: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Begin with a whole burst."""
        self._left = self.burst

    def take(self, amount: float, now_s: float) -> bool:
        """Take so much, if it is there."""
        if self._at_s is not None:
            self._left = min(self.burst, self._left + (now_s - self._at_s) * self.per_s)
        self._at_s = now_s
        if amount > self._left:
            return False
        self._left -= amount
        return True
