"""The values that cross the port of a speech-to-speech model."""

from dataclasses import dataclass, field
from typing import TypeAlias

from actors.conversation import Item, ToolCall
from actors.vendor import (
    ChatDone,
    SpeechPcm,
    SttAudio,
    SttFinal,
    SttFlush,
    SttInterim,
    TextDelta,
    ToolSchema,
)


@dataclass(frozen=True, slots=True)
class RealtimeRequest:
    """How a speech-to-speech session begins."""

    instructions: str = ""
    tools: tuple[ToolSchema, ...] = ()
    items: tuple[Item, ...] = field(default=())


RealtimeInput: TypeAlias = SttAudio | SttFlush
RealtimeEvent: TypeAlias = SttInterim | SttFinal | TextDelta | SpeechPcm | ToolCall | ChatDone
