"""The live tree of a running worker for `runtime tree` and `runtime top`.

A Unix socket in a folder that only its user may enter. Each line that a client sends is answered
by one line of JSON: who the worker is, and its tree as it is at that moment.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from supervision.actor import Actor
from supervision.reporter import describe
from supervision.tree import TreeNode, render

log = structlog.get_logger(__name__)

MAX_CLIENTS: Final = 8
IDLE_S: Final = 60.0
"""A client that asks nothing for so long is sent away."""
LONGEST_PATH: Final = 100
"""The system refuses a Unix socket whose path is longer than some 104 bytes."""


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What tells one worker from another."""

    pid: int
    agent: str


class TreeSocket(Actor):
    """Answers whoever may open the socket; it looks, and can change nothing."""

    def __init__(
        self, path: Path, facts: WorkerFacts, picture: Callable[[], Awaitable[TreeNode]]
    ) -> None:
        """Listen at ``path``, which is ours to replace; ``picture`` returns the tree."""
        super().__init__()
        self._path = path
        self._facts = facts
        self._picture = picture
        self._clients = 0

    def on_start(self) -> None:
        """Listen in a task of this actor, which closes the socket however the actor ends."""
        self.spawn(self._listen(), name="tree socket")

    async def _listen(self) -> None:
        async with asyncio.TaskGroup() as clients:

            def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                clients.create_task(self._serve(reader, writer))

            try:
                self._make_room()
                server = await asyncio.start_unix_server(connected, self._path)
                self._path.chmod(0o600)
            except OSError as error:  # a call goes on without being looked at
                log.warning("tree_socket_refused", path=str(self._path), error=str(error))
                return
            try:
                await asyncio.get_running_loop().create_future()  # until the actor ends
            finally:
                server.close()
                self._path.unlink(missing_ok=True)

    def _make_room(self) -> None:
        folder = self._path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._path.unlink(missing_ok=True)
        if len(bytes(self._path)) > LONGEST_PATH:
            raise OSError(f"the path is longer than {LONGEST_PATH} bytes")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients += 1
        try:
            # A client that goes away or sleeps ends its own connection and nothing else.
            with contextlib.suppress(ConnectionError, TimeoutError):
                if self._clients <= MAX_CLIENTS:
                    await self._converse(reader, writer)
        finally:
            self._clients -= 1
            writer.transport.abort()  # a client that does not read must not hold up the end

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await self._is_asked(reader):
            answer = worker_picture(self._facts, await self._picture())
            writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
            async with asyncio.timeout(IDLE_S):
                await writer.drain()

    @staticmethod
    async def _is_asked(reader: asyncio.StreamReader) -> bool:
        async with asyncio.timeout(IDLE_S):
            try:
                return await reader.readline() != b""
            except ValueError:  # a line without end
                return False


def worker_picture(facts: WorkerFacts, tree: TreeNode) -> dict[str, Any]:
    """Return what a client is told."""
    return {
        "pid": facts.pid,
        "agent": facts.agent,
        "text": render(tree),
        "tree": node_to_dict(tree),
    }


def node_to_dict(node: TreeNode) -> dict[str, Any]:
    """Return a tree as JSON takes it."""
    mail = node.mailbox
    return {
        "name": node.name,
        "kind": node.kind,
        "state": node.state,
        "restarts": node.restarts,
        "overloads": node.overloads,
        "mail": mail.depth,
        "oldest_s": round(mail.oldest_age_s, 3),
        "dropped": mail.dropped,
        "refused": mail.refused,
        "set_aside": mail.set_aside,
        "last_failure": "" if node.last_failure is None else describe(node.last_failure),
        "facts": dict(node.facts),
        "children": [node_to_dict(child) for child in node.children],
    }
