"""The handle of something that the agent was asked to say: await it, and see how it ended."""

import asyncio
from collections.abc import Generator

from actors.conversation import new_id
from actors.tools.runner import tool_scope


class Utterance:
    """Resolved once, when the utterance is over for whatever reason: at the latest with the call.

    Awaiting it never raises what happened to it.
    """

    def __init__(self) -> None:
        """Make an open handle with a unique id."""
        self.id = new_id("utt")
        self.outcome: str | None = None
        """None while open; then finished, silent, failed, interrupted or dropped.

        Dropped is also what is asked for after the end of the call.
        """
        self.text = ""
        """What was heard of it."""
        self._waiters: list[asyncio.Future[None]] = []

    @property
    def interrupted(self) -> bool:
        """Whether it was cut off."""
        return self.outcome == "interrupted"

    def resolve(self, outcome: str, text: str) -> None:
        """Say how it ended; a second word on it is ignored."""
        if self.outcome is not None:
            return
        self.outcome, self.text = outcome, text
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def __await__(self) -> Generator[object, None, "Utterance"]:
        """Wait until it is over.

        Raises:
            RuntimeError: it is awaited inside a tool, whose reply cannot end before the tool does.
        """
        if self.outcome is None and tool_scope.get() is not None:
            raise RuntimeError(
                "inside a tool say and reply are not awaited: they are heard with the reply that "
                "the tool belongs to, or after it; leave the 'await' out"
            )
        if self.outcome is None:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            yield from waiter
        return self
