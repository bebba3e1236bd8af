"""The hook runner: the temporary actor in which a piece of user code such as ``on_enter`` runs."""

import asyncio
from collections.abc import Awaitable, Callable

from actors.reports import Failure
from supervision.actor import Actor
from supervision.messages import Exit, ExitReason


class HookRunner(Actor):
    """Awaits one hook and ends.

    What the hook raises ends it as well, and its watcher learns why from `Down`.
    """

    def __init__(self, hook: Callable[[], Awaitable[None]], *, timeout_s: float | None) -> None:
        """Run ``hook``, for at most ``timeout_s`` if given."""
        super().__init__()
        self._hook = hook
        self._timeout_s = timeout_s

    def on_start(self) -> None:
        """Begin at once."""
        self.spawn(self._run(), name="hook")

    async def _run(self) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._hook()
        except asyncio.CancelledError:  # by the hook itself: nothing else would end this actor
            self.stop()
            raise
        self.stop()


def failure_of(where: str, reason: ExitReason) -> Failure | None:
    """Return what is told of user code that came to this end; None if it ended well."""
    if reason.kind in {Exit.NORMAL, Exit.SHUTDOWN}:
        return None
    error = reason.error
    detail = f"{type(error).__name__}: {error}" if error else reason.kind.name.lower()
    return Failure(where, "error", detail)
