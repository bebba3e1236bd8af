"""The demo brain: rules instead of a language model.

It is honest about itself: it understands the sentences that its rules list, and close relatives of
them, in English; it knows nothing else and does not reason. It proves a pipeline without a key, and
it can go on in a small way where a real model has failed. It does call the agent's tools.
"""

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from actors.chat_capabilities import ChatCapabilities
from actors.conversation import ToolCall, ToolOutput, new_id
from actors.ports import LanguageModel, Services
from actors.vendor import (
    ChatDone,
    ChatEvent,
    ChatRequest,
    FailureKind,
    ProviderError,
    TextDelta,
    ToolSchema,
)
from providers.config import ProviderConfig
from providers.demo_rules import Rule
from providers.demo_understanding import Understood, understand

SMALL_TALK: Final = (
    Rule(("hello", "hi", "good morning", "good evening"), "Hello. How can I help you?"),
    Rule(("thank you", "thanks"), "You are welcome."),
    Rule(("no thank you", "no thanks", "that is all", "that's all"), "All right."),
    Rule(("goodbye", "good bye", "bye"), "Goodbye."),
)


class DemoBrain(ProviderConfig):
    """Answers by rules; the first of equally good ones wins. `SMALL_TALK` comes after your own."""

    name: str = "demo-brain"
    rules: Sequence[Rule] = ()
    fallback: str = "Sorry, I did not understand that."
    """Said to what no rule fits."""
    apology: str = "Sorry, I could not find that out."
    """Said when a tool failed."""

    def all_rules(self) -> tuple[Rule, ...]:
        """Return the rules in the order of preference."""
        return (*self.rules, *SMALL_TALK)

    def phrases(self) -> list[str]:
        """Return what callers may say to it: ``PocketsphinxSTT(phrases=brain.phrases())``."""
        phrases = (phrase for rule in self.all_rules() for phrase in rule.phrases())
        return list(dict.fromkeys((*phrases, "please")))

    @asynccontextmanager
    async def open(self, services: Services) -> AsyncGenerator[LanguageModel]:
        """Have it ready: there is nothing to connect to."""
        yield _RuleBook(self)


class _RuleBook:
    """Answers each request from the conversation in it; keeps nothing."""

    def __init__(self, config: DemoBrain) -> None:
        self._config = config

    @property
    def capabilities(self) -> ChatCapabilities:
        return ChatCapabilities()

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        for event in self._answer(request):
            yield event
        yield ChatDone()

    def _answer(self, request: ChatRequest) -> Iterator[ChatEvent]:
        understood = understand(self._config.all_rules(), request.items)
        if understood is None:
            yield from words(self._config.fallback)
        elif (question := understood.question()) is not None:
            yield from words(question)
        elif understood.rule.call is None:
            yield from words(understood.rule.answer(**understood.slots))
        else:
            yield from self._with_tool(understood, understood.rule.call, request)

    def _with_tool(
        self, understood: Understood, tool: str, request: ChatRequest
    ) -> Iterator[ChatEvent]:
        output = request.items[-1]
        if not isinstance(output, ToolOutput):
            yield tool_call(tool, understood, request.tools)
        elif output.is_error:
            yield from words(self._config.apology)
        else:
            result = read_result(output.output)
            yield from words(understood.rule.answer(**understood.slots, result=result))


def words(text: str) -> Iterator[TextDelta]:
    """Cut a text into deltas word by word, as a model would stream it."""
    first, *others = text.split(" ")
    yield TextDelta(first)
    yield from (TextDelta(f" {word}") for word in others)


def tool_call(name: str, understood: Understood, tools: Sequence[ToolSchema]) -> ToolCall:
    """Call a tool with the slots as its arguments.

    Raises:
        ProviderError: the agent has no such tool (kind ``rejected``: other rules may do).
    """
    if all(tool.name != name for tool in tools):
        raise ProviderError(
            f"a rule calls the tool {name!r}, which the agent does not have",
            kind=FailureKind.REJECTED,
        )
    return ToolCall(call_id=new_id("demo"), name=name, arguments=json.dumps(dict(understood.slots)))


def read_result(output: str) -> object:
    """Read what a tool gave: JSON if it is that (so that ``{result[price]}`` works), else text."""
    try:
        return json.loads(output)
    except ValueError:
        return output
