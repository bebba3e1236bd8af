"""Work that runs beside a block of code and never outlives it."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


@asynccontextmanager
async def running(work: Coroutine[Any, Any, T]) -> AsyncGenerator[asyncio.Task[T]]:
    """Run ``work`` beside the block; the block's end ends it, and waits until it has ended.

    The block asks the task for its result, or for its error, if it wants to know. (A TaskGroup
    would cancel whoever reads the generator that this is used in, in the midst of other things.)
    """
    task = asyncio.get_running_loop().create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # the block has seen it, or does not care
