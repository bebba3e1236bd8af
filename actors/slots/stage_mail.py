"""What a stage manager is told of performers, by their ends and by its own timers."""

from dataclasses import dataclass

from actors.call import AnyAddress
from actors.vendor import FailureKind, ProviderError
from supervision.address import Down


@dataclass(frozen=True, slots=True)
class Wake:
    """A rest is over, or a return is due.

    It carries its time, which a timer may miss by a rounding error.
    """

    at_s: float


@dataclass(frozen=True, slots=True)
class TooLate:
    """The performer of this start should have been ready, or proven, by now."""

    name: str
    address: AnyAddress
    probe: int | None = None


@dataclass(frozen=True, slots=True)
class Fall:
    """A performer fell."""

    name: str
    kind: FailureKind
    detail: str


def what_happened(down: Down) -> tuple[FailureKind, str, float | None]:
    """Return the kind of a failure, what was said of it, and for how long not to ask again."""
    error = down.reason.error
    if isinstance(error, ProviderError):
        return error.kind, str(error), error.retry_after_s
    if error is not None:
        return FailureKind.ERROR, f"{type(error).__name__}: {error}", None
    return FailureKind.CRASH, down.reason.kind.name.lower(), None
