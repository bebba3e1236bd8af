"""`@pytest.mark.system("flite")`: what a test needs of the operating system.

Where it is missing, the test is skipped with one line that names the Debian package; in CI, where
`.ci/run` has installed it, a skip would hide a hole, so the test fails.
"""

import ctypes.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class Requirement:
    debian_package: str
    is_present: Callable[[], bool]


REQUIREMENTS = {
    "flite": Requirement("flite", lambda: shutil.which("flite") is not None),
    "portaudio": Requirement(
        "libportaudio2", lambda: ctypes.util.find_library("portaudio") is not None
    ),
    "pulseaudio": Requirement(
        "pulseaudio pulseaudio-utils libasound2-plugins",
        lambda: all(map(shutil.which, ("pulseaudio", "pactl", "pacat", "parec"))),
    ),
    "chromium": Requirement("chromium", lambda: shutil.which("chromium") is not None),
}


def missing(name: str) -> str | None:
    """Return one line that says what is missing and how to get it, or None."""
    requirement = REQUIREMENTS[name]
    if requirement.is_present():
        return None
    return f"needs {name}: apt-get install {requirement.debian_package}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    names = [str(name) for mark in item.iter_markers("system") for name in mark.args]
    for line in filter(None, map(missing, names)):
        if os.environ.get("CI"):
            pytest.fail(f"{line} (a skip is a failure in CI)", pytrace=False)
        pytest.skip(line)
