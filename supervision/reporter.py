"""Says what happens to the children: to the log, and to the observer of the spec."""

from collections.abc import Callable

import structlog

from supervision.family import Child
from supervision.messages import ExitReason
from supervision.supervision_events import (
    ChildAbandoned,
    ChildFailed,
    ChildOverloaded,
    ChildRestarted,
    GaveUp,
    SupervisionEvent,
)

log = structlog.get_logger(__name__)


class Reporter:
    """The voice of one supervisor."""

    def __init__(
        self, supervisor: str, on_event: Callable[[SupervisionEvent], None] | None
    ) -> None:
        self._supervisor = supervisor
        self._on_event = on_event
        self._log = log.bind(supervisor=supervisor)  # once: binding costs more than it says

    def failed(self, child: Child, reason: ExitReason, restart_in_s: float | None) -> None:
        """Report an end that nobody asked for."""
        self._log.warning(
            "child failed",
            child=child.spec.id,
            reason=reason.kind.name,
            restart_in_s=restart_in_s,
            exc_info=reason.error,
        )
        if self._on_event is not None:  # made for an observer only: this is on the way to a restart
            self._on_event(
                ChildFailed(
                    supervisor=self._supervisor,
                    child=child.spec.id,
                    reason=reason,
                    incarnation=child.incarnation,
                    restart_in_s=restart_in_s,
                )
            )

    def failed_to_stop(self, child: Child, reason: ExitReason) -> None:
        """Report an end that came otherwise than it was asked for; nothing follows from it."""
        self._log.warning(
            "child failed while it stopped",
            child=child.spec.id,
            reason=reason.kind.name,
            exc_info=reason.error,
        )

    def restarted(self, child: Child, down_s: float) -> None:
        """Report that a child is up again."""
        self._log.info("child restarted", child=child.spec.id, down_s=down_s)
        self._tell(
            ChildRestarted(
                supervisor=self._supervisor,
                child=child.spec.id,
                incarnation=child.incarnation,
                restarts=child.restarts,
                down_s=down_s,
            )
        )

    def abandoned(self, child: Child) -> None:
        """Report a child that was killed and does not end."""
        self._log.error("child abandoned", child=child.spec.id)
        self._tell(
            ChildAbandoned(
                supervisor=self._supervisor, child=child.spec.id, incarnation=child.incarnation
            )
        )

    def overloaded(self, child: Child) -> None:
        """Report a child that had no room for a told message."""
        self._log.warning("child overloaded", child=child.spec.id)
        self._tell(
            ChildOverloaded(
                supervisor=self._supervisor, child=child.spec.id, overloads=child.overloads
            )
        )

    def overdue(self, child: Child) -> None:
        """Report a child that is killed since its handler does not return."""
        self._log.warning("handler overdue", child=child.spec.id)

    def refused(self, child_id: str, problem: Exception) -> None:
        """Report a child that is not even tried."""
        self._log.warning("child refused", child=child_id, problem=str(problem))

    def gave_up(self, child: Child, restarts: int, within_s: float) -> None:
        """Report that there were too many restarts."""
        self._log.error("supervisor gave up", child=child.spec.id)
        self._tell(
            GaveUp(
                supervisor=self._supervisor,
                child=child.spec.id,
                restarts=restarts,
                within_s=within_s,
            )
        )

    def _tell(self, event: SupervisionEvent) -> None:
        if self._on_event is not None:
            self._on_event(event)


def describe(reason: ExitReason) -> str:
    """Return an end in a few words."""
    kind = reason.kind.name.lower()
    return kind if reason.error is None else f"{kind} ({reason.error!r})"
