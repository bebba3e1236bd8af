"""Which provider can fill which slot, as far as its declaration tells.

What a provider opens is known for certain only once it is open. But most say it before: by what
their `open` is annotated to yield. One that says nothing is believed.
"""

import inspect
from collections.abc import Mapping
from types import FunctionType
from typing import Any, Final, get_args, get_type_hints

from actors.ports import (
    Denoiser,
    LanguageModel,
    Provider,
    SpeechToText,
    TextToSpeech,
    ToolServer,
    TurnDetector,
    VoiceActivityDetector,
)

PORTS: Final[Mapping[str, type]] = {
    "denoise": Denoiser,
    "vad": VoiceActivityDetector,
    "stt": SpeechToText,
    "turn_detector": TurnDetector,
    "llm": LanguageModel,
    "tts": TextToSpeech,
    "mcp_servers": ToolServer,
}
"""What is opened for each slot, and for each server of tools."""


def misfit(slot: str, provider: Provider[Any]) -> str | None:
    """Say what is wrong with a provider in this slot; None: nothing, as far as can be known."""
    opened = _opened_by(provider)
    port = PORTS[slot]
    if opened is None or _offers(opened, port):
        return None
    kind = type(provider).__name__
    fitting = [other for other, wanted in PORTS.items() if _offers(opened, wanted)]
    meant = f"; it is one for {' or '.join(fitting)}" if fitting else ""
    return f"{kind} opens a {opened.__name__}, which is no {port.__name__}{meant}"


def _opened_by(provider: Provider[Any]) -> type | None:
    """Return the class that `open` is annotated to yield; None: it does not say."""
    try:
        hints = get_type_hints(provider.open)
    except (NameError, TypeError):  # a name that only type checkers see; a callable of another kind
        return None
    opened, *_ = get_args(hints.get("return")) or (None,)
    return opened if inspect.isclass(opened) and opened not in (Any, object) else None


def _offers(opened: type, port: type) -> bool:
    """Tell whether it has the methods of the port; its data may come to be when it is made."""
    members = vars(port).items()
    methods = [name for name, member in members if isinstance(member, FunctionType)]
    missing = [n for n in methods if not n.startswith("_") and getattr(opened, n, None) is None]
    return not missing or getattr(opened, "__getattr__", None) is not None
