"""Tools of other programs by the Model Context Protocol (https://modelcontextprotocol.io).

A server is declared in `Agent.mcp_servers`: one that is started as a child process and spoken with
over its standard streams, or one that is reached by streamable HTTP.
"""

import asyncio
import importlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from pydantic import Field, field_validator

from actors.ports import Services, ToolServer
from actors.vendor import FailureKind, ProviderError
from providers.config import Needs, ProviderConfig
from providers.libraries import require_library

LIBRARY: Final = "mcp"
Opener = Callable[["McpServer", Services], AbstractAsyncContextManager[ToolServer]]


class McpServer(ProviderConfig):
    """What both kinds of server have in common; declare one of these kinds."""

    name: str = Field(default="mcp", min_length=1)
    """The name under which logs, events and the tree know it."""
    tools: tuple[str, ...] | None = None
    """Those that the model may use, by the server's names; None: all."""
    prefix: str = Field(default="", pattern=r"^[A-Za-z0-9_-]*$")
    """Put before the name of each tool, so that two servers can have a tool of one name."""
    safe: tuple[str, ...] = ()
    """Those that only look: they may run before the caller's turn is certain, and be cut off."""
    timeout_s: float = Field(default=30.0, gt=0)
    """After this the call goes on without the tool."""

    def needs(self) -> Needs:
        """Name the library, which is an extra."""
        return Needs(libraries=(LIBRARY,), extra=LIBRARY)

    async def _open_by(self, opener: str) -> Opener:
        """Load the SDK beside the loop: it takes half a second."""
        require_library(LIBRARY, needed_by=type(self).__name__, extra=LIBRARY)
        connection: Any = await asyncio.to_thread(
            importlib.import_module, "providers.mcp_connection"
        )
        return getattr(connection, opener)


class McpStdio(McpServer):
    """A server that is a command: started with the call, ended with it."""

    command: str = Field(min_length=1)
    args: tuple[str, ...] = ()
    env: dict[str, str] = Field(default_factory=dict)
    """Its environment, besides HOME, PATH and the like; nothing else is passed on."""
    secrets: tuple[str, ...] = ()
    """Keys that are put into its environment, such as ``GITHUB_TOKEN``."""
    cwd: Path | None = None

    def needs(self) -> Needs:
        """Name its keys as well."""
        return Needs(libraries=(LIBRARY,), extra=LIBRARY, secrets=self.secrets)

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[ToolServer]:
        """Start the command and shake hands.

        Raises:
            ProviderError: the SDK or a key is missing, or the server does not come up.
        """
        opener = await self._open_by("open_stdio")
        async with opener(self, services) as server:
            yield server


class McpHttp(McpServer):
    """A server that is reached by streamable HTTP."""

    url: str
    headers: dict[str, str] = Field(default_factory=dict)
    bearer: str | None = None
    """The name of a key that is sent as the bearer's token."""

    @field_validator("url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("it must begin with http:// or https://")
        return url

    def needs(self) -> Needs:
        """Name its key as well."""
        secrets = () if self.bearer is None else (self.bearer,)
        return Needs(libraries=(LIBRARY,), extra=LIBRARY, secrets=secrets)

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[ToolServer]:
        """Connect and shake hands.

        Raises:
            ProviderError: the SDK or a key is missing, or the server cannot be reached.
        """
        opener = await self._open_by("open_http")
        async with opener(self, services) as server:
            yield server


def secret(name: str, services: Services, *, needed_by: str) -> str:
    """Return a key that the worker was given.

    Raises:
        ProviderError: it was not.
    """
    value = services.secret(name)
    if value is None:
        raise ProviderError(
            f"{needed_by}: there is no key {name}: put it into .env or the environment",
            kind=FailureKind.MISCONFIGURED,
        )
    return value
