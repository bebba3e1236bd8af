"""What a test says of an agent's surroundings: the model's replies, and tools that only pretend."""

import inspect
import itertools
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from actors.chat_capabilities import ChatCapabilities
from actors.conversation import Message, ToolCall
from actors.ports import LanguageModel, Provider, Services
from actors.vendor import ChatEvent, ChatRequest, FailureKind, ProviderError
from providers.scripted_llm import Reply, ScriptedLLM
from runtime.agent import Agent
from runtime.agent_config import AgentConfig
from runtime.errors import UserError
from runtime.tools import FunctionTool, as_tool

ModelScript: TypeAlias = Sequence[Reply | ToolCall] | Provider[Any]
"""The replies of the model, one for each request, or a provider that stands in for it."""

_call_ids = itertools.count(1)


def tool_call(tool: str, /, **arguments: object) -> ToolCall:
    """Return a step of a model's reply in which it calls a tool with these arguments."""
    return ToolCall(call_id=f"call-{next(_call_ids)}", name=tool, arguments=json.dumps(arguments))


def as_model(script: ModelScript) -> Provider[Any]:
    """Return the provider that plays the script.

    Raises:
        UserError: a single text was given, where a list of replies was meant.
    """
    if isinstance(script, str):
        raise UserError(f"llm={script!r}: give a list of replies, one for each request")
    if isinstance(script, Sequence):
        replies = [[step] if isinstance(step, ToolCall) else step for step in script]
        return _Script(replies=replies, afterwards="silence")
    return script


def unplayed(model: Provider[Any]) -> str | None:
    """Say in what a scripted model and its script differ at the end of a call; None: in nothing."""
    if not isinstance(model, ScriptedLLM) or model.afterwards != "silence":
        return None
    used, there = model.record.position, len(model.replies)
    if used < there:
        left = "; ".join(repr(reply) for reply in model.replies[used:])
        return f"{there - used} of {there} replies of the llm script were never asked for: {left}"
    if used > there:
        return f"the model was asked {used} times, but its script has {_counted(there)}"
    return None


class _Script(ScriptedLLM):
    """A script that says so when it is asked for more."""

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[LanguageModel]:
        """Go on where the script stands."""
        async with ScriptedLLM.open(self, services) as model:
            yield _Prompter(self, model)


@dataclass(frozen=True, slots=True)
class _Prompter:
    script: _Script
    model: LanguageModel

    @property
    def capabilities(self) -> ChatCapabilities:
        return self.model.capabilities

    def chat(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        is_over = self.script.record.position >= len(self.script.replies)
        if is_over and not request.is_probe:
            return self._want_another(request)
        return self.model.chat(request)

    async def _want_another(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        self.script.record.position += 1
        said = [m.text for m in request.items if isinstance(m, Message) and m.role == "user"]
        after = f", after {said[-1]!r}" if said else ""
        there = _counted(len(self.script.replies))
        raise ProviderError(
            f"the llm script has {there} and was asked for another{after}", kind=FailureKind.EMPTY
        )
        yield  # a generator, as a model's stream is


def _counted(replies: int) -> str:
    return f"{replies or 'no'} {'reply' if replies == 1 else 'replies'}"


def with_mocks(agent: Agent, mocks: Mapping[str, object]) -> Agent:
    """Return the agent with tools that only pretend; the model sees the same signatures.

    Args:
        agent: whose tools they are.
        mocks: by the tool's name what it returns, or a function that is called in its place with
            the model's arguments; an exception is raised.

    Raises:
        UserError: the agent has no tool of that name.
    """
    toolbox = AgentConfig.of(agent).toolbox
    schemas = {schema.name: schema for schema in toolbox.schemas}
    for name in mocks:
        if name not in schemas:
            known = ", ".join(schemas) or "none"
            raise UserError(f"tools={{{name!r}: …}}: no tool of the agent (its tools: {known})")
    made = {name: _pretend(schemas[name].description, mock) for name, mock in mocks.items()}
    tools = [
        FunctionTool(made[name], name, toolbox.limits(name), schemas[name].parameters)
        for name in made
    ]
    agent.tools = [*(tool for tool in agent.tools if as_tool(tool).name not in made), *tools]
    kind = type(agent)
    hidden = {
        attribute: staticmethod(made[value.name])
        for attribute, value in inspect.getmembers_static(kind)
        if isinstance(value, FunctionTool) and value.name in made
    }
    agent.__class__ = type(kind.__name__, (kind,), hidden)
    return agent


def _pretend(description: str, mock: object) -> Callable[..., Any]:
    async def pretend(**arguments: object) -> object:
        if isinstance(mock, Exception):
            raise mock
        if not callable(mock):
            return mock
        result = mock(**arguments)
        return await result if inspect.isawaitable(result) else result

    pretend.__doc__ = description
    return pretend
