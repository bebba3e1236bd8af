"""A worker started by its command, as a newcomer starts it."""

import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
STARTS_WITHIN_S: Final = 50.0


@contextmanager
def worker_of(agent: str, output: Path) -> Generator[str]:
    """Run the agent (``module:attribute``) until the block ends; yield the link that it prints."""
    command = [Path(sys.executable).with_name("runtime"), "run", agent, "--port", "0"]
    with (
        output.open("w") as file,
        subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file) as worker,
    ):
        try:
            yield _printed_link(output)
        finally:
            worker.terminate()


def _printed_link(output: Path) -> str:
    deadline_s = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline_s:
        for word in output.read_text(encoding="utf-8").split():
            if word.startswith("http://") and "#token=" in word:
                return word
        time.sleep(0.05)
    raise AssertionError(f"no link was printed: {output.read_text(encoding='utf-8')}")
