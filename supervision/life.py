"""What an address needs of the incarnation that answers at it."""

from __future__ import annotations

from typing import Any, Protocol

import pykka

from supervision.messages import Exit


class Life(Protocol):
    """What an address needs of the incarnation that answers at it; any thread may call it."""

    handling_since_s: float | None

    @property
    def ref(self) -> pykka.ActorRef[Any]:
        """Return the incarnation's Pykka ref."""
        ...

    def interrupt(self) -> None:
        """Cancel the handler in flight."""
        ...

    def kill(self, kind: Exit) -> None:
        """End at once."""
        ...

    def shut_down(self, deadline_s: float) -> None:
        """End in order, and be killed at the deadline."""
        ...
