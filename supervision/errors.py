"""What can go wrong between actors: each error says who raises it and what to do.

Several are named for what happened (`MailboxFull`, like `queue.Full`) rather than `...Error`.
"""

from __future__ import annotations

from pykka import ActorDeadError

__all__ = [
    "ActorDeadError",
    "AskTimeout",
    "BlockingCallError",
    "HandlerInterrupted",
    "MailboxFull",
    "RestartIntensityExceeded",
    "StartFailed",
]


class MailboxFull(Exception):
    """Raised by ``ask`` and ``send`` when the receiver has no room: slow down or give up."""


class BlockingCallError(RuntimeError):
    """Raised by a blocking call on a loop's thread: await the twin that the text names."""


class AskTimeout(TimeoutError):
    """Raised by ``ask`` and ``stop`` when the receiver did not answer in time."""


class HandlerInterrupted(Exception):
    """Raised to an asker whose handler was cut short by ``Address.interrupt``."""


class StartFailed(Exception):
    """Raised by ``start`` when the actor did not come up: its cause is the actor's own error."""


class RestartIntensityExceeded(Exception):
    """Raised by a supervisor that gave up restarting: handled by the supervisor above it."""
