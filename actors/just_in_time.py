"""When a voice that has fallen silent gets a rival: just in time, not after a fixed wait. Pure.

Silence of a vendor is no harm while the track has audio. The understudy is asked *beside* it when
what is left would just cover the understudy's own first result. Whoever delivers first goes on; so
a hiccup costs a request and nothing else, and those requests have a budget.
"""

from dataclasses import dataclass

QUIET_S = 0.25
"""Less silence than this is how streams are."""
MARGIN_S = 0.1
SHARE = 0.1
"""The share of jobs that may be asked twice."""


def race_in_s(*, quiet_s: float, lead_s: float, draining: bool, first_s: float) -> float | None:
    """Return in how long a rival is needed if nothing comes; None: not as things stand.

    ``quiet_s`` is the silence of the voice so far, ``lead_s`` the audio that was not heard yet,
    ``draining`` whether it is being played, ``first_s`` how long the understudy usually takes.
    """
    enough_s = first_s + MARGIN_S
    if not draining and lead_s >= enough_s:
        return None
    covered_s = lead_s - enough_s if draining else 0.0
    return max(0.0, QUIET_S - quiet_s, covered_s)


@dataclass(slots=True)
class RaceBudget:
    """How often work may be asked for twice: once, and then one job in ten."""

    jobs: int = 0
    races: int = 0

    @property
    def is_open(self) -> bool:
        """Whether another race is within the budget."""
        return self.races < 1 + SHARE * self.jobs
