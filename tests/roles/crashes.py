"""Lets an actor of one class fall over its message of some number: before it, midway, or after."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import pytest

from actors.call import AnyAddress
from supervision.actor import Actor
from supervision.address import Address

Point = Literal["before", "midway", "after"]
POINTS: tuple[Point, ...] = ("before", "midway", "after")


class Planted(Exception):
    """What the actor is made to fall over."""


@dataclass(slots=True)
class Crash:
    """Lets it fall over its message number ``at``, once."""

    at: int
    point: Point
    tells: int = 1
    """Midway is once it has told so much."""
    seen: int = 0
    is_armed: bool = False
    happened: bool = False

    def reach(self, point: Point) -> None:
        """Raise if this is the point."""
        if not self.is_armed or point != self.point:
            return
        self.tells -= point == "midway"
        if point != "midway" or self.tells == 0:
            self.is_armed, self.happened = False, True
            raise Planted(f"{point} message {self.at}")


@contextmanager
def planted(crash: Crash, actor: type[Actor]) -> Generator[None]:
    """Plant the crash in every actor of the class; midway is once it has told somebody."""
    receive: Callable[[Actor, object], None] = actor.on_receive
    tell: Callable[[AnyAddress, object], None] = Address[object].tell

    def on_receive(self: Actor, message: object) -> None:
        crash.seen += 1
        crash.is_armed = crash.seen == crash.at
        crash.reach("before")
        receive(self, message)
        crash.reach("after")
        crash.is_armed = False

    def told(address: AnyAddress, message: object) -> None:
        tell(address, message)
        crash.reach("midway")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actor, "on_receive", on_receive)
        patch.setattr(Address, "tell", told)
        yield
