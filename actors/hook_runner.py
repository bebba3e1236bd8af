"""The hook runner: the temporary actor in which a piece of user code such as ``on_enter`` runs."""

import asyncio
from collections.abc import Awaitable, Callable

from supervision.actor import Actor


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
