"""What every actor has, whether it lives on an event loop or in a thread of its own."""

from __future__ import annotations

import abc
import asyncio
import logging
import math
import threading
from collections.abc import Hashable
from types import TracebackType
from typing import Any, ClassVar, Protocol

import pykka

from supervision.address import Address
from supervision.birth import Birth, Overseer
from supervision.clock import Clock
from supervision.future import AsyncFuture
from supervision.mail import MailboxLimits
from supervision.pykka_compat import ActorInbox
from supervision.pykka_face import PykkaFace, PykkaRef
from supervision.reply import Reply

pykka_log = logging.getLogger("pykka")
_FACING = threading.Lock()


class Host(Protocol):
    """What an actor needs of the incarnation that runs it."""

    @property
    def clock(self) -> Clock:
        """Return the clock."""
        ...

    def after(self, delay_s: float, message: object, key: Hashable) -> None:
        """Tell the actor a message later."""
        ...

    def cancel_after(self, key: Hashable) -> None:
        """Withdraw a message that was to come later."""
        ...

    def defer(self) -> Reply[Any]:
        """Keep the ask in hand open."""
        ...


class ActorBase(pykka.Actor):
    """Hooks, class options and services of both kinds of actor; see `Actor` and `ThreadActor`.

    Pykka's own parts (URN, ref, inbox adapter) are made when somebody asks for them.
    """

    crash_on_ask_error: ClassVar[bool] = True
    """Whether an error in answering an `ask` crashes the actor, as in OTP; over Pykka's ref it
    never does."""

    handler_deadline_s: ClassVar[float | None] = 2.0
    """A handler that runs longer is killed by the supervisor; None for no deadline."""

    mailbox_limits: ClassVar[MailboxLimits] = MailboxLimits()
    """The bounds of an address that is made for this class."""

    _address: Address[Any] | None = None
    _host: Host | None = None
    _face: PykkaFace | None = None
    _retired = False

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        # Not super().__init__(): it makes a URN, an inbox and an event for every actor.
        pass

    @property
    def address(self) -> Address[Any]:
        """Return the actor's address; set before `on_start`."""
        if self._address is None:
            self._address = Address(type(self).__name__, limits=self.mailbox_limits)
        return self._address

    @property
    def clock(self) -> Clock:
        """Return the injected clock; set before `on_start`."""
        return (self._host or self._living()).clock

    @property
    def hold(self) -> Any:
        """Return the plain data that outlives this incarnation; it belongs to the address."""
        return (self._address or self.address).hold

    @hold.setter
    def hold(self, data: object) -> None:
        self.address.hold = data

    def stop(self) -> None:
        """Stop once the mail that is there now has been handled."""
        self.pykka_face.stop_for(None)

    def after(self, delay_s: float, message: object, *, key: Hashable | None = None) -> None:
        """Tell this actor a message later, unless the incarnation has ended by then.

        Args:
            delay_s: How much later.
            message: What to tell.
            key: Replaces, and `cancel_after` withdraws, the message that waits under this key.
        """
        self._living().after(delay_s, message, object() if key is None else key)

    def cancel_after(self, key: Hashable) -> None:
        """Withdraw the message that waits under the key, if any."""
        self._living().cancel_after(key)

    def defer(self) -> Reply[Any]:
        """Answer the ask in hand later, through the reply that is returned.

        Raises:
            RuntimeError: If the message in hand was not asked.
        """
        return self._living().defer()

    def on_interrupt(self) -> Any:
        """Run after `Address.interrupt` cut a handler short; may be `async def`."""

    def on_start(self) -> Any:
        """Run before the first message; may be `async def`."""

    def on_stop(self) -> Any:
        """Run after the last message, unless the actor crashed or was killed; may be async."""

    def on_failure(
        self,
        exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> Any:
        """Run after a crash; may be `async def`."""

    @abc.abstractmethod
    def incarnate(self, birth: Birth) -> None:
        """Begin to live at the address of this birth."""

    def attach(self, address: Address[Any], host: Host) -> None:
        """Connect the actor with its address and with what runs it; once, by that.

        Raises:
            RuntimeError: If the actor has already told another address about itself.
        """
        if self._address is not None and self._address is not address:
            raise RuntimeError("an actor has no address yet in __init__: use on_start")
        self._address = address
        self._host = host

    def _living(self) -> Host:
        if self._host is None:
            raise RuntimeError("an actor has no clock and no timers in __init__: use on_start")
        return self._host

    # Pykka's view of the actor; each part is made when somebody asks for it.

    @property
    def pykka_face(self) -> PykkaFace:
        """Return what Pykka code sees of the actor."""
        with _FACING:
            if self._face is None:
                self._face = PykkaFace(self.address.mailbox)
                if self._retired:
                    self._face.retire()
                    self._face.end()
            return self._face

    @property
    def is_registered(self) -> bool:
        """Tell whether the actor was started by Pykka's `start()`."""
        return self._face is not None and self._face.registered

    def pykka_retire(self) -> None:
        """Let Pykka see that the actor takes no more messages."""
        self._retired = True
        if self._face is not None:
            self._face.retire()
            pykka_log.debug("Stopped %s", self)

    def pykka_stop_all(self) -> None:
        """Stop all that Pykka knows of, as it does at an exception that is not an error."""
        if self.is_registered:
            PykkaFace.stop_all()

    def pykka_end(self) -> None:
        """Answer Pykka callers that await the end."""
        if self._face is not None:
            self._face.end()

    @property
    def actor_urn(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Return the URN."""
        return self.pykka_face.urn

    @property
    def actor_inbox(self) -> ActorInbox:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Return the adapter to our mailbox."""
        return self.pykka_face.inbox

    @property
    def actor_stopped(self) -> threading.Event:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Return the event that is set once the actor takes no more messages."""
        return self.pykka_face.stopped

    @property
    def _actor_ref(self) -> PykkaRef[Any]:  # pyright: ignore[reportIncompatibleVariableOverride]
        face = self.pykka_face
        if face.ref is None:
            face.ref = PykkaRef(self)
        return face.ref

    @staticmethod
    def _create_actor_inbox() -> ActorInbox:
        raise NotImplementedError  # ours comes from the address

    @staticmethod
    def _create_future() -> AsyncFuture[Any]:
        return AsyncFuture()

    def pykka_birth(
        self,
        overseer: Overseer,
        clock: Clock,
        loop: asyncio.AbstractEventLoop | None,
    ) -> Birth:
        """Return what Pykka's `start()` brings an actor into life with."""
        self.pykka_face.registered = True
        return Birth(
            address=self.address,
            overseer=overseer,
            loop=loop,
            clock=clock,
            start_timeout_s=math.inf,
        )

    def handle_pykka(self, message: Any) -> Any:
        """Handle a message that came over Pykka's ref: a proxy's, or one for `on_receive`."""
        return self._handle_receive(message)  # Pykka's own: it knows what a proxy sends
