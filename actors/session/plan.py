"""What a Session is made from."""

from dataclasses import dataclass, field

from actors.call import Call
from actors.part import Part
from actors.session.call_limits import CallLimits
from actors.session.succession import Summarise
from actors.turn_taking import Capabilities
from actors.turn_taking.trace import Trace


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """The call, the agent that begins it, and the rules that hold for it."""

    call: Call
    part: Part
    """The agent with which the call begins."""
    summarise: Summarise
    capabilities: Capabilities
    resumable: bool
    """Whether the transport is started again after a failure."""
    limits: CallLimits = field(default_factory=CallLimits)
    trace: Trace | None = None
    """Is given each step of the turn machine."""
