"""One cell of the kill matrix: a whole call in which one part falls, and what it cost whom."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from actors.conversation import Message
from providers.scripted_ears import ScriptedDenoiser, ScriptedTurnDetector
from runtime.agent import Agent
from runtime.job import Job
from runtime.testing.caller import SimulatedCaller
from runtime.testing.ear import Ear
from runtime.testing.ears import CallerVAD
from runtime.tools import function_tool
from runtime.worker import Worker
from tests.reliability.parts import RESUMABLE, Cell, Culprit
from tests.reliability.vendors import Gate, Gated, Hearing, Knowing
from tests.roles.listening import WORD_MS, WORDS, Spoken, voice
from transports.loopback import LoopbackTransport

QUESTIONS: Final = ("alpha bravo charlie delta echo", "foxtrot golf hotel")
ANSWERS: Final = (
    "One two four five six seven. Eight nine ten eleven twelve thirteen.",
    "Fourteen fifteen sixteen seventeen.",
)
GOODBYE: Final = "Eighteen nineteen twenty."
"""Without "three": that is the pitch at which words sound that are none of these."""
USER_WORDS: Final = " ".join(QUESTIONS).split()
TOOL_S: Final = 1.5
PATIENCE_S: Final = 20.0
LONGEST_S: Final = 120.0
LOOK_EVERY_S: Final = 0.02


class Desk(Agent):
    """Answers, looks things up, and says good bye."""

    @function_tool
    async def look(self) -> str:
        """Look it up."""
        await asyncio.sleep(TOOL_S)
        return "found"

    async def on_exit(self) -> None:
        """Say good bye."""
        await self.session.say(GOODBYE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fault cost."""

    struck: bool
    """Whether it happened: to fall over a message takes a message."""
    back_ms: int | None
    """When the part, or another performer in its place, was at work again."""
    heard_at_s: float | None
    """When the caller had heard the last word of what was due at that moment."""
    user_lost: tuple[str, ...]
    """Words of the caller that are in no message of the conversation."""
    user_repeated: int
    agent_lost: tuple[str, ...]
    """Words of the agent that the caller did not hear (or only less than the half of)."""
    agent_repeated: int
    is_reported: bool
    """Whether anything was told of it: an error, a restart or a hand-over."""
    end: str
    """Why the call ended."""

    @property
    def survived(self) -> bool:
        """Whether the call went on until it was closed."""
        return self.end == "enough"


@dataclass(slots=True)
class _Call:
    cell: Cell
    job: Job
    caller: SimulatedCaller
    ear: Ear
    culprit: Culprit
    began_s: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    back_at_s: float | None = None

    async def take_place(self) -> None:
        """Hold the call."""
        await asyncio.sleep(0.5)
        await self._at("idle")
        await asyncio.sleep(0.5)
        self.caller.say(QUESTIONS[0])
        await asyncio.sleep(0.6)
        await self._at("listening")
        await self._at("thinking", after="turn_committed")
        await self._at("tool running", after="tool_called", then_s=0.5)
        await self._at("speaking", after="agent_speech_started", then_s=0.4)
        await self._heard(ANSWERS[0])
        if self.cell.moment != "closing":
            self.caller.say(QUESTIONS[1])
            await self._heard(ANSWERS[1])
        await self._close()

    async def _at(self, moment: str, *, after: str = "", then_s: float = 0.0) -> None:
        if self.cell.moment != moment:
            return
        if after:
            await self.ear.wait_for(lambda: bool(self.ear.named(after)), PATIENCE_S)
            await asyncio.sleep(then_s)
        self.culprit.strike(self.job)

    async def _heard(self, text: str) -> None:
        """Wait until the answer was said, in one output or several, and a moment longer."""
        last = text.rsplit(maxsplit=1)[-1].lower()

        def said() -> bool:
            texts = (fact["text"].lower() for fact in self.ear.named("agent_transcript"))
            closed = bool(self.ear.named("session_closed"))
            return closed or any(last in text for text in texts)

        await self.ear.wait_for(said, PATIENCE_S)
        await asyncio.sleep(0.7)

    async def _close(self) -> None:
        if self.ear.named("session_closed"):
            return
        self.job.session.hangup("enough")
        if self.cell.moment == "closing":
            await asyncio.sleep(0.5)
            self.culprit.strike(self.job)
        await self.job.closed()

    async def watch(self) -> None:
        """Note when the part is back."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if self.back_at_s is None and self.culprit.is_back():
                self.back_at_s = clock()


@asynccontextmanager
async def _opened(cell: Cell, culprit: Culprit, gates: dict[str, Gate]) -> AsyncGenerator[_Call]:
    caller = SimulatedCaller()
    transport = LoopbackTransport(caller, resumable=cell.part == RESUMABLE)
    async with Worker(_desk(cell, caller, gates)) as worker:
        ear = Ear()
        await worker.subscribe(ear.take)
        job = await worker.open_room("r1", transport)
        yield _Call(cell, job, caller, ear, culprit)


def _desk(cell: Cell, caller: SimulatedCaller, gates: dict[str, Gate]) -> Desk:
    """Return an agent with a first performer and an understudy in each slot."""
    answers = {QUESTIONS[1].split()[0]: ANSWERS[1], "": ANSWERS[0]}
    tool = "look" if cell.moment == "tool running" else ""
    pairs: dict[str, list[Any]] = {
        "denoise": [ScriptedDenoiser(name=name) for name in ("first", "second")],
        "vad": [CallerVAD(name) for name in ("first", "second")],
        "stt": [Hearing(caller, name) for name in ("first", "second")],
        "turn": [ScriptedTurnDetector(name=name) for name in ("first", "second")],
        "llm": [Knowing(answers, tool, name) for name in ("first", "second")],
        "tts": [voice(name, gap_s=0.06) for name in ("first", "second")],
    }
    desk = Desk()
    for slot, (first, second) in pairs.items():
        field_name = "turn_detector" if slot == "turn" else slot
        first = Gated(first, gates[slot]) if slot in gates else first  # noqa: PLW2901
        setattr(desk, field_name, [first, second])
    return desk


async def outcome(cell: Cell) -> Outcome:
    """Hold the call of this cell and return what came of it."""
    random.seed(1)  # the rests of performers have jitter
    gates = {slot: Gate() for slot in ("stt", "turn", "llm", "tts")}
    culprit = Culprit(cell, gates)
    with culprit.waiting():
        async with _opened(cell, culprit, gates) as held:
            async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as group:
                watch = group.create_task(held.watch())
                await held.take_place()
                watch.cancel()
            record: Any = held.job.session.address.hold
            messages = [item for item in record.conversation if isinstance(item, Message)]
            return _judged(held, messages)


def _judged(held: _Call, messages: Sequence[Message]) -> Outcome:
    cell, culprit = held.cell, held.culprit
    expected = _expected(cell)
    heard = _words_heard(held)
    known = " ".join(m.text for m in messages if m.role == "user").split()
    said = [word for word, _ in heard]
    asked = QUESTIONS[0].split() if cell.moment == "closing" else USER_WORDS
    struck_s, back_s = culprit.struck_at_s, held.back_at_s
    due = (GOODBYE if cell.moment == "closing" else ANSWERS[0]).split()[-1].strip(".").lower()
    return Outcome(
        struck=struck_s is not None,
        back_ms=None if struck_s is None or back_s is None else round((back_s - struck_s) * 1000),
        heard_at_s=next((at_s for word, at_s in heard if word == due), None),
        user_lost=_missing(asked, known),
        user_repeated=_extra(asked, known),
        agent_lost=_missing(expected, said),
        agent_repeated=_extra(expected, said),
        is_reported=any(
            held.ear.named(name) for name in ("error", "actor_restarted", "provider_switched")
        ),
        end=str(held.ear.named("session_closed")[0]["reason"]),
    )


def _expected(cell: Cell) -> Sequence[str]:
    second = () if cell.moment == "closing" else (ANSWERS[1],)
    return " ".join((ANSWERS[0], *second, GOODBYE)).replace(".", "").lower().split()


def _words_heard(held: _Call) -> list[tuple[str, float]]:
    """Return each word of which at least the half was heard, and when it ended."""
    frames = held.caller.heard
    named = [(Spoken.word_of(frame.pcm), frame.at_s) for frame in frames]
    runs = [(word, list(run)) for word, run in groupby(named, key=lambda pair: pair[0])]
    return [
        (word, run[-1][1] - held.began_s)
        for word, run in runs
        if word in WORDS and 20 * len(run) >= WORD_MS // 2
    ]


def _missing(expected: Sequence[str], found: Sequence[str]) -> tuple[str, ...]:
    left = Counter(expected) - Counter(found)
    return tuple(word for word in expected if left[word])


def _extra(expected: Sequence[str], found: Sequence[str]) -> int:
    return (Counter(found) - Counter(expected)).total()
