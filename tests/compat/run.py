"""Run Pykka's own test suite against our two kinds of actor.

The source distribution of the pinned version carries its tests. They run in a process and a
folder of their own (their package is called `tests` too), against the installed Pykka; its
fixture `runtime` gets our actors beside Pykka's.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

PYKKA = "4.5.0"
ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "compat"
SUITE = CACHE / f"pykka-{PYKKA}"
PACKAGES = CACHE / "packages"

RUNTIMES = Path(__file__).with_name("runtimes.py")

DESELECTED: dict[str, str] = {}
"""Test by test, why ours need not pass it."""


def pip(*arguments: str) -> None:
    """Run the pip of this environment."""
    subprocess.run([sys.executable, "-m", "pip", *arguments, "--quiet"], check=True)


def fetch() -> None:
    """Bring the suite and the one plugin that it needs into the cache."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if not PACKAGES.exists():
        pip("install", "--target", str(PACKAGES), "--no-deps", "pytest-mock")
    if not SUITE.exists():
        pip("download", "--no-binary", ":all:", "--no-deps", f"pykka=={PYKKA}", "-d", str(CACHE))
        with tarfile.open(CACHE / f"pykka-{PYKKA}.tar.gz") as sdist:
            sdist.extractall(CACHE, filter="data")
    theirs = SUITE / "tests" / "conftest.py"
    kept = theirs.with_name("pykka_conftest.py")
    if not kept.exists():
        theirs.rename(kept)
    theirs.write_text(RUNTIMES.read_text(encoding="utf-8"), encoding="utf-8")


def main() -> int:
    """Fetch the suite if need be, run it, and return pytest's exit code."""
    fetch()
    if not DESELECTED:
        print("deselected: none")  # noqa: T201 - this is a program
    for test, reason in DESELECTED.items():
        print(f"deselected: {test}: {reason}")  # noqa: T201 - this is a program
    path = f"import sys; sys.path[:0] = {[str(SUITE), str(ROOT), str(PACKAGES)]!r}"
    options = ["--quiet", "--timeout=60", "--config-file=pyproject.toml"]  # theirs, not ours
    plugins = ["-p", "no:randomly", "-p", "no:cacheprovider", "-p", "pytest_mock"]
    deselect = [f"--deselect={test}" for test in DESELECTED]
    pytest = f"import pytest; sys.exit(pytest.main({['tests', *options, *plugins, *deselect]!r}))"
    command = [sys.executable, "-P", "-c", f"{path}; {pytest}"]
    return subprocess.run(command, cwd=SUITE, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
