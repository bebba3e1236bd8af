"""Anthropic's messages as a language model."""

import re
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, Literal, cast

import anthropic
import httpx2
from anthropic.types import (
    OutputConfigParam,
    RawMessageStreamEvent,
    ThinkingConfigParam,
)
from pydantic import Field, JsonValue

from actors.chat_capabilities import ChatCapabilities, ResumeMode
from actors.ports import LanguageModel, Services
from actors.vendor import PROBE_TOKENS, ChatEvent, ChatRequest, FailureKind, ProviderError
from providers.anthropic.messages import message_turns
from providers.anthropic.stream import MessageReader
from providers.http_client import (
    HttpAccount,
    Outside,
    http_client,
    network_failure,
    outside,
    refuse_no_stream,
)
from providers.http_failures import one_line, status_failure
from providers.tool_shapes import anthropic_tool

ANTHROPIC_URL: Final = "https://api.anthropic.com"
_TAKES_PREFIX: Final = re.compile(
    r"claude-(?:[123](?:\b|-)|(?:opus|sonnet|haiku)-(?:3|4)(?:-[015])?(?:-\d{8})?(?:-latest)?\Z)"
)
"""Models up to 4.5 (platform.claude.com: streaming, "error recovery"; migration guide)."""


class AnthropicLLM(HttpAccount):
    """A Claude model."""

    name: str = "anthropic"
    key_name: str = Field(default="ANTHROPIC_API_KEY", min_length=1)
    base_url: str = Field(default=ANTHROPIC_URL, pattern=r"^https?://")
    model: str = Field(min_length=1)
    max_tokens: int = Field(default=1024, ge=1)
    """The longest answer, thinking included; the vendor demands a number."""
    temperature: float | None = Field(default=None, ge=0, le=1)
    """For the older models: the newer ones refuse it."""
    thinking: Literal["adaptive", "between_tools", "disabled"] | None = None
    """Whether it thinks before the caller hears anything; not every model lets you choose."""
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    parallel_tool_calls: bool = True
    resume: Literal["ask", "prefix"] | None = None
    """How it goes on with an answer that another model has begun; unset: as its name tells.

    Claude 4.5 and earlier write the rest of a last message of their own, unless they think; later
    ones refuse it and are asked in words.
    """
    prompt_caching: bool = False
    """Let the vendor keep the conversation so far: long ones become quicker and cheaper."""
    extra: Mapping[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    """Goes into each request as it is: what only your server or model knows."""

    @property
    def owner(self) -> str:
        """Who owns what a tool call keeps for its model."""
        return f"anthropic {self.model}"

    @property
    def capabilities(self) -> ChatCapabilities:
        """What the model can do."""
        thinks = self.thinking not in {None, "disabled"}
        by_name = "ask" if thinks or not _TAKES_PREFIX.match(self.model) else "prefix"
        return ChatCapabilities(ResumeMode(self.resume or by_name), thinks)

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[LanguageModel]:
        """Make the client; the first request connects.

        Raises:
            ProviderError: there is no key (kind ``misconfigured``).
        """
        client = anthropic.AsyncAnthropic(
            api_key=self.key(services),
            base_url=self.base_url,
            max_retries=0,
            http_client=http_client(),
        )
        async with client:
            yield _Claude(self, client, services)

    @contextmanager
    def failures(self) -> Generator[None]:
        """Tell what the SDK raises in the words of the port.

        Raises:
            ProviderError: for whatever was raised inside that is the vendor's or the network's.
        """
        try:
            yield
        except anthropic.APIStatusError as error:
            raise _refusal(self.name, error) from error
        except anthropic.APIConnectionError as error:
            raise network_failure(self.name, self.base_url, error.__cause__) from error
        except httpx2.HTTPError as error:  # in mid-stream the SDK lets it through
            raise network_failure(self.name, self.base_url, error) from error
        except (ValueError, AttributeError, TypeError) as error:
            # The SDK builds its objects unchecked: what a message lacks shows when it is read.
            text = one_line(f"{self.name}: sent what cannot be read: {error}")
            raise ProviderError(text, kind=FailureKind.PROTOCOL) from error


def _refusal(vendor: str, error: anthropic.APIStatusError) -> ProviderError:
    return status_failure(
        vendor,
        error.status_code,
        error.api_message or error.message,
        codes=(error.type, error.error_code),
        headers=error.response.headers,
    )


class _Claude:
    """One call's client. It keeps no conversation: each request carries all of it."""

    def __init__(
        self, config: AnthropicLLM, client: anthropic.AsyncAnthropic, services: Services
    ) -> None:
        self._config = config
        self._messages = client.messages
        self._services = services

    @property
    def capabilities(self) -> ChatCapabilities:
        return self._config.capabilities

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        config = self._config
        reader = MessageReader(config.name, config.owner)
        with config.failures():
            async with await outside(self._services, self._ask(request)) as stream:
                refuse_no_stream(config.name, stream.response.headers)
                async for event in Outside(self._services, stream):
                    for result in reader.read(event):
                        yield result
            for result in reader.end():
                yield result

    async def _ask(self, request: ChatRequest) -> anthropic.AsyncStream[RawMessageStreamEvent]:
        config = self._config
        system, messages = message_turns(request, config.owner)
        tools = cast("list[Any]", [anthropic_tool(tool) for tool in request.tools])
        one_at_a_time = tools and not config.parallel_tool_calls
        sampling = {} if config.temperature is None else {"temperature": config.temperature}
        return await self._messages.create(
            model=config.model,
            max_tokens=_longest(config, request),
            messages=messages,
            stream=True,
            system=system or anthropic.omit,
            tools=tools or anthropic.omit,
            tool_choice=(
                {"type": "auto", "disable_parallel_tool_use": True}
                if one_at_a_time
                else anthropic.omit
            ),
            thinking=_thinking(config) or anthropic.omit,
            output_config=_output(config) or anthropic.omit,
            cache_control={"type": "ephemeral"} if config.prompt_caching else anthropic.omit,
            extra_body={**sampling, **config.extra},
        )


def _longest(config: AnthropicLLM, request: ChatRequest) -> int:
    """Cut a probe short, unless the limit has to hold its thinking as well."""
    thinks = config.thinking not in {None, "disabled"}
    return PROBE_TOKENS if request.is_probe and not thinks else config.max_tokens


def _thinking(config: AnthropicLLM) -> ThinkingConfigParam | None:
    match config.thinking:
        case None:
            return None
        case "adaptive":
            return {"type": "adaptive"}
        case "between_tools":
            return {"type": "between_tools"}
        case "disabled":
            return {"type": "disabled"}


def _output(config: AnthropicLLM) -> OutputConfigParam | None:
    return None if config.effort is None else {"effort": config.effort}
