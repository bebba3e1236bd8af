"""OpenAI's responses as a language model: the interface that its thinking models are made for.

Nothing is kept at the vendor: each request carries the whole conversation, as with every other
model, so that an understudy can go on with it.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import openai
from openai.types.responses import ResponseStreamEvent

from actors.chat_capabilities import ChatCapabilities
from actors.ports import LanguageModel, Services
from actors.vendor import PROBE_TOKENS, ChatEvent, ChatRequest
from providers.http_client import Outside, outside, refuse_no_stream
from providers.openai.account import given
from providers.openai.llm import OpenAIModel
from providers.openai.responses import ResponseReader, response_input
from providers.tool_shapes import openai_responses_tool


class OpenAIResponsesLLM(OpenAIModel):
    """A model behind responses."""

    name: str = "openai-responses"

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[LanguageModel]:
        """Make the client; the first request connects.

        Raises:
            ProviderError: there is no key (kind ``misconfigured``).
        """
        async with self.client(services) as client:
            yield _ResponsesModel(self, client, services)


class _ResponsesModel:
    """One call's client."""

    def __init__(
        self, config: OpenAIResponsesLLM, client: openai.AsyncOpenAI, services: Services
    ) -> None:
        self._config = config
        self._responses = client.responses
        self._services = services

    @property
    def capabilities(self) -> ChatCapabilities:
        return self._config.capabilities

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        config = self._config
        reader = ResponseReader(config.name)
        with config.failures():
            async with await outside(self._services, self._ask(request)) as stream:
                refuse_no_stream(config.name, stream.response.headers)
                async for event in Outside(self._services, stream):
                    for result in reader.read(event):
                        yield result
            reader.end()

    async def _ask(self, request: ChatRequest) -> openai.AsyncStream[ResponseStreamEvent]:
        config = self._config
        instructions, told = response_input(request)
        tools = cast("list[Any]", [openai_responses_tool(tool) for tool in request.tools])
        effort = config.reasoning_effort
        return await self._responses.create(
            model=config.model,
            input=told,
            instructions=given(instructions or None),
            stream=True,
            store=False,
            tools=given(tools or None),
            parallel_tool_calls=given(config.parallel_tool_calls if tools else None),
            temperature=given(config.temperature),
            top_p=given(config.top_p),
            max_output_tokens=given(PROBE_TOKENS if request.is_probe else config.max_tokens),
            reasoning=openai.omit if effort is None else {"effort": effort},
            extra_body=dict(config.extra),
        )
