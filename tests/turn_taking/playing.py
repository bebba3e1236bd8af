"""A driver of the machine on a clock of its own: alarms go off when they are due."""

from actors.turn_taking import (
    CancelTimer,
    Capabilities,
    Effect,
    Input,
    SetTimer,
    Timer,
    TimerName,
    TurnTakingConfig,
    machine,
)
from actors.turn_taking.trace import Step

NS_PER_MS = 1_000_000
MOST_ALARMS = 1000
"""In one wait, however long."""


class Player:
    """Feeds the machine and remembers every step."""

    def __init__(
        self,
        config: TurnTakingConfig | None = None,
        capabilities: Capabilities | None = None,
        late_ms: int = 0,
    ) -> None:
        self.late_ns = late_ms * NS_PER_MS
        self.state = machine.initial(config or TurnTakingConfig(), capabilities or Capabilities())
        self.armed: dict[TimerName, int] = {}
        self.steps: list[Step] = []
        self.now_ns = -(10**12)

    def feed(self, at_ms: float, *inputs: Input) -> None:
        """Let time pass until just before ``at_ms``, then give the inputs."""
        at_ns = round(at_ms * NS_PER_MS)
        self._let_pass(at_ns, inclusive=False)
        for given in inputs:
            self._step(given, at_ns)

    def run(self, until_ms: float) -> None:
        """Let time pass, that instant included."""
        self._let_pass(round(until_ms * NS_PER_MS), inclusive=True)

    def fire_next(self, *, but: frozenset[TimerName] = frozenset()) -> bool:
        """Let the next alarm go off; False if none is set."""
        due = [(due_ns, name.value) for name, due_ns in self.armed.items() if name not in but]
        if not due:
            return False
        due_ns, name = min(due)
        self._step(Timer(TimerName(name)), due_ns + self.late_ns)
        return True

    def effects(self, since_step: int = 0) -> list[tuple[float, Effect]]:
        return [
            (step.at_ns / NS_PER_MS, effect)
            for step in self.steps[since_step:]
            for effect in step.effects
        ]

    def _let_pass(self, until_ns: int, *, inclusive: bool) -> None:
        limit_ns = (until_ns if inclusive else until_ns - 1) - self.late_ns
        fired = 0
        while self.armed and min(self.armed.values()) <= limit_ns:
            assert fired < MOST_ALARMS, "alarms go off without an end"
            fired += self.fire_next()
        self.now_ns = max(self.now_ns, until_ns)

    def _step(self, given: Input, at_ns: int) -> None:
        self.now_ns = max(self.now_ns, at_ns)
        if isinstance(given, Timer):
            del self.armed[given.name]
        before = self.state
        self.state, effects = machine.step(before, given, self.now_ns)
        for effect in effects:
            if isinstance(effect, SetTimer):
                self.armed[effect.name] = effect.due_ns
            elif isinstance(effect, CancelTimer):
                del self.armed[effect.name]
        self.steps.append(Step(self.now_ns, given, before, self.state, effects))
