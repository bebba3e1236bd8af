"""The plan of one room: everything that its tree is made from, as data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actors.call import Call
from actors.part import Part
from actors.ports import Provider, Transport
from actors.session.call_limits import CallLimits
from actors.session.succession import Summarise
from actors.text import TextFilter
from actors.turn_taking.trace import Trace
from runtime.listeners import Listeners
from runtime.session_handle import SessionHandle
from runtime.tool_servers import ToolServers
from supervision.address import Address
from supervision.supervision_events import SupervisionEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """What a room is made from."""

    call: Call
    transport: Transport
    in_writing: bool
    """Whether the caller writes and reads; then there are neither ears nor a voice."""
    providers: Mapping[str, Sequence[Provider[Any]]]
    """By slot name; a slot that is absent has no entry."""
    part: Part
    """The agent with which the call begins."""
    servers: ToolServers
    summarise: Summarise
    text_filter: Callable[[], TextFilter]
    hot_stt: bool
    """Whether the understudy of the recogniser hears everything as well."""
    limits: CallLimits
    listeners: Listeners
    handle: SessionHandle
    tree: Address[Any]
    """Of the room's supervisor."""
    on_event: Callable[[SupervisionEvent], None]
    trace: Trace | None
    """Is given each step of the turn machine."""
