"""What the doors need of the worker behind them."""

from collections.abc import Sequence
from typing import Any, Protocol

from actors.ports import Transport
from runtime.job import Job
from supervision.address import Address
from supervision.tree import TreeNode


class House(Protocol):
    """The worker, as its doors see it."""

    @property
    def is_up(self) -> bool:
        """Whether it has been entered, and not left."""
        ...

    @property
    def takes_calls(self) -> bool:
        """Whether new rooms are given out; those that were may be come into all the same."""
        ...

    @property
    def rooms(self) -> Sequence[str]:
        """The rooms that are open, whoever opened them."""
        ...

    async def open_room(
        self, room: str, transport: Transport, *, userdata: object = None, in_writing: bool = False
    ) -> Job:
        """Start a job for this room."""
        ...

    async def snapshot(self) -> TreeNode:
        """Return the whole tree as it is now."""
        ...

    def actor(self, *path: str) -> Address[Any] | None:
        """Return the address of an actor, by the names from the root's children down."""
        ...
