"""How much silence a caller hears more when a language model fails in the middle of a reply.

A reply of 21 words, and one fault before each of them in turn: the model raises, or hangs. Another
one goes on; its first word takes 300 ms. Counted is the silence within the reply that the caller
hears, and the wait before it, less those of a call without a fault: on virtual time, so the figures
are those of the rules, not of the machine. Speech that is there covers the change; what the first
model had written but not handed over has to be written anew.
"""

import asyncio
import logging
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import structlog

from providers.scripted import Fault
from providers.scripted_ears import ScriptedVAD
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS, tone
from runtime.agent import Agent
from runtime.cli.loops import run
from runtime.testing.ear import Ear
from runtime.worker import Worker
from transports.loopback import LoopbackCaller, LoopbackTransport

REPLY = (
    "We have three rooms, two of them with a view. Breakfast is served from seven "
    "until ten. Would you like one?"
)
WORDS: Sequence[str] = REPLY.split()
FIRST_S = 0.3
FAST_S, SLOW_S = 0.02, 0.1
"""Between two words."""
FRAME_S = 0.02
VOICE_FIRST_S = 0.1
BOUND_MS = 500
"""For a fast model that raises, wherever it does: its successor's first words, and the voice's."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller heard of one reply."""

    text: str
    silent_ms: float
    """Before it and within it."""


async def heard(fault: Fault | None, gap_s: float) -> Heard:
    """Let a model that writes a word every ``gap_s`` answer one question."""
    agent, caller, ear = Agent(), LoopbackCaller(), Ear()
    agent.vad, agent.stt = ScriptedVAD(), ScriptedSTT(utterances=["two nights please"])
    agent.tts = ScriptedTTS(sample_rate_hz=16_000, first_s=VOICE_FIRST_S)
    agent.llm = [
        ScriptedLLM(name=name, replies=[REPLY], fault=at, first_s=FIRST_S, gap_s=gap_s)
        for name, at in (("first", fault), ("second", None))
    ]
    async with Worker(agent) as worker:
        await worker.subscribe(ear.take)
        await worker.open_room("bench", LoopbackTransport(caller))
        caller.speak(tone(16_000, 1000))
        asked_s = asyncio.get_running_loop().time() + 1.0
        text = (await ear.until("agent_transcript", within_s=60.0))["text"]
    times_s = [asked_s, *(frame.at_s for frame in caller.heard)]
    return Heard(text, 1000 * sum(max(0.0, b - a - FRAME_S) for a, b in pairwise(times_s)))


async def added(kind: str, gap_s: float) -> tuple[list[float], int, int]:
    """Return the silences in ms that faults add, and the words that they lost and repeated."""
    bare = await heard(None, gap_s)
    silences, lost, repeated = list[float](), 0, 0
    for at in range(len(WORDS)):
        one = await heard(Fault(at=at, hang=kind == "hangs"), gap_s)
        silences.append(one.silent_ms - bare.silent_ms)
        said, wanted = Counter[str](one.text.split()), Counter[str](WORDS)
        lost, repeated = lost + (wanted - said).total(), repeated + (said - wanted).total()
    return silences, lost, repeated


def main() -> int:
    """Print the figures; exit with 1 if a word was lost or repeated, or the bound is missed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(
        "| the model | words/s | faults | added silence: median ms | worst ms | lost | repeated |"
    )
    print("|---|---|---|---|---|---|---|")
    holds = True
    for kind in ("raises", "hangs"):
        for gap_s in (FAST_S, SLOW_S):
            silences, lost, repeated = run(added(kind, gap_s), fast=True)
            median, worst = statistics.median(silences), max(silences)
            figures = f"{median:.0f} | {worst:.0f} | {lost} | {repeated}"
            print(f"| {kind} | {1 / gap_s:.0f} | {len(silences)} | {figures} |")
            is_bound = (kind, gap_s) == ("raises", FAST_S)
            holds = holds and not (lost or repeated) and (worst <= BOUND_MS or not is_bound)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
