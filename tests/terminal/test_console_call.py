"""A whole call by sound devices, virtual ones: spoken into a microphone, heard on a loudspeaker."""

import json
import os
import pty
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runtime.cli.main import main
from tests.attempts import repeated
from tests.e2e.answer_check import answer_of
from tests.providers.sounds import RATE_HZ, silence, spoken
from tests.terminal.sound_card import SoundCard, machine
from tests.terminal.sound_server import ended, sound_server

ROOT = Path(__file__).parent.parent.parent
PROGRAM = (sys.executable, "-c", "from runtime.cli.main import main; main()")
LONGEST_CALL_S = 80.0
QUESTION = "how many rooms are free for two nights"
ANSWER = "We have 8 rooms free for 2 nights."


def read_until(process: "subprocess.Popen[bytes]", text: str) -> str:
    assert process.stdout is not None
    seen = ""
    while text not in seen:
        line = process.stdout.readline().decode()
        assert line, f"the call ended before {text!r}: {seen}"
        seen += line
    return seen


@contextmanager
def killed_after(process: "subprocess.Popen[bytes]", seconds: float) -> Generator[None]:
    """Let nobody wait for ever for what the process does not say."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.system("portaudio", "pulseaudio", "flite")
def test_a_question_is_heard_and_its_answer_sounds(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    repeated(lambda: ask_and_listen(tmp_path_factory.mktemp("call")))


def ask_and_listen(folder: Path) -> None:
    with wave.open(str(folder / "question.wav"), "wb") as question:
        question.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        question.writeframes(silence(0.5) + spoken(QUESTION) + silence(0.5))
    keyboard, theirs = pty.openpty()
    with sound_server(folder) as server:
        call = subprocess.Popen(
            [*PROGRAM, "run", "examples.front_desk:Main", "--console", "--events", "events.jsonl"],
            cwd=folder,
            env={**server.environment, "PYTHONPATH": str(ROOT)},
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # ALSA itself tells of underruns there
        )
        assert call.stdout is not None
        with call.stdout, ended(call), killed_after(call, LONGEST_CALL_S):
            assert "With headphones: --full-duplex" in read_until(call, "good evening")
            with server.recording(folder / "heard.wav"):
                server.run("paplay", "--device=micsrc", str(folder / "question.wav"))
                conversation = read_until(call, ANSWER)
                time.sleep(1.0)  # what is played last must come round to the recording
            os.write(keyboard, b"q")
            read_until(call, "you hung up")
            assert call.wait(40) == 0
    os.close(theirs)
    os.close(keyboard)

    assert f"caller: {QUESTION}" in conversation
    assert "ms after the caller's last sound" in conversation
    assert answer_of(folder / "heard.wav") == "we have eight rooms free for two nights"
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    names = [json.loads(line)["event"] for line in lines]
    assert names.count("turn_committed") == 1, "the agent did not hear itself"
    assert "interrupted" not in names


# ---------------------------------------------------------------- before the call


def complaint_of(capsys: pytest.CaptureFixture[str], *extra: str) -> str:
    with pytest.raises(SystemExit) as exited:
        main(("run", "examples.front_desk:Main", "--console", *extra))
    captured = capsys.readouterr()
    assert (exited.value.code, captured.out, captured.err.count("\n")) == (2, "", 1)
    return captured.err


def test_a_machine_without_a_microphone_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    SoundCard().plug_in(monkeypatch)

    assert "this machine has no microphone: plug one in, or do without" in complaint_of(capsys)


def test_a_device_that_is_not_there_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine(monkeypatch)

    complaint = complaint_of(capsys, "--output-device", "bluetooth")

    assert "there is no loudspeaker 'bluetooth'; `runtime devices` lists them" in complaint
