"""A spoken question, a tool, a spoken answer: each link checked, the last one by its sound.

flite calls the front desk; the tool gives another result each time, so an answer that does not
come from the tool fails.
"""

import json
import wave
from pathlib import Path
from typing import TypeVar

import pytest

from actors.reports import (
    AgentTranscript,
    Interrupted,
    Report,
    ToolCalled,
    TurnCommitted,
    UserTranscript,
)
from examples.front_desk import Main
from runtime import Worker, function_tool
from tests.e2e.answer_check import answer_of
from tests.providers.sounds import RATE_HZ, silence, spoken
from transports import WavFileTransport

pytestmark = [pytest.mark.slow, pytest.mark.system("flite"), pytest.mark.timeout(60)]

GREETING_S = 2.5

EventT = TypeVar("EventT")


class Desk(Main):
    """The front desk with as many free rooms as the test wants."""

    def __init__(self, rooms: int) -> None:
        self.free = rooms

    @function_tool
    async def rooms_free(self, nights: int) -> int:
        """Say how many rooms are free for that many nights."""
        return self.free


async def call(desk: Main, saying: bytes, folder: Path) -> list[Report]:
    """Let the caller say this once he is greeted; the answer is in ``answer.wav``."""
    with wave.open(str(folder / "question.wav"), "wb") as caller:
        caller.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        caller.writeframes(silence(GREETING_S) + saying)
    reports: list[Report] = []
    async with Worker(desk) as worker:
        await worker.subscribe(reports.append)
        line = WavFileTransport(input=folder / "question.wav", output=folder / "answer.wav")
        job = await worker.open_room("desk", line)
        await job.closed()
    return reports


def of_kind(reports: list[Report], kind: type[EventT]) -> list[EventT]:
    return [report.event for report in reports if isinstance(report.event, kind)]


@pytest.mark.parametrize(
    ("rooms", "nights", "answer"),
    [
        (2, "two", "we have two rooms free for two nights"),
        (5, "four", "we have five rooms free for four nights"),
        (7, "three", "we have seven rooms free for three nights"),
        (9, "two", "we have nine rooms free for two nights"),
        (12, "four", "we have twelve rooms free for four nights"),
    ],
)
async def test_the_caller_hears_what_the_tool_said(
    rooms: int, nights: str, answer: str, tmp_path: Path
) -> None:
    question = f"how many rooms are free for {nights} nights"
    reports = await call(Desk(rooms), spoken(f"{question}?"), tmp_path)
    finals = [event for event in of_kind(reports, UserTranscript) if event.final]
    assert finals == [UserTranscript(question, final=True)]
    (turn,) = of_kind(reports, TurnCommitted)
    assert turn.text == question
    done = [event for event in of_kind(reports, ToolCalled) if event.status == "done"]
    assert [(event.name, json.loads(event.arguments), event.output) for event in done] == [
        ("rooms_free", {"nights": {"two": 2, "three": 3, "four": 4}[nights]}, str(rooms))
    ]
    assert answer_of(tmp_path / "answer.wav") == answer


async def test_a_caller_who_is_silent_hears_no_answer(tmp_path: Path) -> None:
    reports = await call(Desk(2), silence(3.0), tmp_path)
    assert not of_kind(reports, TurnCommitted)
    assert answer_of(tmp_path / "answer.wav") is None


async def test_another_question_has_another_answer(tmp_path: Path) -> None:
    reports = await call(Desk(2), spoken("What time is breakfast?"), tmp_path)
    assert [event.name for event in of_kind(reports, ToolCalled)] == ["breakfast"] * 2
    assert answer_of(tmp_path / "answer.wav") is None


async def test_a_question_that_leaves_something_open_is_asked_back(tmp_path: Path) -> None:
    question, answer = (spoken(text, "awb") for text in ("How many rooms are free?", "two nights"))
    reports = await call(Desk(6), question + silence(3.5) + answer, tmp_path)
    assert [event.text for event in of_kind(reports, TurnCommitted)][1:] == ["two nights"]
    assert answer_of(tmp_path / "answer.wav") == "we have six rooms free for two nights"


async def test_a_caller_who_barges_in_is_heard_and_answered(tmp_path: Path) -> None:
    first, second = (
        spoken(f"{text}?")
        for text in ("What time is breakfast", "How many rooms are free for three nights")
    )
    reports = await call(Desk(8), first + silence(0.7) + second, tmp_path)
    assert len(of_kind(reports, Interrupted)) == 1
    heard = [event.text for event in of_kind(reports, AgentTranscript) if event.interrupted]
    assert heard
    assert "Breakfast is from seven to ten.".startswith(heard[0])
    assert answer_of(tmp_path / "answer.wav") == "we have eight rooms free for three nights"
