"""How our actors look to Pykka code: a genuine `ActorRef` with Pykka's own semantics.

The ref belongs to one incarnation and dies with it. Its blocking calls work from plain threads
and raise on a loop's thread, where they could only deadlock.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any, Literal, NoReturn, TypeVar, cast, overload

import pykka
from pykka import ActorRegistry, messages  # noqa: TID251 - this is where we meet it

from supervision.errors import ActorDeadError, MailboxFull
from supervision.future import AsyncFuture, refuse_on_loop
from supervision.mail import Verdict
from supervision.mailbox import SEAL, Mailbox
from supervision.messages import POLICIES
from supervision.pykka_compat import ActorStop, Envelope

A = TypeVar("A", bound=pykka.Actor)

_CHANGING = threading.Lock()
PROXY_MESSAGES = (messages.ProxyCall, messages.ProxyGetAttr, messages.ProxySetAttr)


class PykkaFace:
    """What Pykka code knows of one incarnation: URN, inbox, whether it has stopped, its ref."""

    __slots__ = (
        "_awaiting_end",
        "_ended",
        "inbox",
        "mailbox",
        "ref",
        "registered",
        "stopped",
        "urn",
    )

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.urn = uuid.uuid4().urn
        self.stopped = threading.Event()
        self.inbox = PykkaInbox(self)
        self.ref: PykkaRef[Any] | None = None
        self.registered = False
        self._awaiting_end: list[pykka.Future[Any]] = []
        self._ended = False

    def stop_for(self, reply_to: pykka.Future[Any] | None) -> None:
        """Stop the actor behind the mail that is there now, and answer once it has ended."""
        with _CHANGING:
            if reply_to is not None and not self._ended:
                self._awaiting_end.append(reply_to)
                reply_to = None
        if reply_to is not None:
            fail(reply_to, ActorDeadError("the actor has ended"))
        else:
            self.mailbox.put(SEAL, POLICIES[object])

    def retire(self) -> None:
        """Let Pykka see that the actor takes no more messages."""
        if self.registered and self.ref is not None:
            ActorRegistry.unregister(self.ref)
        self.stopped.set()

    @staticmethod
    def stop_all() -> None:
        """Stop all registered actors, without waiting."""
        ActorRegistry.stop_all(block=False)

    def end(self) -> None:
        """Answer everybody who awaits the end."""
        with _CHANGING:
            self._ended = True
        for reply_to in self._awaiting_end:
            reply_to.set(None)


class PykkaInbox:
    """Puts Pykka's envelopes into our mailbox; only the actor's own loop takes them out."""

    __slots__ = ("_face",)

    def __init__(self, face: PykkaFace) -> None:
        self._face = face

    def put(self, envelope: Envelope[Any], /) -> None:
        """Put a told or asked message, or a request to stop."""
        mail, reply_to = envelope.message, envelope.reply_to
        if isinstance(mail, ActorStop):
            self._face.stop_for(reply_to)
            return
        mailbox = self._face.mailbox
        bare = reply_to is None and not isinstance(mail, PROXY_MESSAGES)
        match mailbox.put(mail if bare else envelope, POLICIES[type(mail)]):
            case Verdict.ACCEPTED:
                pass
            case Verdict.FULL if reply_to is None:
                mailbox.tell_overloaded()
            case Verdict.FULL:
                fail(reply_to, MailboxFull("the actor has no room"))
            case Verdict.DEAD:
                fail(reply_to, ActorDeadError("the actor has ended for good"))

    def get(self) -> NoReturn:
        """Refuse: mail is the actor's own."""
        raise NotImplementedError

    def empty(self) -> bool:
        """Tell whether no mail waits."""
        return self._face.mailbox.stats().depth == 0


class PykkaRef(pykka.ActorRef[A]):
    """Pykka's ref, except that it never blocks an event loop."""

    @overload
    def ask(
        self, message: Any, *, block: Literal[False], timeout: float | None = None
    ) -> AsyncFuture[Any]: ...

    @overload
    def ask(self, message: Any, *, block: Literal[True], timeout: float | None = None) -> Any: ...

    @overload
    def ask(self, message: Any, *, block: bool = True, timeout: float | None = None) -> Any: ...

    def ask(  # pyright: ignore[reportIncompatibleMethodOverride] - their overloads overlap in Any
        self, message: Any, *, block: bool = True, timeout: float | None = None
    ) -> Any | AsyncFuture[Any]:
        """Ask as Pykka does.

        Raises:
            BlockingCallError: If asked to block on a loop's thread.
        """
        if block:
            refuse_on_loop(_twin(message))
        future = cast("AsyncFuture[Any]", super().ask(message, block=False))
        return future.get(timeout=timeout) if block else future

    @overload
    def stop(self, *, block: Literal[True], timeout: float | None = None) -> bool: ...

    @overload
    def stop(self, *, block: Literal[False], timeout: float | None = None) -> AsyncFuture[bool]: ...

    @overload
    def stop(
        self, *, block: bool = True, timeout: float | None = None
    ) -> bool | AsyncFuture[bool]: ...

    def stop(self, *, block: bool = True, timeout: float | None = None) -> bool | AsyncFuture[bool]:
        """Stop as Pykka does: true if the actor lived until now.

        Raises:
            BlockingCallError: If asked to block on a loop's thread.
        """
        if block:
            refuse_on_loop("await ref.stop(block=False)")
        asked = self.ask(ActorStop(), block=False)
        stopped: AsyncFuture[bool] = AsyncFuture()
        asked.add_callback(_report(asked, stopped))
        return stopped.get(timeout=timeout) if block else stopped


def _report(asked: AsyncFuture[Any], stopped: AsyncFuture[bool]) -> Callable[[], None]:
    def report() -> None:
        try:
            asked.get()
        except ActorDeadError:
            stopped.set(False)
        else:
            stopped.set(True)

    return report


def _twin(message: object) -> str:
    if isinstance(message, messages.ProxySetAttr):
        path = ".".join(message.attr_path)
        return f"await ref.ask(ProxySetAttr({path!r}, ...), block=False)"
    return "await ref.ask(message, block=False)"


def fail(reply_to: pykka.Future[Any] | None, error: BaseException) -> None:
    """Set an error on a Pykka future, if there is one."""
    if reply_to is not None:
        reply_to.set_exception((type(error), error, error.__traceback__))
