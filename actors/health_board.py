"""The health board: what the rooms of one worker have learnt of the vendors that they share.

A hint, no verdict: a room whose vendor fails elsewhere asks its understudy first, instead of
waiting out a deadline of its own; and one room at a time tries whether the vendor is well again.
One loop writes and reads it, like a table of Erlang's ETS: no locks.
"""

from collections import deque
from dataclasses import dataclass, field

from actors.vendor import FailureKind

SUSPECT_FAILURES = 3
SUSPECT_WITHIN_S = 30.0
PROBE_WITHIN_S = 10.0
"""How long a probe may take before another room may try."""
_OF_THE_REQUEST = frozenset({FailureKind.REJECTED})


@dataclass(slots=True)
class _Standing:
    fell_at_s: deque[float] = field(default_factory=lambda: deque[float](maxlen=SUSPECT_FAILURES))
    rests_until_s: float = 0.0
    probed_at_s: float | None = None


def health_key(provider: object) -> str:
    """Return the key of a declared provider: equal declarations share vendor, account, endpoint.

    A provider whose text hides its key tells accounts apart by an ``account`` of its own.
    """
    kind, account = type(provider), getattr(provider, "account", "")
    return f"{kind.__module__}.{kind.__qualname__} {provider!r} {account}"


class HealthBoard:
    """Vendors by key: the same vendor, account and endpoint have the same one."""

    def __init__(self) -> None:
        """Begin without suspicion; only vendors that failed take room."""
        self._standings: dict[str, _Standing] = {}

    def fell(
        self, key: str, kind: FailureKind, *, now_s: float, retry_after_s: float | None = None
    ) -> None:
        """Note a failure in one of the rooms."""
        if kind in _OF_THE_REQUEST:
            return
        standing = self._standings.setdefault(key, _Standing())
        standing.probed_at_s = None
        if retry_after_s is not None:
            standing.rests_until_s = max(standing.rests_until_s, now_s + retry_after_s)
        if kind is not FailureKind.RATE_LIMITED:
            standing.fell_at_s.append(now_s)

    def well(self, key: str) -> None:
        """Note that it did a job."""
        self._standings.pop(key, None)

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all is suspected: the usual case, asked for every piece of work."""
        return not self._standings

    def is_suspect(self, key: str, *, now_s: float) -> bool:
        """Whether a room that has somebody else should ask that one first."""
        standing = self._standings.get(key)
        if standing is None:
            return False
        fell = standing.fell_at_s
        fails = len(fell) == SUSPECT_FAILURES and now_s - fell[0] <= SUSPECT_WITHIN_S
        return fails or now_s < standing.rests_until_s

    def claim_probe(self, key: str, *, now_s: float) -> bool:
        """Return whether the caller may try the vendor now; it tells `well` or `fell` after."""
        standing = self._standings.get(key)
        if standing is None:
            return True
        probed_at_s = standing.probed_at_s
        if probed_at_s is not None and now_s - probed_at_s < PROBE_WITHIN_S:
            return False
        standing.probed_at_s = now_s
        return True
