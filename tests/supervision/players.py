"""Small actors that do one thing, good or bad, and a diary in which they write."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from supervision.actor import Actor
from supervision.address import Address
from supervision.errors import ActorDeadError
from supervision.messages import Request
from supervision.spec import ChildSpec, SupervisorSpec
from supervision.supervision_events import SupervisionEvent
from supervision.supervisor import Supervisor


class Bang(Exception):
    """What the players crash with."""


@dataclass(frozen=True, slots=True)
class Crash(Request[None]):
    """Crash; asked, so that the message is not tried again."""


@dataclass(frozen=True, slots=True)
class Finish:
    """End in good order."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Never return from the handler."""


@dataclass(frozen=True, slots=True)
class Resist:
    """Never return from the handler, whatever happens, until the event is set."""

    until: asyncio.Event


@dataclass(frozen=True, slots=True)
class Note:
    """Write it into the diary."""

    text: str


@dataclass(slots=True)
class Stage:
    """What the players of one test share."""

    diary: list[str] = field(default_factory=list[str])
    events: list[SupervisionEvent] = field(default_factory=list[SupervisionEvent])
    addresses: dict[str, Address[Any]] = field(default_factory=dict[str, Address[Any]])

    def read(self) -> str:
        """Return what has been written, and tear it out."""
        text = " ".join(self.diary)
        self.diary.clear()
        return text

    def child(self, name: str, **options: Any) -> ChildSpec:
        """Return the spec of a player."""
        return ChildSpec(id=name, start=lambda: Player(self, name), **options)

    def crew(self, names: str, **options: Any) -> SupervisorSpec:
        """Return the spec of a supervisor with one permanent player a letter."""
        children = tuple(self.child(name) for name in names)
        return SupervisorSpec(children=children, on_event=self.events.append, **options)


class Player(Actor):
    """Writes "+name" when it starts and "-name" when it stops in order."""

    def __init__(self, stage: Stage, name: str) -> None:
        super().__init__()
        self.stage = stage
        self.name = name

    def on_start(self) -> Any:
        self.stage.addresses[self.name] = self.address
        self.stage.diary.append(f"+{self.name}")

    def on_stop(self) -> Any:
        self.stage.diary.append(f"-{self.name}")

    async def on_receive(self, message: object) -> None:
        match message:
            case Crash():
                raise Bang(self.name)
            case Finish():
                self.stop()
            case Hang():
                await asyncio.get_running_loop().create_future()
            case Resist(until):
                await resist(until)
            case Note(text):
                self.stage.diary.append(text)
            case _:
                raise AssertionError(message)


class SlowPlayer(Player):
    """Takes two seconds to start and three to stop."""

    async def on_start(self) -> None:
        await asyncio.sleep(2)
        super().on_start()

    async def on_stop(self) -> None:
        await asyncio.sleep(3)
        super().on_stop()


class StillbornPlayer(Player):
    """Fails in on_start."""

    def on_start(self) -> Any:
        raise Bang("stillborn")


class PatientPlayer(Player):
    """Has no deadline for its handlers."""

    handler_deadline_s: ClassVar[float | None] = None


class LingeringPlayer(PatientPlayer):
    """Takes half a second to die when it is killed while it hangs."""

    async def on_receive(self, message: object) -> None:
        try:
            await super().on_receive(message)
        except asyncio.CancelledError:
            await asyncio.sleep(0.5)
            raise


async def resist(until: asyncio.Event) -> None:
    """Swallow every cancellation."""
    while not until.is_set():
        try:
            await until.wait()
        except asyncio.CancelledError:
            continue


async def crash(address: Address[Any]) -> None:
    """Crash an actor once."""
    with pytest.raises(ActorDeadError):
        await address.ask(Crash(), timeout_s=1)


async def settle() -> None:
    """Let everything happen that takes no time."""
    await asyncio.sleep(0.001)


def nested(name: str, spec: SupervisorSpec, **options: Any) -> ChildSpec:
    """Return the spec of a supervisor below another."""
    options = {"start_timeout_s": spec.start_timeout_s, **options}
    return ChildSpec(id=name, start=lambda: Supervisor(spec), **options)


def scripted(*steps: Callable[[], Actor]) -> Callable[[], Actor]:
    """Return a factory that takes one step of the script at a time, then stays with the last."""
    script = list(steps)

    def make() -> Actor:
        step = script.pop(0) if len(script) > 1 else script[0]
        return step()

    return make
