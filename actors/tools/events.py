"""What becomes of the tools of a reply, as the Session is told."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from actors.conversation import ToolCall, ToolOutput
from actors.part import HandOver


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool call of this reply began."""

    epoch: int
    call: ToolCall
    safe: bool
    """Whether it may be cut off."""
    timeout_s: float
    """After so long the call goes on without it."""


ToolStatus: TypeAlias = Literal["done", "failed", "interrupted", "abandoned"]


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """A tool call of this reply has its one output."""

    epoch: int
    output: ToolOutput
    arguments: str
    status: ToolStatus
    hand_over: HandOver | None = None
    """Who takes over the call, if that is what the tool did."""
