"""Who lets the curtain fall, and tells the log of it."""

import structlog

from runtime.job import Job
from supervision.actor import Actor
from supervision.address import Down

log = structlog.get_logger(__name__)


class CurtainPuller(Actor):
    """Is told the end of each room's tree, which is monitored with the job as the key.

    It belongs to the worker: in whatever way a tree ends, it cannot tell of it itself.
    """

    def on_receive(self, message: Down) -> None:
        """Let it fall."""
        match message.key:
            case Job() as job:
                job.session.curtain.fall()
                log.info("room closed", room=job.room, why=job.why_ended(message.reason))
            case _:
                pass
