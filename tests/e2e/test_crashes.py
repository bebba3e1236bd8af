"""The spoken call with the embedded vendors, each actor of it crashed once in its middle."""

import asyncio
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from actors.call import AnyAddress
from actors.reports import AgentTranscript, Report, TurnCommitted
from actors.slots.slot import Hold
from examples.front_desk import Main
from runtime import Worker
from runtime.job import Job
from runtime.services import WorkerServices
from tests.e2e.answer_check import answer_of
from tests.providers.sounds import RATE_HZ, silence, spoken
from transports import WavFileTransport

pytestmark = [pytest.mark.slow, pytest.mark.system("flite"), pytest.mark.timeout(60)]

STAGES = ("session", "audio_track", "tts", "llm", "turn", "stt", "vad", "ingress")
SLOTS = ("tts", "llm", "turn", "stt", "vad")


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record a caller who asks two things."""
    path = tmp_path_factory.mktemp("caller") / "questions.wav"
    first = spoken("What time is breakfast?")
    second = spoken("How many rooms are free for two nights?")
    with wave.open(str(path), "wb") as caller:
        caller.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        caller.writeframes(silence(2.5) + first + silence(4.0) + second)
    return path


async def call_with(crash: Callable[[Job], None], questions: Path, folder: Path) -> list[Report]:
    """Crash something while the first answer is being spoken."""
    reports: list[Report] = []
    speaking = asyncio.Event()

    def note(report: Report) -> None:
        reports.append(report)
        if report.name == "agent_speech_started" and report.epoch > 1:
            speaking.set()

    async with Worker(Main) as worker:
        await worker.subscribe(note)
        line = WavFileTransport(input=questions, output=folder / "answer.wav")
        job = await worker.open_room("desk", line)
        await speaking.wait()
        await asyncio.sleep(0.3)
        crash(job)
        assert await job.closed() == "the caller has finished"
    return reports


def check(reports: list[Report], folder: Path) -> None:
    """Both questions were heard and answered; the second answer is heard to its end."""
    turns = [r.event.text for r in reports if isinstance(r.event, TurnCommitted)]
    assert turns == ["what time is breakfast", "how many rooms are free for two nights"]
    answers = [r.event.text for r in reports if isinstance(r.event, AgentTranscript)]
    assert answers[-1] == "We have 8 rooms free for 2 nights."
    assert answer_of(folder / "answer.wav") == "we have eight rooms free for two nights"


@pytest.mark.parametrize("stage", STAGES)
async def test_the_spoken_call_goes_on_after_a_stage_was_killed(
    stage: str, questions: Path, tmp_path: Path
) -> None:
    def kill(job: Job) -> None:
        address: AnyAddress = getattr(job.call.addresses, stage)
        address.kill()

    reports = await call_with(kill, questions, tmp_path)
    check(reports, tmp_path)
    assert [report for report in reports if report.name == "actor_restarted"]


@pytest.mark.parametrize("slot", SLOTS)
async def test_the_spoken_call_goes_on_after_a_performer_was_killed(
    slot: str, questions: Path, tmp_path: Path
) -> None:
    def kill(job: Job) -> None:
        hold = job.call.addresses.of_slot(slot).hold
        assert isinstance(hold, Hold)
        for performer in hold.live.values():
            performer.kill()

    check(await call_with(kill, questions, tmp_path), tmp_path)


async def test_the_spoken_call_goes_on_after_the_engine_of_the_voice_was_killed(
    questions: Path, tmp_path: Path
) -> None:
    def kill(job: Job) -> None:
        services = job.call.services
        assert isinstance(services, WorkerServices)
        services.engines.kill()

    check(await call_with(kill, questions, tmp_path), tmp_path)
