"""The log of a simulated call: everything that invariants may look at, once it is over."""

import json
from collections import Counter
from dataclasses import dataclass, field

from actors.audio import CALLER_RATE_HZ
from actors.reports import (
    ActorRestarted,
    AgentWords,
    Failure,
    ProviderSwitched,
    Report,
    ToolCalled,
    TurnCommitted,
)
from actors.turn_taking.trace import Step
from runtime.testing.brain import Brain
from runtime.testing.caller import SimulatedCaller
from runtime.testing.code import CodeBook
from runtime.testing.fates import Struck
from runtime.testing.outputs import NS_PER_S, Output, outputs_of
from runtime.testing.plan import CallPlan
from runtime.testing.trouble import Trouble
from runtime.testing.user_deeds import UserDeeds

LONGEST_SILENCE_S = 12.0
LONGEST_WITH_FAULTS_S = 45.0
"""Whoever reports nothing for 20 s is stalled; then the apology may stall as well."""
VOICE = frozenset({"tts", "sim-tts"})
MADE_EARLY_S = 10.0
"""So long before an output begins its sound may be in the making."""


@dataclass(slots=True)
class CallLog:
    """One call."""

    plan: CallPlan
    caller: SimulatedCaller
    brain: Brain
    code: CodeBook
    reports: list[Report] = field(default_factory=list[Report])
    steps: list[Step] = field(default_factory=list[Step])
    closed: str = ""
    """Why the call ended; empty: it did not."""
    ended_at_s: float | None = None
    """When the caller or the agent brought it to its end; None: it ended by itself."""
    over_at_s: float = 0.0
    left: list[str] = field(default_factory=list[str])
    """What was left over."""
    struck: list[Struck] = field(default_factory=list[Struck])
    """What the plan let go wrong, in order."""
    deeds: UserDeeds = field(default_factory=UserDeeds)
    """What the agent's own code did."""
    has_voice: bool = True
    """Whether the agent speaks."""
    wall_s: float = 0.0
    _outputs: list[Output] | None = None

    def lines(self) -> list[str]:
        """Return the event log: a JSON object a line."""
        return [json.dumps(report.to_dict(), ensure_ascii=False) for report in self.reports]

    @property
    def begins_to_end_s(self) -> float:
        """When it was brought to its end, or was over."""
        return self.over_at_s if self.ended_at_s is None else self.ended_at_s

    @property
    def turns(self) -> int:
        """How many turns of the caller's were taken."""
        return sum(isinstance(report.event, TurnCommitted) for report in self.reports)

    @property
    def tool_calls(self) -> int:
        """How many tools the agent called."""
        events = (report.event for report in self.reports)
        return sum(isinstance(e, ToolCalled) and e.status == "started" for e in events)

    @property
    def injected(self) -> Counter[str]:
        """What went wrong, by kind."""
        return Counter(struck.kind for struck in self.struck)

    @property
    def outputs(self) -> list[Output]:
        """What the agent uttered, in order; look when the call is over."""
        if self._outputs is None:
            self._outputs = outputs_of(self.steps, self.reports, self.caller, self.code)
        return self._outputs

    def output_at(self, at_s: float) -> Output | None:
        """Return the output that was begun last at this time."""
        return next((found for found in reversed(self.outputs) if found.begin_s <= at_s), None)

    def voice_stammers(self, output: Output) -> bool:
        """Tell whether words of it may come again, break off or be missing.

        So it may be where one voice follows another and nobody knows where the words lie.
        """
        begin_s = output.begin_s - MADE_EARLY_S
        return not self.plan.timings and any(
            struck.where in VOICE and begin_s <= struck.at_s <= output.over_s
            for struck in self.struck
        )

    @property
    def voice_ends_early(self) -> bool:
        """Whether a voice may end before its text does, and say that this was all."""
        return ("tts", Trouble.CLOSED.value) in {(s.where, s.kind) for s in self.struck}

    @property
    def longest_silence_s(self) -> float:
        """How long a caller may wait."""
        return LONGEST_WITH_FAULTS_S if self.plan.faults else LONGEST_SILENCE_S

    def recoveries(self) -> int:
        """Count what fell and was put right again."""
        kinds = (ActorRestarted, ProviderSwitched, Failure)
        return sum(isinstance(report.event, kinds) for report in self.reports)

    def worst_silence_s(self) -> float:
        """Return the longest time from the end of a turn's speech to the next sound of anybody."""
        worst_s = 0.0
        sounds_s = sorted([heard.at_s for heard in self.caller.heard if any(heard.pcm)])
        spoken_s = [word.start / CALLER_RATE_HZ for word in self.caller.words]
        read = (r.at_ns for r in self.reports if isinstance(r.event, AgentWords))
        read_s = [at_ns / NS_PER_S for at_ns in read] if self.plan.in_writing else []
        for report in self.reports:
            if isinstance(report.event, TurnCommitted):
                at_s = report.at_ns / NS_PER_S
                after = [s for s in (*sounds_s, *spoken_s, *read_s, self.over_at_s) if s >= at_s]
                worst_s = max(worst_s, min(after, default=at_s) - at_s)
        return worst_s
