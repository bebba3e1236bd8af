"""Whole calls in which a language model fails, and what the caller heard of them."""

from collections.abc import Sequence
from typing import Any

from actors.vendor import ProviderError
from providers.scripted import Fault
from providers.scripted_llm import GoingOn, ScriptedLLM
from tests.calls.rig import Rig, agent, call

ANSWER = (
    "We have three rooms, two of them with a view. Breakfast is served from seven "
    "until ten. Would you like one?"
)
WORDS = ANSWER.split()
OTHER = "Our house is fully booked tonight. Please try the inn across the street."


def failing(fault: Fault | None = None, **fields: Any) -> ScriptedLLM:
    """Return a model that knows the answer and fails at some point of it."""
    given: dict[str, Any] = {"name": "first", "replies": [ANSWER], "fault": fault}
    return ScriptedLLM(**given | fields)


def understudy(going_on: GoingOn = "goes on", **fields: Any) -> ScriptedLLM:
    """Return a model that goes on with the same answer in its own manner."""
    given: dict[str, Any] = {"name": "second", "replies": [ANSWER], "going_on": going_on}
    return ScriptedLLM(**given | fields)


async def heard(models: Sequence[ScriptedLLM], **fields: Any) -> tuple[str, Rig]:
    """Ask once; return all that was heard in answer, and what is left of the call."""
    async with call(agent(llm=list(models), **fields)) as rig:
        text = await rig.asks()
    return text, rig


def raises_at(chunk: int, error: Exception | None = None) -> Fault:
    """Return an exception before that chunk."""
    return Fault(at=chunk, error=error or ProviderError("it broke"))


def only_switch(rig: Rig) -> dict[str, Any]:
    """Return the one hand-over that was told."""
    (switched,) = rig.fields("provider_switched")
    return switched


def as_steps(reply: str) -> list[Any]:
    """Return a text as the steps of a script."""
    first, *others = reply.split(" ")
    return [first, *(f" {word}" for word in others)]
