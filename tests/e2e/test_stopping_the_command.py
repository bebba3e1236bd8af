"""A call that is stopped from outside ends as a call does, with its files complete."""

import json
import signal
import subprocess
import sys
import wave
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]

ROOT = Path(__file__).parent.parent.parent
RUN = ("run", "examples.front_desk:Main")
STOPPED = 130


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_call_that_is_stopped_completes_its_files(by: signal.Signals, tmp_path: Path) -> None:
    command = (
        *(Path(sys.executable).with_name("runtime"), *RUN),
        *("--input", ROOT / "examples/audio/front_desk.wav", "--output", tmp_path / "answer.wav"),
        *("--events", tmp_path / "events.jsonl"),
    )
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as call:
        assert call.stdout is not None
        assert "good evening" in call.stdout.readline()
        call.send_signal(by)
        call.stdout.read()
    assert call.returncode == STOPPED
    last = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["event"] == "session_closed"
    with wave.open(str(tmp_path / "answer.wav")) as answer:
        assert answer.getnframes() / answer.getframerate() > 1.5


def test_a_worker_in_the_background_of_a_script_can_be_stopped() -> None:
    command = (Path(sys.executable).with_name("runtime"), *RUN, "--port", "0")
    ignoring = ("sh", "-c", 'trap "" INT; exec "$@"', "sh", *command)
    with subprocess.Popen(ignoring, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        try:
            assert "Talk:" in worker.stdout.readline()
            worker.terminate()
            assert worker.wait(timeout=40) == STOPPED
        finally:
            worker.kill()
