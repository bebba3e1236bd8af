"""What the turn machine did with one input, for whoever checks its laws on a running call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from actors.turn_taking.effects import Effect
from actors.turn_taking.inputs import Input
from actors.turn_taking.state import State


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the machine."""

    at_ns: int
    given: Input
    before: State
    after: State
    effects: tuple[Effect, ...]


Trace: TypeAlias = Callable[[Step], None]
"""Is given each step that a Session takes, as it takes it."""
