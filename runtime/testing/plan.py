"""The plan of a simulated call: what the caller does and what goes wrong, all drawn from a seed."""

import enum
import random
from collections.abc import Collection
from dataclasses import dataclass, replace

from runtime.testing.trouble import Fault, describe, draw_fault, draw_seldom
from runtime.testing.words import WordBook

SHORTEST_S, LONGEST_S = 20.0, 60.0
MOST_FAULTS = 6
IN_WRITING = 0.1
"""So many of all calls are held in writing."""
BACKCHANNELS = ("mhm", "yes", "ok", "right", "uh-huh")
COMMANDS = ("stop", "wait", "no", "one moment")
DIGITS = "0123456789*#"


class Deed(enum.Enum):
    """What a caller can do."""

    ASK = "asks"
    """Says something once the agent is quiet, and waits for the answer."""
    BARGE_IN = "barges in"
    """Says something, whoever speaks."""
    BACKCHANNEL = "backchannel"
    COMMAND = "command"
    PAUSED = "pauses within a sentence"
    COUGH = "coughs"
    NOISE = "makes noise"
    PRESS = "presses"
    COME_AND_GO = "leaves and comes back"


LIKELY = {
    Deed.ASK: 10,
    Deed.BARGE_IN: 4,
    Deed.BACKCHANNEL: 2,
    Deed.COMMAND: 1,
    Deed.PAUSED: 3,
    Deed.COUGH: 2,
    Deed.NOISE: 1,
    Deed.PRESS: 1,
    Deed.COME_AND_GO: 0.3,
}


@dataclass(frozen=True, slots=True)
class Act:
    """One deed of the caller."""

    deed: Deed
    after_s: float
    """How long he waits before it."""
    text: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        """Say it in one line."""
        said = f" {self.text!r}" if self.text else ""
        return f"after {self.after_s:.2f} s the caller {self.deed.value}{said}"


class Ending(enum.Enum):
    """How a call ends."""

    HANGS_UP = "the caller hangs up"
    FINISHES = "the caller has nothing more to say"
    AGENT = "the agent hangs up"


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the vendors of this call take; each stream draws its own around these medians."""

    llm_first_s: float
    llm_gap_s: float
    tts_first_s: float
    tts_gap_s: float
    stt_final_s: float
    spread: float
    """The standard deviation of the logarithm."""


@dataclass(frozen=True, slots=True)
class CallPlan:
    """Everything that is decided before a call begins."""

    seed: int
    acts: tuple[Act, ...]
    faults: tuple[Fault, ...]
    ending: Ending
    latency: Latency
    timings: bool
    """Whether the voice says where its words lie."""
    jitter_s: float
    """How late a timer may be, by the machine alone."""
    understudies: bool
    """Whether model and voice have an understudy."""
    in_writing: bool = False
    """Whether the caller writes and reads, and nothing sounds."""

    @classmethod
    def of(cls, seed: int, *, faults: bool = True) -> "CallPlan":
        """Draw the plan of this seed."""
        chance = random.Random(f"call {seed}")  # noqa: S311 - no secret
        book = WordBook("caller")
        lasts_s = chance.uniform(SHORTEST_S, LONGEST_S)
        acts: list[Act] = []
        while sum(act.after_s + act.seconds + 3.0 for act in acts) < lasts_s:
            acts.append(_draw_act(chance, book))
        count = chance.randrange(MOST_FAULTS + 1) if faults else 0
        drawn = tuple(draw_fault(chance, lasts_s=lasts_s) for _ in range(count))
        besides = draw_seldom(random.Random(f"seldom {seed}")) if faults else ()  # noqa: S311 - as above
        return cls(
            seed=seed,
            acts=tuple(acts),
            faults=drawn + besides,
            ending=chance.choice(tuple(Ending)),
            latency=_draw_latency(chance),
            timings=chance.choice((True, True, False)),
            jitter_s=chance.choice((0.0, 0.002, 0.01)) if faults else 0.0,
            understudies=chance.choice((True, False)),
            in_writing=random.Random(f"writing {seed}").random() < IN_WRITING,  # noqa: S311 - as above
        )

    @property
    def parts(self) -> int:
        """How many acts and faults there are; each has a number, acts first."""
        return len(self.acts) + len(self.faults)

    def without(self, numbers: Collection[int]) -> "CallPlan":
        """Return the plan without the acts and faults of these numbers."""
        acts = (act for n, act in enumerate(self.acts) if n not in numbers)
        first = len(self.acts)
        faults = (fault for n, fault in enumerate(self.faults, first) if n not in numbers)
        return replace(self, acts=tuple(acts), faults=tuple(faults))

    def lines(self) -> list[str]:
        """Say the plan, part by part."""
        parts = [*map(str, self.acts), *map(describe, self.faults)]
        return [f"  {number:2}  {part}" for number, part in enumerate(parts)]


def _draw_act(chance: random.Random, book: WordBook) -> Act:
    (deed,) = chance.choices(tuple(LIKELY), weights=tuple(LIKELY.values()))
    after_s = chance.choice((0.0, 0.1, 0.3, 0.5, 1.0, 2.0)) * chance.uniform(0.5, 1.5)
    text, seconds = "", 0.0
    match deed:
        case Deed.ASK | Deed.BARGE_IN | Deed.PAUSED:
            text = " ".join(book.new() for _ in range(chance.randint(1, 9)))
        case Deed.BACKCHANNEL:
            text = chance.choice(BACKCHANNELS)
        case Deed.COMMAND:
            text = chance.choice(COMMANDS)
        case Deed.COUGH:
            seconds = chance.uniform(0.08, 0.4)
        case Deed.NOISE:
            seconds = chance.uniform(0.5, 4.0)
        case Deed.PRESS:
            text = "".join(chance.choice(DIGITS) for _ in range(chance.randint(1, 4)))
        case Deed.COME_AND_GO:
            seconds = chance.uniform(0.5, 4.0)
    if text and deed is not Deed.PRESS:
        seconds = len(text.split()) * chance.uniform(0.2, 0.4)
    return Act(deed, round(after_s, 3), text, round(seconds, 3))


def _draw_latency(chance: random.Random) -> Latency:
    def between(low_s: float, high_s: float) -> float:
        return round(chance.uniform(low_s, high_s), 4)

    return Latency(
        llm_first_s=between(0.05, 0.6),
        llm_gap_s=between(0.005, 0.05),
        tts_first_s=between(0.03, 0.3),
        tts_gap_s=between(0.005, 0.05),
        stt_final_s=between(0.02, 0.4),
        spread=between(0.1, 0.6),
    )
