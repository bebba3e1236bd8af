"""The names in the declaration of an agent: which there are, and which a user has got wrong."""

import difflib
import inspect
from collections.abc import Sequence
from typing import Any, TypeGuard, cast

from actors.ports import Provider
from runtime.agent import Agent
from runtime.catalogue import is_name
from runtime.errors import UserError
from runtime.hooks import METHODS as TURN_HOOKS

SLOTS = ("denoise", "vad", "stt", "turn_detector", "llm", "tts")
FIELDS = (
    *("instructions", "language", *SLOTS, "turn_taking", "tools"),
    *(
        "mcp_servers",
        "text_filter",
        "apology",
        "phrases",
        "voice",
        "broken_speech",
        "hedge_after_s",
        "hot_stt",
        "promptness",
    ),
    *("context", "limits"),
)
HOOKS = ("on_enter", "on_wake_up", "on_exit")
ALIKE = 0.75
"""Names at least this similar (difflib's ratio) are taken for a slip of the pen."""


def declared_fields(agent: Agent) -> dict[str, Any]:
    """Return what the user has declared, in classes or on the agent itself."""
    return of_classes(agent) | vars(agent)


def of_classes(agent: Agent) -> dict[str, Any]:
    """Return what the user's classes define, without evaluating properties."""
    layers = [layer for layer in type(agent).__mro__ if layer not in Agent.__mro__]
    found: dict[str, Any] = {}
    for layer in reversed(layers):
        found.update(vars(layer))
    return found


def check_names(agent: Agent) -> None:
    """Look for fields that a user took for an agent's: misspelt ones, or with a provider in them.

    Raises:
        UserError: there is one.
    """
    allowed = (*FIELDS, *HOOKS, *TURN_HOOKS)
    for name, value in declared_fields(agent).items():
        if name.startswith("_") or name in (*allowed, "session"):
            continue
        is_slip = _is_data(value) and difflib.get_close_matches(name, allowed, cutoff=ALIKE)
        if name.startswith("on_") or is_slip:
            raise UserError(_unknown_field(agent, name, allowed))
        if _names_provider(value):
            own = f"; call data of your own _{name}"
            raise UserError(_unknown_field(agent, name, (*SLOTS, "mcp_servers")) + own)


def _names_provider(value: object) -> bool:
    """Tell whether it is what a slot takes: a provider, a name of the catalogue, or a list."""
    if isinstance(value, list | tuple):
        members = cast("Sequence[object]", value)
        return bool(members) and all(map(_names_provider, members))
    return is_provider(value) or (isinstance(value, str) and is_name(value))


def _is_data(value: object) -> bool:
    return not (callable(value) or isinstance(value, property | classmethod))


def _unknown_field(agent: Agent, name: str, allowed: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, allowed, n=1)
    meant = f"did you mean {close[0]}? There are" if close else "there are"
    return f"{place_of(agent, name)}: no field of an agent; {meant}: {', '.join(allowed)}"


def is_provider(value: object) -> TypeGuard[Provider[Any]]:
    """Tell whether a value of the user's looks like a provider; it need not inherit anything."""
    is_named = isinstance(getattr(value, "name", None), str)
    return is_named and callable(getattr(value, "open", None)) and not inspect.isclass(value)


def place_of(agent: Agent, field: str) -> str:
    """Name a field as the user wrote it."""
    return f"{type(agent).__name__}.{field}"
