"""The work of one step: a state on its way and the effects so far."""

from dataclasses import replace
from typing import Any

from actors.turn_taking.config import TurnTakingConfig
from actors.turn_taking.effects import Effect
from actors.turn_taking.state import Live, State
from actors.turn_taking.timer import TimerName


class Draft:
    """Owned by one call of `step`; the rules write into it, nothing else sees it."""

    __slots__ = ("effects", "state")

    def __init__(self, state: State) -> None:
        self.state = state
        self.effects: list[Effect] = []

    @property
    def now_ns(self) -> int:
        """The instant of this step."""
        return self.state.now_ns

    @property
    def config(self) -> TurnTakingConfig:
        """What was set."""
        return self.state.config

    def put(self, **changes: Any) -> None:
        """Change fields of the state."""
        self.state = self.state.changed(**changes)

    def put_live(self, live: Live, **changes: Any) -> None:
        """Change fields of the live output."""
        self.put(live=live.changed(**changes))

    def put_turn(self, **changes: Any) -> None:
        """Change fields of the turn in the making."""
        self.put(turn=replace(self.state.turn, **changes))

    def goes_off(self, name: TimerName) -> bool:
        """Take an alarm that is set and due off; tell whether it was."""
        alarms = dict(self.state.alarms)
        if alarms.pop(name, self.now_ns + 1) > self.now_ns:
            return False
        self.put(alarms=alarms)
        return True

    def emit(self, effect: Effect) -> None:
        """Add an effect."""
        self.effects.append(effect)
