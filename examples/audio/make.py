"""Speak the caller of the front desk with flite (Debian package ``flite``).

python examples/audio/make.py

The pauses leave the agent time to greet and to answer: a recording cannot wait for it.
"""

import subprocess
import wave
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
RATE_HZ = 16_000
SAYINGS = (
    (2.5, "What time is breakfast?"),
    (4.0, "How many rooms are free for two nights?"),
    (4.5, "Thank you."),
)
"""So many seconds of silence, then this."""


def main() -> None:
    """Write front_desk.wav beside this file."""
    with wave.open(str(HERE / "front_desk.wav"), "wb") as caller:
        caller.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        for pause_s, text in SAYINGS:
            caller.writeframes(bytes(2 * int(pause_s * RATE_HZ)) + speech(text))


def speech(text: str) -> bytes:
    """Return what flite makes of the text: 16 kHz, mono, s16le."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "speech.wav")
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", path], check=True)  # noqa: S603, S607
        with wave.open(str(path)) as speech:
            return speech.readframes(speech.getnframes())


if __name__ == "__main__":
    main()
