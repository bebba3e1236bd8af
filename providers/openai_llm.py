"""OpenAI's chat completions, and every server that speaks like them, as a language model."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Literal, cast

import openai
from openai.types.chat import ChatCompletionChunk
from pydantic import Field

from actors.ports import LanguageModel, Services
from actors.vendor import PROBE_TOKENS, ChatEvent, ChatRequest
from providers.http_client import Outside, outside, refuse_no_stream
from providers.openai_account import OpenAIAccount, given
from providers.openai_chat import ChatReader, chat_messages
from providers.tool_shapes import openai_chat_tool


class OpenAIModel(OpenAIAccount):
    """The options that both of OpenAI's interfaces to a language model know."""

    model: str = Field(min_length=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    """The longest answer, thinking included."""
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = (
        None
    )
    """How much a thinking model thinks before the caller hears anything."""
    parallel_tool_calls: bool | None = None


class OpenAILLM(OpenAIModel):
    """A model behind chat completions."""

    include_usage: bool = True
    """Ask for the count of tokens; off for the few servers that refuse the question."""

    @property
    def owner(self) -> str:
        """Who owns what a tool call keeps for its model."""
        return f"chat {self.model}"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[LanguageModel]:
        """Make the client; the first request connects.

        Raises:
            ProviderError: there is no key (kind ``misconfigured``).
        """
        async with self.client(services) as client:
            yield _ChatModel(self, client, services)


class _ChatModel:
    """One call's client. It keeps no conversation: each request carries all of it."""

    def __init__(self, config: OpenAILLM, client: openai.AsyncOpenAI, services: Services) -> None:
        self._config = config
        self._completions = client.chat.completions
        self._services = services

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        config = self._config
        reader = ChatReader(config.name, config.owner)
        with config.failures():
            async with await outside(self._services, self._ask(request)) as stream:
                refuse_no_stream(config.name, stream.response.headers)
                async for chunk in Outside(self._services, stream):
                    for delta in reader.read(chunk):
                        yield delta
            for event in reader.end():
                yield event

    async def _ask(self, request: ChatRequest) -> openai.AsyncStream[ChatCompletionChunk]:
        config = self._config
        tools = cast("list[Any]", [openai_chat_tool(tool) for tool in request.tools])
        return await self._completions.create(
            model=config.model,
            messages=chat_messages(request, config.owner),
            stream=True,
            stream_options={"include_usage": True} if config.include_usage else openai.omit,
            tools=given(tools or None),
            parallel_tool_calls=given(config.parallel_tool_calls if tools else None),
            temperature=given(config.temperature),
            top_p=given(config.top_p),
            max_completion_tokens=given(PROBE_TOKENS if request.is_probe else config.max_tokens),
            reasoning_effort=given(config.reasoning_effort),
            extra_body=dict(config.extra),
        )
