"""A PulseAudio server with a virtual microphone and a virtual loudspeaker, in a home of its own.

What is played into the sink ``micsrc`` is heard by the default microphone; what the default
loudspeaker plays can be recorded from ``spk.monitor``. Idle null sinks work in blocks of up to two
seconds, so clients that play and record silence keep them awake.
"""

import os
import subprocess
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ALSA = "pcm.!default { type pulse }\nctl.!default { type pulse }\n"
SINKS = (
    *("-L", "module-native-protocol-unix"),
    *("-L", "module-null-sink sink_name=spk rate=48000"),
    *("-L", "module-null-sink sink_name=micsrc rate=48000"),
    *("-L", "module-remap-source master=micsrc.monitor source_name=mic"),
)
READY_WITHIN_S = 40.0
SECOND = 44_100 * 2 * 2


@dataclass(frozen=True, slots=True)
class SoundServer:
    environment: dict[str, str]

    def start(self, *command: str, **more: int) -> "subprocess.Popen[bytes]":
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | more
        return subprocess.Popen(command, env=self.environment, **quiet)  # pyright: ignore[reportCallIssue, reportArgumentType] - file numbers only

    def run(self, *command: str) -> int:
        return subprocess.run(
            command, env=self.environment, capture_output=True, timeout=30, check=False
        ).returncode

    @contextmanager
    def recording(self, path: Path) -> Generator[None]:
        """Record what the loudspeaker plays."""
        form = ("--file-format=wav", "--format=s16le", "--rate=16000", "--channels=1")
        with ended(self.start("parec", "--device=spk.monitor", *form, str(path))):
            yield


@contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Generator["subprocess.Popen[bytes]"]:
    """Terminate the process at the end of the block."""
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def sound_server(home: Path) -> Generator[SoundServer]:
    """Run the server and what keeps it awake."""
    (home / ".asoundrc").write_text(ALSA, encoding="utf-8")
    home.chmod(0o700)
    path = os.defpath + ":/usr/local/bin"
    server = SoundServer({"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PATH": path})
    with ExitStack() as running:
        daemon = ("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", *SINKS)
        running.enter_context(ended(server.start(*daemon)))
        _wait_for(server)
        server.run("pactl", "set-default-sink", "spk")
        server.run("pactl", "set-default-source", "mic")
        for sink in ("spk", "micsrc"):
            silence = ("pacat", f"--device={sink}", "--latency-msec=20", "/dev/zero")
            running.enter_context(ended(server.start(*silence)))
        listening = ("parec", "--device=mic", "--latency-msec=20")
        running.enter_context(ended(server.start(*listening, "/dev/null")))
        with ended(server.start(*listening, stdout=subprocess.PIPE)) as probe:
            assert probe.stdout is not None
            with probe.stdout:
                probe.stdout.read(2 * SECOND)  # by now the sinks are awake
        yield server


def _wait_for(server: SoundServer) -> None:
    deadline_s = time.monotonic() + READY_WITHIN_S
    while server.run("pactl", "info") != 0:
        assert time.monotonic() < deadline_s, "the sound server does not answer"
        time.sleep(0.05)
