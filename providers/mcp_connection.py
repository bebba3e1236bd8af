"""An open connection to an MCP server, by the official SDK; loaded when a server is opened."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import (
    CONNECTION_CLOSED,
    INTERNAL_ERROR,
    CallToolResult,
    TextContent,
    Tool,
)
from pydantic import ValidationError
from pydantic_core import to_json

from actors.ports import Services
from actors.tool_limits import ToolError, ToolLimits
from actors.vendor import FailureKind, ProviderError, ServedTool, ToolSchema
from providers.mcp_servers import McpHttp, McpServer, McpStdio, secret
from providers.mcp_streams import ServerNews, TransportStreams, Watched, standard_error

LONGEST_NAME: Final = 64
"""What OpenAI and Anthropic take as the name of a tool."""
CONNECT_S: Final = 15.0
MOST_PAGES: Final = 20
"""Of a list of tools; a server that never ends it is cut short."""
KEPT_OF_STDERR: Final = 2000


@dataclass(frozen=True, slots=True)
class Opened:
    """A client that has shaken hands, and what its server tells by itself."""

    client: Client
    news: ServerNews


class McpConnection:
    """One open server; satisfies `actors.ports.ToolServer`."""

    def __init__(
        self, config: McpServer, opened: Opened, services: Services, last_words: Callable[[], str]
    ) -> None:
        self._config = config
        self._client = opened.client
        self._services = services
        self._news = opened.news
        self._last_words = last_words
        self._names: dict[str, str] = {}

    async def tools(self) -> tuple[ServedTool, ...]:
        """List the tools that the model may use, under names that a model can be told."""
        listed: list[Tool] = []
        cursor: str | None = None
        with self._services.external_work():
            for _ in range(MOST_PAGES):
                page = await self._client.list_tools(cursor=cursor, cache_mode="bypass")
                listed.extend(page.tools)
                cursor = page.next_cursor
                if cursor is None:
                    break
        allowed = self._config.tools
        wanted = [tool for tool in listed if allowed is None or tool.name in allowed]
        self._names = {
            _model_name(f"{self._config.prefix}{tool.name}"): tool.name for tool in wanted
        }
        return tuple(
            ServedTool(
                ToolSchema(name, tool.description or tool.title or "", dict(tool.input_schema)),
                ToolLimits(timeout_s=self._config.timeout_s, safe=tool.name in self._config.safe),
            )
            for name, tool in zip(self._names, wanted, strict=False)
        )

    async def call(self, name: str, arguments: dict[str, Any]) -> str:
        """Run a tool.

        Raises:
            ToolError: the tool failed, or the server gave what it must not give.
            ProviderError: the connection is lost.
        """
        own_name = self._names.get(name)
        if own_name is None:
            raise ToolError(f"{self._config.name} has no tool {name} any more")
        try:
            with self._services.external_work():
                result = await self._client.call_tool(own_name, arguments)
        except MCPError as error:
            if self._news.is_lost or error.error.code in {CONNECTION_CLOSED, INTERNAL_ERROR}:
                raise self._lost(error.error.message) from error
            raise ToolError(f"{name}: {error.error.message}") from error
        except ValidationError as error:
            first = str(error).splitlines()[0]
            raise ToolError(f"{name}: the server gave no valid result: {first}") from error
        return _read(name, result)

    async def changes(self) -> AsyncIterator[None]:
        """Yield when the list of tools may be another one.

        Raises:
            ProviderError: the connection is lost.
        """
        while await self._news.wait():
            yield
        raise self._lost("the server has closed the connection")

    def _lost(self, why: str) -> ProviderError:
        return ProviderError(self._last_words() or why, kind=FailureKind.CLOSED)


# ---------------------------------------------------------------- opening


@asynccontextmanager
async def open_stdio(config: McpStdio, services: Services) -> AsyncGenerator[McpConnection]:
    """Start the command and shake hands.

    Raises:
        ProviderError: a key is missing, or the server does not come up; its last words are told.
    """
    keys = {name: secret(name, services, needed_by=config.name) for name in config.secrets}
    parameters = StdioServerParameters(
        command=config.command, args=list(config.args), env=config.env | keys, cwd=config.cwd
    )
    async with standard_error() as (errlog, words):
        transport = stdio_client(parameters, errlog)
        try:
            async with _open(transport, services) as opened:
                yield McpConnection(config, opened, services, lambda: words.last)
        except* (OSError, MCPError) as group:
            said = words.last or _first(group)
            raise ProviderError(f"{config.command}: {said}", kind=FailureKind.CLOSED) from group


@asynccontextmanager
async def open_http(config: McpHttp, services: Services) -> AsyncGenerator[McpConnection]:
    """Connect and shake hands.

    Raises:
        ProviderError: a key is missing, or the server cannot be reached.
    """
    headers = dict(config.headers)
    if config.bearer is not None:
        headers["Authorization"] = (
            f"Bearer {secret(config.bearer, services, needed_by=config.name)}"
        )
    timeout = httpx2.Timeout(CONNECT_S, read=config.timeout_s + CONNECT_S)
    async with httpx2.AsyncClient(headers=headers, timeout=timeout) as client:
        transport = streamable_http_client(config.url, http_client=client)
        try:
            async with _open(transport, services) as opened:
                yield McpConnection(config, opened, services, str)
        except* (OSError, MCPError, httpx2.HTTPError) as group:
            raise ProviderError(
                f"{config.url}: {_first(group)}", kind=FailureKind.CLOSED
            ) from group


@asynccontextmanager
async def _open(
    transport: AbstractAsyncContextManager[TransportStreams], services: Services
) -> AsyncGenerator[Opened]:
    news = ServerNews()
    client = Client(Watched(transport, news.lose), message_handler=news.hear)
    async with AsyncExitStack() as stack:
        with services.external_work():
            await stack.enter_async_context(client)
        yield Opened(client, news)


# ---------------------------------------------------------------- what is told


def _first(error: BaseException) -> str:
    """Return in words what went wrong first."""
    match error:
        case BaseExceptionGroup():
            return _first(error.exceptions[0])
        case MCPError():
            return error.message
        case _:
            return str(error) or type(error).__name__


def _model_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:LONGEST_NAME]


def _read(name: str, result: CallToolResult) -> str:
    """Return a result as text for the model: what is no text, as JSON.

    Raises:
        ToolError: the result is an error.
    """
    parts = [
        part.text if isinstance(part, TextContent) else part.model_dump_json(exclude_none=True)
        for part in result.content
    ]
    if not parts and result.structured_content is not None:
        parts = [to_json(result.structured_content, fallback=str).decode()]
    text = "\n".join(parts)
    if result.is_error:
        raise ToolError(text or f"{name} failed and did not say why")
    return text
