"""What can change in a running call, as a session sees it."""

from collections.abc import Mapping
from typing import Protocol


class Changeable(Protocol):
    """What a call is made of, as far as it can change while it goes on."""

    async def change_component(self, parts: Mapping[str, object]) -> None:
        """Put others in the place of these parts."""
        ...

    async def change_pipeline(self, parts: Mapping[str, object]) -> None:
        """Let the call go on with exactly these parts."""
        ...
