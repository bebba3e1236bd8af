"""The command `runtime simulate`."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.real_time, pytest.mark.timeout(120)]
ROOT = Path(__file__).parent.parent.parent
AGENT = "examples.front_desk:Main"
DEAF = """
from runtime import Agent

class Main(Agent):
    llm = "demo"
    tts = "espeak"

    async def on_enter(self):
        raise ValueError("a bug of the user's")
"""


def simulate(*options: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = (Path(sys.executable).with_name("runtime"), "simulate", *options)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_several_processes_hold_the_same_calls_as_one() -> None:
    alone, together = (simulate(AGENT, "--calls", "4", "--jobs", jobs) for jobs in "12")
    assert (alone.returncode, alone.stderr) == (0, "")
    assert alone.stdout == together.stdout
    assert "worst silence heard" in alone.stdout
    assert "fault: " in alone.stdout
    assert "turns " in alone.stdout
    assert "tool calls " in alone.stdout


def test_a_violation_is_shortened_and_can_be_held_again(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(DEAF)
    done = simulate("mine:Main", "--calls", "1", "--seed", "7", folder=tmp_path)
    assert done.returncode == 1
    assert "a bug of the user's" in done.stdout
    assert "one in which nobody says anything and nothing goes wrong" in done.stdout
    (again,) = (line for line in done.stdout.splitlines() if line.startswith("  runtime simulate"))
    *options, file = again.split()[2:]
    replay = simulate(*options, file, folder=tmp_path)
    assert replay.returncode == 1
    assert "a bug of the user's" in replay.stdout
    assert (tmp_path / file).read_text().startswith('{"at_ns"')


def test_failed_calls_that_are_not_shown_are_named(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(DEAF)
    done = simulate("mine:Main", "--calls", "5", "--calm", folder=tmp_path)
    assert done.stdout.count("Hold it again") == 3
    assert done.stdout.endswith("\n\n2 more failed: seeds 4, 5\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("nowhere:Main",), "there is no module 'nowhere'"),
        ((AGENT, "--seed", "3", "--without", "1,x"), "give numbers from 0 to"),
        ((AGENT, "--jobs", "0"), "0 is not in the range"),
    ],
)
def test_a_mistake_is_one_line(options: tuple[str, ...], told: str) -> None:
    done = simulate(*options)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
