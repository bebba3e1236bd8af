"""The wiring: command line, configuration, worker and job.

``from runtime import Agent, Worker, function_tool, ToolError``. A name is imported when it is first
asked for, so that importing the package costs nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actors.conversation import ContextPolicy, Conversation, ImagePart
    from actors.phrases import Phrases
    from actors.promptness import Promptness
    from actors.session.call_limits import CallLimits
    from actors.turn_taking import TurnTakingConfig
    from actors.wishes import PcmStream, Recording
    from runtime.agent import Agent
    from runtime.agent_config import AgentConfig
    from runtime.config import Settings
    from runtime.doors.config import DoorConfig
    from runtime.doors.tokens import Grant
    from runtime.errors import UserError
    from runtime.hooks import hook
    from runtime.tools import ToolError, function_tool
    from runtime.worker import Worker

__all__ = [
    "Agent",
    "AgentConfig",
    "CallLimits",
    "ContextPolicy",
    "Conversation",
    "DoorConfig",
    "Grant",
    "ImagePart",
    "PcmStream",
    "Phrases",
    "Promptness",
    "Recording",
    "Settings",
    "ToolError",
    "TurnTakingConfig",
    "UserError",
    "Worker",
    "function_tool",
    "hook",
]

_HOMES = {
    "Agent": "runtime.agent",
    "AgentConfig": "runtime.agent_config",
    "CallLimits": "actors.session.call_limits",
    "ContextPolicy": "actors.conversation",
    "Conversation": "actors.conversation",
    "DoorConfig": "runtime.doors.config",
    "Grant": "runtime.doors.tokens",
    "ImagePart": "actors.conversation",
    "PcmStream": "actors.wishes",
    "Phrases": "actors.phrases",
    "Promptness": "actors.promptness",
    "Recording": "actors.wishes",
    "Settings": "runtime.config",
    "ToolError": "runtime.tools",
    "TurnTakingConfig": "actors.turn_taking",
    "UserError": "runtime.errors",
    "Worker": "runtime.worker",
    "function_tool": "runtime.tools",
    "hook": "runtime.hooks",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in _HOMES:
        raise AttributeError(f"module 'runtime' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
