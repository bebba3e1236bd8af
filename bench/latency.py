"""How long a caller waits: from the last sound of a question to the first sound of the answer.

Whole calls in real time over a line inside the program, 20 ms of audio every 20 ms. Nothing that
the runtime says of itself is used: speech ends when its last frame was handed in, and the answer
begins when its first frame came out. First with scripted vendors that take 150 ms in all (100 ms
to the first token, 50 ms to the first audio) and a VAD and a recogniser that answer at once, with
default options; then the front desk of the examples with the embedded vendors and the two questions
of its recording. Run: `python bench/latency.py [scripted|embedded] [turns]`.
"""

import asyncio
import logging
import statistics
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog

from actors.arrivals import Arrival
from actors.reports import Report
from actors.turn_taking import SpeculationConfig, SpeculationMode, TurnTakingConfig
from examples.front_desk import Main
from providers.scripted_ears import ScriptedTurnDetector, ScriptedVAD
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS, tone
from runtime.agent import Agent
from runtime.cli.loops import run
from runtime.worker import Worker
from transports.loopback import LoopbackCaller, LoopbackTransport

TURNS = 12
FIRST_TOKEN_S, FIRST_AUDIO_S = 0.1, 0.05
BOUND_MS, SURE_BOUND_MS = 505.0, 305.0
RECORDING = Path(__file__).parents[1] / "examples" / "audio" / "front_desk.wav"
LOUD = 300
"""Of 32,768: in the recording, louder is speech."""


class Caller(LoopbackCaller):
    """Knows when the last frame of a question was handed in."""

    ended_s = 0.0

    def next_arrivals(self) -> list[Arrival] | None:
        """Return what comes in, and note the end of speech."""
        spoke = self.is_speaking
        arrivals = super().next_arrivals()
        if spoke and not self.is_speaking:
            self.ended_s = asyncio.get_running_loop().time()
        return arrivals


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table."""

    name: str
    agent: Agent
    questions: Sequence[bytes]
    bound_ms: float | None = None
    greets_s: float = 0.5


def scripted(mode: SpeculationMode, *, sure: bool = False, vad_ms: int = 20) -> Agent:
    """Return an agent whose vendors take 150 ms in all."""
    agent = Agent()
    agent.vad = ScriptedVAD(min_silence_ms=vad_ms)
    agent.stt = ScriptedSTT(utterances=["two nights please"], delay_s=0.0, afterwards="last")
    agent.llm = ScriptedLLM(replies=["We have three rooms free."], first_s=FIRST_TOKEN_S)
    agent.tts = ScriptedTTS(first_s=FIRST_AUDIO_S, word_ms=200)
    agent.turn_taking = TurnTakingConfig(speculation=SpeculationConfig(mode=mode))
    if sure:
        agent.turn_detector = ScriptedTurnDetector(scores=[0.97])
    return agent


def questions() -> list[bytes]:
    """Cut the first two questions out of the recording, from their first to their last sound."""
    with wave.open(str(RECORDING)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    loud = np.flatnonzero(np.abs(sound) > LOUD)
    gaps = np.flatnonzero(np.diff(loud) > 16_000)
    begins = [loud[0], *loud[gaps + 1]]
    ends = [*loud[gaps], loud[-1]]
    return [sound[b : e + 1].tobytes() for b, e in zip(begins, ends, strict=True)][:2]


async def waits_ms(case: Case, turns: int) -> list[float]:
    """Hold a call of so many turns and return how long the caller waited in each."""
    caller, waited = Caller(), list[float]()
    answered, finished = asyncio.Event(), asyncio.Event()

    def hear(report: Report) -> None:
        if report.name == "agent_speech_started":
            answered.set()
        elif report.name == "agent_speech_finished":
            finished.set()

    async with Worker(case.agent) as worker:
        await worker.subscribe(hear)
        job = await worker.open_room("bench", LoopbackTransport(caller))
        await asyncio.sleep(case.greets_s)
        for number in range(turns):
            answered.clear()
            finished.clear()
            heard = len(caller.heard)
            await asyncio.sleep(0.007 * number % 0.02)  # not always at the same place in a frame
            caller.speak(case.questions[number % len(case.questions)])
            async with asyncio.timeout(20.0):
                await answered.wait()
                waited.append((caller.heard[heard].at_s - caller.ended_s) * 1000)
                await finished.wait()
            await asyncio.sleep(0.4)
        await job.close("done")
    return waited


def cases(which: str) -> list[Case]:
    """Return the rows of the table."""
    speech = [tone(16_000, 1000)]
    full, off = SpeculationMode.LLM_TTS, SpeculationMode.OFF
    scripts = [
        Case("default options", scripted(full), speech, BOUND_MS),
        Case("the detector is sure", scripted(full, sure=True), speech, SURE_BOUND_MS),
        Case("a VAD of 160 ms", scripted(full, vad_ms=160), speech),
        Case("a VAD of 160 ms, sure", scripted(full, sure=True, vad_ms=160), speech),
        Case("without speculation", scripted(off), speech),
        Case("without speculation, sure", scripted(off, sure=True), speech),
    ]
    embedded = [Case("embedded: the front desk", Main(), questions(), greets_s=4.0)]
    return {"scripted": scripts, "embedded": embedded}.get(which, scripts + embedded)


def main() -> None:
    """Print the table and fail if a bound does not hold."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    which = sys.argv[1] if len(sys.argv) > 1 else "all"
    turns = int(sys.argv[2]) if len(sys.argv) > 2 else TURNS
    missed = False
    print("| end of speech -> first audio | turns | median ms | least | worst | holds if median |")
    print("|---|---|---|---|---|---|")
    for case in cases(which):
        waited = run(waits_ms(case, turns))
        median = statistics.median(waited)
        bound = "" if case.bound_ms is None else f"<= {case.bound_ms:.0f}"
        missed = missed or (case.bound_ms is not None and median > case.bound_ms)
        times = f"{median:.0f} | {min(waited):.0f} | {max(waited):.0f}"
        print(f"| {case.name} | {turns} | {times} | {bound} |")
    if missed:
        sys.exit("missed")


if __name__ == "__main__":
    main()
