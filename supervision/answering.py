"""How the answer of a handler reaches whoever asked: now, later, or as an error."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from supervision.actor_base import ActorBase
from supervision.address import Address
from supervision.errors import ActorDeadError, HandlerInterrupted
from supervision.future import AsyncFuture
from supervision.pykka_compat import Envelope
from supervision.reply import Ask, Reply

pykka_log = logging.getLogger("pykka")  # where Pykka's users look for a crash

INTERRUPTED = object()
"""The result of a handler that was cut short."""


@dataclass(slots=True)
class Question:
    """An asked item as its handler sees it."""

    message: Any
    reply: Reply[Any] | None
    handler: Callable[[Any], Any]
    lenient: bool
    """Whether the asker gets the handler's error and the actor lives on."""


class Answering:
    """The asks that an incarnation has in hand or has deferred; whatever stays open, fails."""

    __slots__ = ("_deferred", "actor", "address", "open_ask")

    def __init__(self, actor: ActorBase, address: Address[Any]) -> None:
        self.actor = actor
        self.address = address
        self.open_ask: Reply[Any] | None = None
        self._deferred: list[Reply[Any]] | None = None

    def defer(self) -> Reply[Any]:
        """Keep the ask in hand open.

        Raises:
            RuntimeError: If the message in hand was not asked.
        """
        reply, self.open_ask = self.open_ask, None
        if reply is None:
            raise RuntimeError("there is no open ask to defer")
        still_open = [earlier for earlier in self._deferred or () if not earlier.done()]
        self._deferred = [*still_open, reply]
        return reply

    def open_item(self, item: Any) -> Question | None:
        """Return an asked item's parts, or None if nobody awaits the answer any more."""
        match item:
            case Envelope():
                envelope = cast("Envelope[Any]", item)
                reply = cast("AsyncFuture[Any] | None", envelope.reply_to)
                question = Question(envelope.message, reply, self.actor.handle_pykka, lenient=True)
            case _:
                ask = cast("Ask[Any]", item)
                lenient = not self.actor.crash_on_ask_error
                question = Question(ask.message, ask, self.actor.on_receive, lenient=lenient)
        if question.reply is not None and question.reply.done():
            self.address.mailbox.count().expired += 1
            return None
        self.open_ask = question.reply
        return question

    def answer(self, question: Question, result: Any) -> None:
        """Give the handler's result to the asker, unless the handler deferred that."""
        reply, self.open_ask = self.open_ask, None
        if reply is None or reply is not question.reply:
            return
        if result is INTERRUPTED:
            reply.fail(HandlerInterrupted(f"{self.address.name} was interrupted"))
        else:
            reply.set(result)

    def answer_error(self, question: Question, error: Exception) -> bool:
        """Give the handler's error to the asker if the actor survives it; say whether it does."""
        reply = question.reply
        if reply is None or not question.lenient:
            return False
        self.open_ask = None
        pykka_log.info("Exception returned from %s to caller:", self.actor, exc_info=error)
        reply.fail(error)
        return True

    def fail_open_asks(self) -> None:
        """Let whoever still waits know that no answer will come."""
        error = ActorDeadError(f"{self.address.name} ended before it answered")
        for reply in (self.open_ask, *(self._deferred or ())):
            if reply is not None and not reply.done():
                reply.fail(error)
        self.open_ask = self._deferred = None
