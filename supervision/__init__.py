"""A small OTP on Pykka: mailbox, address, actor, spec, supervisor. No voice in it."""

from supervision.actor import Actor
from supervision.actor_base import ActorBase
from supervision.address import Address, Down, Overloaded
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
from supervision.thread_actor import ThreadActor

__all__ = [
    "Actor",
    "ActorBase",
    "ActorDeadError",
    "Address",
    "AskTimeout",
    "AsyncFuture",
    "BlockingCallError",
    "Clock",
    "Down",
    "Exit",
    "ExitReason",
    "HandlerInterrupted",
    "Lane",
    "LoopClock",
    "MailboxFull",
    "MailboxLimits",
    "MailboxStats",
    "Overflow",
    "Overloaded",
    "Overseer",
    "Reply",
    "Request",
    "RestartIntensityExceeded",
    "StartFailed",
    "ThreadActor",
    "launch",
    "message",
    "start",
]
