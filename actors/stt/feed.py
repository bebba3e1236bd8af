"""What a recogniser is to hear: a bounded queue with one reader, as an async iterator."""

import asyncio
from collections import deque

from actors.vendor import SttInput


class Feed:
    """Frames and marks in order, fifty a second: an `asyncio.Queue` does more than is needed.

    An iterator and no generator, which would need a finaliser when it is dropped.
    """

    def __init__(self, limit: int) -> None:
        """Hold at most ``limit`` inputs."""
        self._limit = limit
        self._inputs: deque[SttInput] = deque()
        self._reader: asyncio.Future[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether the reader is as far behind as it may be."""
        return len(self._inputs) >= self._limit

    def put(self, given: SttInput) -> None:
        """Add an input; there must be room."""
        self._inputs.append(given)
        reader = self._reader
        if reader is not None and not reader.done():
            reader.set_result(None)

    def __aiter__(self) -> "Feed":
        """Return itself."""
        return self

    async def __anext__(self) -> SttInput:
        """Return the next input, as soon as there is one."""
        while not self._inputs:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        return self._inputs.popleft()
