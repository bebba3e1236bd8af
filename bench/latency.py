"""What a caller feels: from the end of speech to the first audio of the answer, in real time.

Scripted vendors take 150 ms in all (first token 100 ms, first audio 50 ms); VAD and STT answer at
once. Then the embedded default with the shipped caller. Nothing is simulated: the clock is real.
"""

import asyncio
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from actors.reports import Report, TurnLatency
from examples.front_desk import Main
from providers.scripted_ears import ScriptedTurnDetector, ScriptedVAD
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS, tone
from runtime.agent import Agent
from runtime.loops import run
from runtime.worker import Worker
from transports.loopback import LoopbackCaller, LoopbackTransport
from transports.wav_file import WavFileTransport

TURNS = 12
DEFAULT_MS, SURE_MS = 505, 305
QUESTION = Path("examples/audio/front_desk.wav")


def scripted(detector: ScriptedTurnDetector | None) -> Agent:
    """Return an agent whose vendors take 150 ms in all."""
    agent = Agent()
    agent.vad = ScriptedVAD(min_silence_ms=20)  # answers at once
    agent.stt = ScriptedSTT(utterances=["two nights please"], delay_s=0.0, afterwards="last")
    agent.llm = ScriptedLLM(replies=["We have three rooms free."], first_s=0.1)
    agent.tts = ScriptedTTS(sample_rate_hz=16_000, first_s=0.05, word_ms=100)
    agent.turn_detector = detector
    return agent


def heard_after(reports: list[Report]) -> list[int]:
    """Return the time from end of speech to first audio of each turn, in ms."""
    return [r.event.heard for r in reports if isinstance(r.event, TurnLatency)]


async def talk(agent: Agent) -> list[int]:
    """Hold a call of some turns."""
    reports: list[Report] = []
    caller = LoopbackCaller()
    async with Worker(agent) as worker:
        await worker.subscribe(reports.append)
        await worker.open_room("bench", LoopbackTransport(caller))
        await asyncio.sleep(0.5)
        for _ in range(TURNS):
            caller.speak(tone(16_000, 800))
            await asyncio.sleep(3.2)
    return heard_after(reports)


async def front_desk() -> list[int]:
    """Let the shipped caller talk to the embedded default."""
    reports: list[Report] = []
    with TemporaryDirectory() as folder:
        line = WavFileTransport(input=QUESTION, output=Path(folder) / "answer.wav")
        async with Worker(Main) as worker:
            await worker.subscribe(reports.append)
            job = await worker.open_room("bench", line)
            await job.closed()
    return heard_after(reports)


def show(name: str, times_ms: list[int], bound_ms: int | None) -> bool:
    """Print a row; return whether the bound holds."""
    median = statistics.median(times_ms)
    bound = "" if bound_ms is None else f"<= {bound_ms}"
    print(f"| {name} | {len(times_ms)} | {median:.0f} | {max(times_ms)} | {bound} |")
    return bound_ms is None or median <= bound_ms


def main() -> int:
    """Measure all three; exit with 1 if a bound is missed."""
    default = run(talk(scripted(None)), fast=False)
    sure = run(talk(scripted(ScriptedTurnDetector(scores=[0.97]))), fast=False)
    embedded = run(front_desk(), fast=False)
    print("| end of speech -> first audio | turns | median ms | worst ms | holds if |")
    print("|---|---|---|---|---|")
    rows = [
        show("default options, vendors of 150 ms", default, DEFAULT_MS),
        show("the same, detector sure", sure, SURE_MS),
        show("embedded default, shipped caller", embedded, None),
    ]
    return 0 if all(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
