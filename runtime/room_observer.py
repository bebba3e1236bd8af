"""What befalls the tree of a room, told as public events of the room."""

from collections.abc import Callable

from actors.reports import ActorRestarted, Failure, Report
from supervision.reporter import describe
from supervision.supervision_events import ChildFailed, ChildRestarted, GaveUp, SupervisionEvent


class RoomObserver:
    """Called with each event of the room's supervisors."""

    def __init__(
        self, room: str, publish: Callable[[Report], None], now_ns: Callable[[], int]
    ) -> None:
        """Publish, with the time, what is worth telling."""
        self._room = room
        self._publish = publish
        self._now_ns = now_ns
        self._why: dict[str, str] = {}

    def __call__(self, event: SupervisionEvent) -> None:
        """Tell of a restart, with why it had fallen, and of who was given up."""
        match event:
            case ChildFailed(supervisor=parent, child=child, reason=reason):
                self._why[f"{parent}/{child}"] = describe(reason)
                return
            case ChildRestarted(supervisor=parent, child=child, restarts=restarts):
                reason = self._why.pop(f"{parent}/{child}", "")
                happened = ActorRestarted(f"{parent}/{child}", reason, restarts)
            case GaveUp(child=child, restarts=restarts):
                happened = Failure("job", "gave_up", f"{child} fell {restarts} times")
            case _:
                return
        self._publish(Report(self._now_ns(), self._room, 0, happened))
