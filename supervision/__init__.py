"""A small OTP on Pykka: mailbox, address, actor, spec, supervisor. No voice in it."""

from supervision.actor import Actor
from supervision.actor_base import ActorBase
from supervision.address import Address, Down
from supervision.birth import Overseer
from supervision.clock import Clock, LoopClock
from supervision.errors import (
    ActorDeadError,
    AskTimeout,
    BlockingCallError,
    HandlerInterrupted,
    MailboxFull,
    RestartIntensityExceeded,
    StartFailed,
)
from supervision.future import AsyncFuture
from supervision.launch import launch, start
from supervision.mail import MailboxLimits, MailboxStats
from supervision.messages import Exit, ExitReason, Lane, Overflow, Request, message
from supervision.reply import Reply
from supervision.requests import Children, Snapshot, StartChild, StopChild
from supervision.spec import (
    AutoShutdown,
    Backoff,
    ChildSpec,
    Intensity,
    Restart,
    Strategy,
    SupervisorSpec,
)
from supervision.supervision_events import SupervisionEvent
from supervision.supervisor import Supervisor, run_tree
from supervision.thread_actor import ThreadActor
from supervision.tree import TreeNode, render
from supervision.virtual_time import Deadlock, VirtualTimeLoop, external_work
from supervision.watchdog import LoopWatchdog

__all__ = [
    "Actor",
    "ActorBase",
    "ActorDeadError",
    "Address",
    "AskTimeout",
    "AsyncFuture",
    "AutoShutdown",
    "Backoff",
    "BlockingCallError",
    "ChildSpec",
    "Children",
    "Clock",
    "Deadlock",
    "Down",
    "Exit",
    "ExitReason",
    "HandlerInterrupted",
    "Intensity",
    "Lane",
    "LoopClock",
    "LoopWatchdog",
    "MailboxFull",
    "MailboxLimits",
    "MailboxStats",
    "Overflow",
    "Overseer",
    "Reply",
    "Request",
    "Restart",
    "RestartIntensityExceeded",
    "Snapshot",
    "StartChild",
    "StartFailed",
    "StopChild",
    "Strategy",
    "SupervisionEvent",
    "Supervisor",
    "SupervisorSpec",
    "ThreadActor",
    "TreeNode",
    "VirtualTimeLoop",
    "external_work",
    "launch",
    "message",
    "render",
    "run_tree",
    "start",
]
