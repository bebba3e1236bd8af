"""Actors that do one thing each, for the tests of the core."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from supervision import (
    Actor,
    Address,
    Down,
    ExitReason,
    Lane,
    MailboxLimits,
    Overflow,
    Request,
    launch,
    message,
)


@message(lane=Lane.MEDIA, overflow=Overflow.DROP_OLDEST)
@dataclass(frozen=True, slots=True)
class Audio:
    number: int


@message(lane=Lane.MEDIA)
@dataclass(frozen=True, slots=True)
class Mark:
    number: int


@dataclass(frozen=True, slots=True)
class Word:
    number: int


@message(overflow=Overflow.NEWEST_WINS)
@dataclass(frozen=True, slots=True)
class Volume:
    number: int


@message(lane=Lane.SYSTEM)
@dataclass(frozen=True, slots=True)
class Alert:
    number: int


@dataclass(frozen=True, slots=True)
class Echo(Request[Any]):
    value: Any


@dataclass(frozen=True, slots=True)
class Crash(Request[None]):
    error: BaseException


@dataclass(slots=True)
class Gate:
    """Lets a handler through when the test says so."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def passed(self) -> None:
        self.reached.set()
        await self.opened.wait()


@dataclass(frozen=True, slots=True)
class Wait(Request[str]):
    """Ask or tell to be in a handler until the gate opens."""

    gate: Gate


@dataclass(frozen=True, slots=True)
class Swallow:
    """Tell to be in a handler that ignores all cancellation until the gate opens."""

    gate: Gate


class Recorder(Actor):
    """Writes down what happens to it."""

    def __init__(self, log: list[Any] | None = None) -> None:
        super().__init__()
        self.log: list[Any] = [] if log is None else log

    def on_start(self) -> Any:
        self.log.append("start")

    def on_receive(self, message: Any) -> Any:
        return self.receive(message)

    async def receive(self, message: Any) -> Any:
        match message:
            case Echo(value):
                return value
            case Crash(error):
                raise error
            case Wait(gate):
                await gate.passed()
                return "waited"
            case Swallow(gate):
                await swallow(gate)
            case _:
                self.log.append(message)
        return None

    def on_stop(self) -> Any:
        self.log.append("stop")

    def on_failure(self, *_args: Any, **_kwargs: Any) -> Any:
        self.log.append("failure")

    def on_interrupt(self) -> Any:
        self.log.append("interrupt")


async def swallow(gate: Gate) -> None:
    while not gate.opened.is_set():
        try:
            await gate.passed()
        except asyncio.CancelledError:
            continue


@dataclass(slots=True)
class Watcher:
    """An overseer that writes down what it hears."""

    heard: list[Any] = field(default_factory=list[Any])
    logs_crashes: bool = False

    def started(self, address: Address[Any], incarnation: int) -> None:
        self.heard.append(("started", incarnation))

    def ended(self, down: Down) -> None:
        self.heard.append(down.reason.kind)

    def overdue(self, address: Address[Any], incarnation: int) -> None:
        self.heard.append(("overdue", asyncio.get_running_loop().time()))

    def overloaded(self, address: Address[Any]) -> None:
        self.heard.append("overloaded")


@dataclass(slots=True)
class Post:
    """An address whose actor can be launched again and again."""

    name: str = "post"
    limits: MailboxLimits = field(default_factory=MailboxLimits)
    log: list[Any] = field(default_factory=list[Any])
    watcher: Watcher = field(default_factory=Watcher)
    address: Address[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.address = Address(self.name, limits=self.limits)

    def launch(self, kind: type[Recorder] = Recorder) -> Address[Any]:
        launch(lambda: kind(self.log), self.address, overseer=self.watcher)
        return self.address

    async def end(self) -> ExitReason | None:
        reason = await self.address.shutdown(deadline_s=1.0)
        self.address.close()
        return reason


async def settle() -> None:
    """Let everything that is ready run."""
    for _ in range(10):
        await asyncio.sleep(0)
