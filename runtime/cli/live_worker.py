"""A worker as a command runs it: with listeners from the beginning, and open to `runtime tree`."""

import os
import sys
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager

from actors.reports import Report
from runtime.cli.preparation import Prepared
from runtime.cli.tree_client import socket_of
from runtime.config import socket_folder
from runtime.heap import settle
from runtime.tree_socket import TreeSocket, WorkerFacts
from runtime.worker import Worker


@asynccontextmanager
async def live_worker(
    prepared: Prepared, listeners: Iterable[Callable[[Report], None]], *, is_visible: bool = True
) -> AsyncGenerator[Worker]:
    """Run a worker for the agent; invisible on simulated time, which no socket can wait for."""
    async with Worker(prepared.target, settings=prepared.settings) as worker:
        for listener in listeners:
            await worker.subscribe(listener)
        if is_visible and sys.platform != "win32":  # there asyncio has no Unix sockets
            facts = WorkerFacts(os.getpid(), prepared.reference)
            path = socket_of(socket_folder(), facts.pid)
            await worker.open_door("tree", lambda: TreeSocket(path, facts, worker.snapshot))
        settle()
        yield worker
