"""`runtime run --text`, with lines from a pipe and in a terminal."""

import asyncio
import os
import pty
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from actors import reports
from actors.reports import Report
from runtime.cli.chat_screen import ChatScreen
from runtime.cli.stdin_lines import stdin_lines

ROOT = Path(__file__).parent.parent.parent
PROGRAM = (sys.executable, "-c", "from runtime.cli.main import main; main()", "run")
AGENT = """
from providers import DemoBrain, Rule
from runtime import Agent, function_tool

class Main(Agent):
    llm = DemoBrain(rules=[Rule("how many rooms are free", call="rooms", say="We have {result}.")])

    @function_tool
    async def rooms(self) -> str:
        "How many rooms are free."
        return "three"

    async def on_enter(self) -> None:
        await self.session.say("Good evening.")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hotel.py").write_text(AGENT, encoding="utf-8")
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "XDG_RUNTIME_DIR": str(folder)}


# ---------------------------------------------------------------- lines


async def lines_of(*chunks: bytes) -> list[str]:
    reading, writing = os.pipe()
    try:
        for chunk in chunks:
            os.write(writing, chunk)
        os.close(writing)
        return [line async for line in stdin_lines(reading)]
    finally:
        os.close(reading)


@pytest.mark.real_time
async def test_lines_come_without_their_ends_and_without_empty_ones() -> None:
    assert await lines_of(b"hello\n\n  two nights \r\nbye") == ["hello", "two nights", "bye"]


@pytest.mark.real_time
async def test_what_is_no_text_is_read_as_well_as_can_be() -> None:
    assert await lines_of(b"caf\xe9\n") == ["caf\ufffd"]


@pytest.mark.real_time
async def test_a_file_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(b"one\ntwo\n")
    fd = os.open(path, os.O_RDONLY)
    try:
        assert [line async for line in stdin_lines(fd)] == ["one", "two"]
    finally:
        os.close(fd)


@pytest.mark.real_time
async def test_waiting_for_a_line_can_be_cancelled() -> None:
    reading, writing = os.pipe()
    frames = stdin_lines(reading)
    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await anext(frames)
    finally:
        await frames.aclose()
        os.close(reading)
        os.close(writing)


# ---------------------------------------------------------------- the screen


class Seen:
    def __init__(self, *, typed: bool) -> None:
        self.text = ""
        self.screen = ChatScreen(self.write, typed=typed)

    def write(self, text: str) -> None:
        self.text += text

    def hear(self, *events: reports.Event) -> None:
        for event in events:
            self.screen.hear(Report(0, "r1", 1, event))


def test_an_answer_streams_and_its_tools_stand_before_it() -> None:
    seen = Seen(typed=False)
    seen.screen.wrote("how many?")
    seen.hear(
        reports.TurnCommitted("how many?", "stt"),
        reports.ToolCalled("rooms", "{}", "done", "three"),
        reports.AgentWords("We have"),
    )
    assert seen.text == "> how many?\n  rooms({}) → three\nWe have"

    seen.hear(reports.AgentWords("three."), reports.AgentSpeechFinished("finished", 0))
    assert seen.text.endswith("\nWe have three.\n")
    assert not seen.screen.awaits_answer


def test_an_answer_that_was_cut_is_marked() -> None:
    seen = Seen(typed=True)
    seen.hear(reports.AgentWords("We"), reports.AgentSpeechFinished("interrupted", 0))

    assert seen.text == "We –\n"


def test_whoever_types_is_prompted_once_when_the_agent_is_idle() -> None:
    seen = Seen(typed=True)
    idle = reports.AgentStateChanged("idle")
    seen.hear(idle, idle, reports.AgentWords("Good evening."))
    seen.hear(reports.AgentSpeechFinished("finished", 0), idle)

    assert seen.text == "> \nGood evening.\n> "


def test_a_line_that_is_no_turn_is_told() -> None:
    seen = Seen(typed=False)
    seen.hear(reports.TurnDropped("hm", "noise"))

    assert seen.text == "  not taken as a turn (noise): hm\n"


def test_what_failed_before_the_turn_was_certain_and_fails_again_is_told_once() -> None:
    seen = Seen(typed=False)
    wrong = reports.Failure("llm", "rejected", "no")
    seen.hear(wrong, wrong)

    assert seen.text == "  llm failed (rejected): no\n"


# ---------------------------------------------------------------- the command


@pytest.mark.slow
def test_piped_lines_are_answered_one_after_the_other(folder: Path) -> None:
    chat = subprocess.run(
        [*PROGRAM, "hotel:Main", "--text", "--events", "events.jsonl"],
        cwd=folder,
        env=environment(folder),
        input="how many rooms are free\nthank you\n",
        capture_output=True,
        text=True,
        check=False,
    )

    assert chat.stdout.splitlines() == [
        "Good evening.",
        "> how many rooms are free",
        "  rooms({}) → three",
        "We have three.",
        "> thank you",
        "You are welcome.",
        "  the call is over: the caller has finished",
    ]
    assert (chat.returncode, chat.stderr) == (0, "")
    assert "turn_committed" in (folder / "events.jsonl").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_call_goes_on_when_nobody_reads_on(folder: Path) -> None:
    reading, writing = os.pipe()
    chat = subprocess.Popen(
        [*PROGRAM, "hotel:Main", "--text", "--events", "events.jsonl"],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=writing,
        stderr=subprocess.PIPE,
    )
    os.close(writing)
    os.close(reading)
    _, errors = chat.communicate(b"how many rooms are free\nthank you\n", timeout=30)

    assert (chat.returncode, errors) == (0, b"")
    assert "You are welcome." in (folder / "events.jsonl").read_text(encoding="utf-8")


@contextmanager
def terminal(folder: Path, *arguments: str) -> Generator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Run the command in a terminal of its own."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=folder,
        env={**environment(folder), "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            yield ours, process
        finally:
            process.kill()
            os.close(ours)


def read_until(fd: int, text: str) -> str:
    seen = ""
    while text not in seen:
        seen += os.read(fd, 65536).decode()
    return seen


@pytest.mark.slow
def test_somebody_types_in_a_terminal(folder: Path) -> None:
    with terminal(folder, "hotel:Main", "--text") as (fd, process):
        read_until(fd, "Good evening.")
        os.write(fd, b"how many rooms are free\n")
        assert "rooms({}) → three" in read_until(fd, "We have three.\r\n> ")
        os.write(fd, b"\x04")
        read_until(fd, "the caller has finished")

        assert process.wait(10) == 0
