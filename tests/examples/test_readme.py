"""The README's agent is saved and talked to as the README says."""

import subprocess
import sys
import wave
from pathlib import Path

import pytest

from tests.providers.sounds import RATE_HZ, silence, spoken

pytestmark = [pytest.mark.slow, pytest.mark.real_time, pytest.mark.timeout(60)]

README = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
RUNTIME = Path(sys.executable).with_name("runtime")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Save the first Python of the page as `agent.py`."""
    code = README.split("```python\n")[1].split("```")[0]
    (tmp_path / "agent.py").write_text(code, encoding="utf-8")
    return tmp_path


def runtime(folder: Path, *arguments: str, lines: str = "") -> str:
    done = subprocess.run(
        (RUNTIME, *arguments),
        cwd=folder,
        input=lines,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_agent_of_the_readme_is_in_order(folder: Path) -> None:
    assert "agent:Main is in order" in runtime(folder, "check", "agent:Main")


def test_the_agent_of_the_readme_answers_what_is_written(folder: Path) -> None:
    question = "how many rooms are free for three nights"
    assert question in README
    shown = runtime(folder, "run", "agent:Main", "--text", lines=question).splitlines()
    assert "Front desk, good evening." in shown
    assert "We have 6 rooms free." in shown


@pytest.mark.system("flite")
def test_the_agent_of_the_readme_greets_a_recording_and_answers_it(folder: Path) -> None:
    question = spoken("How many rooms are free for four nights?")
    with wave.open(str(folder / "question.wav"), "wb") as caller:
        caller.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        caller.writeframes(silence(3.0) + question)
    files = ("--input", "question.wav", "--output", "answer.wav")
    shown = runtime(folder, "run", "agent:Main", *files, "--events", "events.jsonl", "--fast")
    spoken_lines = [
        line.split(": ", 1)[1].strip() for line in shown.splitlines() if "agent:" in line
    ]
    assert spoken_lines == ["Front desk, good evening.", "We have 4 rooms free."]
    assert (folder / "answer.wav").stat().st_size > RATE_HZ
    assert (folder / "events.jsonl").stat().st_size > 0
