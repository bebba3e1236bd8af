"""What the agent's own code does in a simulated call, as far as no public event tells it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from actors.session.outages import OUTAGES
from actors.wishes import Close
from supervision.address import Address, Down
from supervision.messages import ExitReason
from supervision.simulation_loop import Receive


@dataclass(slots=True)
class UserDeeds:
    """Looks at the mail of those who are told of it; give `watch` to the loop."""

    hung_up_at_s: float | None = None
    """When the agent's own code ended the call; None: it did not."""
    tool_falls: list[str] = field(default_factory=list[str])
    """The tools that raised what is neither a `ToolError` nor a timeout, and what it was."""

    def watch(self, address: Address[Any], receive: Receive) -> Receive:
        """Put a handler that looks in the place of one that is told of such deeds."""
        if address.name not in {"session", "llm"}:
            return receive

        def look(message: Any) -> Any:
            self._note(message)
            return receive(message)

        return look

    def _note(self, message: object) -> None:
        match message:
            case Down(key=("tool", str()), reason=ExitReason(error=Exception() as error)):
                told = f"{message.address.name}: {type(error).__name__}: {error}"
                self.tool_falls.append(told)
            case Close(reason) if reason not in OUTAGES.values() and self.hung_up_at_s is None:
                self.hung_up_at_s = asyncio.get_running_loop().time()
            case _:
                pass
