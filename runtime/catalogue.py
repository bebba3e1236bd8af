"""Providers by name, so that an agent can be declared in plain text: ``tts = "espeak/en-gb"``.

A provider is imported when its name is resolved: an agent loads nothing that it does not use. A new
vendor is one line here.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError

import providers
from actors.ports import Provider
from runtime.errors import UserError, complaints


@dataclass(frozen=True, slots=True)
class Entry:
    """One provider: its class in `providers`, and the option that follows a slash."""

    provider: str
    option: str = ""
    is_required: bool = False
    """Whether the name says nothing without its option."""


CATALOGUE: Mapping[str, Mapping[str, Entry]] = {
    "denoise": {"webrtc": Entry("WebRtcDenoiser")},
    "vad": {"silero": Entry("SileroVAD"), "energy": Entry("EnergyVAD")},
    "stt": {
        "pocketsphinx": Entry("PocketsphinxSTT"),
        "openai": Entry("OpenAISTT", option="model"),
    },
    "turn_detector": {"heuristic": Entry("HeuristicTurnDetector")},
    "llm": {
        "demo": Entry("DemoBrain"),
        "openai": Entry("OpenAILLM", option="model", is_required=True),
        "openai-responses": Entry("OpenAIResponsesLLM", option="model", is_required=True),
        "anthropic": Entry("AnthropicLLM", option="model", is_required=True),
    },
    "tts": {
        "espeak": Entry("EspeakTTS", option="voice"),
        "openai": Entry("OpenAITTS", option="model"),
    },
}
"""The names of each slot."""


def resolve(slot: str, text: str) -> Provider[Any]:
    """Return the provider that bears this name in this slot, such as ``espeak/en-gb``.

    Raises:
        UserError: there is no such name, or it takes no such option.
    """
    name, slash, option = text.partition("/")
    entry = CATALOGUE[slot].get(name)
    if entry is None:
        raise UserError(_unknown(slot, name))
    if (slash or entry.is_required) and not (entry.option and option):
        raise UserError(f"{text!r}: write {_form(name, entry)}")
    make = getattr(providers, entry.provider)
    try:
        return cast("Provider[Any]", make(**({entry.option: option} if option else {})))
    except ValidationError as error:
        raise UserError(f"{text!r}: {complaints(error)}") from error


def is_name(text: str) -> bool:
    """Tell whether some slot takes this text for one of its providers."""
    name, slash, option = text.partition("/")
    entries = [names[name] for names in CATALOGUE.values() if name in names]
    return any(not slash or (entry.option and option) for entry in entries)


def _unknown(slot: str, name: str) -> str:
    known = CATALOGUE[slot]
    problem = f"there is no provider {name!r} for {slot}"
    elsewhere = [other for other, names in CATALOGUE.items() if name in names]
    if elsewhere:
        return f"{problem}; it is one for {' and '.join(elsewhere)}"
    if close := difflib.get_close_matches(name, known):
        problem = f"{problem}; did you mean {' or '.join(map(repr, close))}?"
    names = ", ".join(_form(name, entry) for name, entry in known.items()) or "none yet"
    return f"{problem} (known: {names})"


def _form(name: str, entry: Entry) -> str:
    if entry.is_required:
        return f"{name}/{entry.option.upper()}"
    return f"{name}[/{entry.option.upper()}]" if entry.option else name
