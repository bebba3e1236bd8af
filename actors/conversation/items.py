"""What a conversation consists of: immutable items with unique ids."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from actors.conversation.ids import new_id
from actors.conversation.images import ImagePart

Role: TypeAlias = Literal["user", "assistant", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something that was said, and the images that were shown with it."""

    role: Role
    text: str
    images: tuple[ImagePart, ...] = ()
    """They belong behind the text."""
    interrupted: bool = False
    is_summary: bool = False
    """Whether it stands for items that it has replaced."""
    id: str = field(default_factory=lambda: new_id("msg"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """The model asked for a tool. ``arguments`` is the JSON text as the model wrote it."""

    call_id: str
    name: str
    arguments: str
    vendor_data: str = ""
    """What the model's vendor wants to be given back with the call; nobody else reads it."""
    id: str = field(default_factory=lambda: new_id("call"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """What became of a tool call; each call gets exactly one."""

    call_id: str
    name: str
    output: str
    is_error: bool = False
    id: str = field(default_factory=lambda: new_id("out"))


Item: TypeAlias = Message | ToolCall | ToolOutput
