"""The parts on the page about parts of one's own hold a call as they stand there."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.real_time, pytest.mark.timeout(60)]

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/providers.md").read_text(encoding="utf-8")
RUNTIME = Path(sys.executable).with_name("runtime")
QUESTION = ROOT / "examples/audio/front_desk.wav"
LENGTHS = ("1", "2", "1")
"""Of what the recorded caller says, in seconds."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Save the Python of the page as `own_parts.py`."""
    blocks = (block.split("```")[0] for block in PAGE.split("```python\n")[1:])
    (tmp_path / "own_parts.py").write_text("\n\n".join(blocks), encoding="utf-8")
    return tmp_path


def runtime(folder: Path, *arguments: str | Path) -> str:
    command = (RUNTIME, *arguments)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_check_names_the_parts_of_the_page(folder: Path) -> None:
    shown = runtime(folder, "check", "own_parts:Main")
    assert "own_parts:Main is in order" in shown
    assert "loudness (vad), stopwatch (stt), beeper (tts) do not say which keys they need" in shown
    for part in ("beeper", "stopwatch", "loudness, understudied by energy"):
        assert f"{part}\n" in shown


def test_the_parts_of_the_page_hear_and_answer_a_recording(folder: Path) -> None:
    files = ("--input", QUESTION, "--output", "answer.wav", "--events", "events.jsonl", "--fast")
    runtime(folder, "run", "own_parts:Main", *files)
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    said = [event["text"] for event in events if event["event"] == "agent_transcript"]
    assert said == [f"You spoke for {seconds} seconds." for seconds in LENGTHS]
    assert not [event for event in events if event["event"] in {"error", "provider_switched"}]
