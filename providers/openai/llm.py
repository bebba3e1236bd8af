"""OpenAI's chat completions, and every server that speaks like them, as a language model."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final, Literal, cast

import openai
from openai.types.chat import ChatCompletionChunk
from pydantic import Field

from actors.chat_capabilities import ChatCapabilities, ResumeMode
from actors.ports import LanguageModel, Services
from actors.vendor import PROBE_TOKENS, ChatEvent, ChatRequest
from providers.http_client import Outside, outside, refuse_no_stream
from providers.openai.account import OpenAIAccount, given
from providers.openai.chat import ChatReader, begin_answer, chat_messages
from providers.tool_shapes import openai_chat_tool

_THINKS: Final = re.compile(r"o\d|gpt-5(?!\.)")
"""Models that think unless they are told not to."""
_GO_ON: Final = {"continue_final_message": True, "add_generation_prompt": False}


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
    thinks: bool | None = None
    """Whether it may be silent for seconds at first; unset: as effort and name tell."""
    parallel_tool_calls: bool | None = None

    @property
    def capabilities(self) -> ChatCapabilities:
        """What the model can do."""
        effort = self.reasoning_effort
        by_name = effort not in {None, "none"} or (
            effort is None and _THINKS.match(self.model) is not None
        )
        return ChatCapabilities(thinks=by_name if self.thinks is None else self.thinks)


class OpenAILLM(OpenAIModel):
    """A model behind chat completions."""

    resume: Literal["ask", "prefix", "continue_final_message", "prefill"] = "ask"
    """How it goes on with an answer that another model has begun.

    OpenAI's own models are asked in words. ``prefix`` suits Mistral and DeepSeek,
    ``continue_final_message`` vLLM, and ``prefill`` servers that go on with a last message of the
    assistant by themselves, as llama.cpp does.
    """
    include_usage: bool = True
    """Ask for the count of tokens; off for the few servers that refuse the question."""

    @property
    def capabilities(self) -> ChatCapabilities:
        """What the model can do."""
        resume = ResumeMode.ASK if self.resume == "ask" else ResumeMode.PREFIX
        return replace(super().capabilities, resume=resume)

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

    @property
    def capabilities(self) -> ChatCapabilities:
        return self._config.capabilities

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
        messages = chat_messages(request, config.owner)
        if request.goes_on and config.resume == "prefix":
            begin_answer(messages)
        goes_on = request.goes_on and config.resume == "continue_final_message"
        return await self._completions.create(
            model=config.model,
            messages=messages,
            stream=True,
            stream_options={"include_usage": True} if config.include_usage else openai.omit,
            tools=given(tools or None),
            parallel_tool_calls=given(config.parallel_tool_calls if tools else None),
            temperature=given(config.temperature),
            top_p=given(config.top_p),
            max_completion_tokens=given(PROBE_TOKENS if request.is_probe else config.max_tokens),
            reasoning_effort=given(config.reasoning_effort),
            extra_body={**config.extra, **(_GO_ON if goes_on else {})},
        )
