"""What can go wrong in a simulated call, as data: drawn by a seed, and cut short when a call is."""

import enum
import random
from dataclasses import dataclass
from typing import TypeAlias


class Trouble(enum.Enum):
    """What a vendor does to one of its streams."""

    EXCEPTION = "exception"
    """It raises."""
    HANG = "hang"
    """Nothing more comes."""
    SLOW = "slow stream"
    """Each result takes ten times as long, and half a second more."""
    NO_AUDIO = "zero audio"
    """A voice that gives no sound; a model or recogniser that gives nothing."""
    HALF_OPEN = "half-open socket"
    """Everything that is sent is taken, and nothing ever comes back, until it is opened again."""
    TWICE = "duplicated events"
    """Each event of a recogniser comes twice."""
    REORDERED = "reordered events"
    """Each event of a recogniser changes places with the next."""
    LATE = "late after cancel"
    """Cancelled, it gives one more result, a while later."""
    CLOSED = "closed early"
    """The stream ends without its end mark."""


ANYWHERE = (
    *(Trouble.EXCEPTION, Trouble.HANG, Trouble.SLOW, Trouble.NO_AUDIO),
    *(Trouble.HALF_OPEN, Trouble.LATE, Trouble.CLOSED),
)
OF_EARS = (*ANYWHERE, Trouble.TWICE, Trouble.REORDERED)
SIMULATED = "simulated"
"""Stands in the text of every error that a plan lets happen."""
SLOTS = ("stt", "llm", "tts")
STAGES = (
    *("session", "audio_track", "tts", "llm", "stt", "vad", "ingress"),
    *("sim-tts", "sim-llm", "sim-stt", "sim-vad"),
)
"""Whom a simulation kills: every actor of a call but the transport, whose end is the call's."""
SELDOM = ("turn", "heuristic", "tools", "stt/performers", "llm/performers", "tts/performers")
"""Those who get a message now and then; they are killed in some calls besides."""
STT_RESULTS, FEW_MESSAGES = 100, 15
"""So many results a recogniser gives in a call, so many messages get the performers in `BRIEF`."""
BRIEF = frozenset({"sim-tts", "sim-llm"})
JITTER = "clock jitter"


@dataclass(frozen=True, slots=True)
class VendorFault:
    """Trouble in a vendor's stream."""

    slot: str
    trouble: Trouble
    stream: int
    """Which stream of the slot, over all its performers, from 0."""
    at: int
    """Before which of its results."""


class Blow(enum.Enum):
    """How an actor comes to its end."""

    CRASH = "actor crashed over a message"
    KILL = "actor killed at a message"


@dataclass(frozen=True, slots=True)
class ActorFault:
    """The end of an actor at a message of its own."""

    actor: str
    blow: Blow
    message: int
    """At which of the messages that come to its address, from 0."""


@dataclass(frozen=True, slots=True)
class ClockFault:
    """The whole process is held up once: everything that waits is late."""

    at_s: float
    stall_s: float


Fault: TypeAlias = VendorFault | ActorFault | ClockFault


def draw_fault(chance: random.Random, *, lasts_s: float) -> Fault:
    """Draw one fault for a call of about this length."""
    match chance.choices(("vendor", "actor", "clock"), weights=(5, 4, 1)):
        case ["vendor"]:
            slot = chance.choice(SLOTS)
            trouble = chance.choice(OF_EARS if slot == "stt" else ANYWHERE)
            if slot == "stt":  # its first stream lasts until it falls
                stream, at = divmod(chance.randrange(1500), STT_RESULTS)
                return VendorFault(slot, trouble, max(0, stream - 10), at)
            return VendorFault(slot, trouble, chance.randrange(8), chance.randrange(12))
        case ["actor"]:
            message = round(10 ** chance.uniform(0, 3.3))
            actor = chance.choice(STAGES)
            message = message % FEW_MESSAGES if actor in BRIEF else message
            return ActorFault(actor, chance.choice(tuple(Blow)), message)
        case _:
            return ClockFault(chance.uniform(0, lasts_s), chance.uniform(0.05, 0.8))


def draw_seldom(chance: random.Random) -> tuple[Fault, ...]:
    """Draw, for one call in eight, the end of an actor that gets few messages, or at its first."""
    if chance.randrange(8):
        return ()
    blow = chance.choice(tuple(Blow))
    if chance.randrange(2):
        return (ActorFault(chance.choice(STAGES), blow, 0),)
    return (ActorFault(chance.choice(SELDOM), blow, chance.randrange(6)),)


def kind_of(fault: Fault) -> str:
    """Name the kind of a fault, as a table does."""
    match fault:
        case VendorFault():
            return fault.trouble.value
        case ActorFault():
            return fault.blow.value
        case ClockFault():
            return "clock held up"


def describe(fault: Fault) -> str:
    """Say a fault in one line."""
    match fault:
        case VendorFault(slot, trouble, stream, at):
            return f"{slot}: {trouble.value}, stream {stream}, before result {at}"
        case ActorFault(actor, blow, message):
            return f"{actor}: {blow.value} (number {message})"
        case ClockFault(at_s, stall_s):
            return f"clock: held up for {stall_s:.3f} s after {at_s:.1f} s"
