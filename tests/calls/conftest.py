"""A call leaves no file descriptor behind (tasks, threads and processes: see the top conftest)."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def no_file_is_left_open() -> Iterator[None]:
    before = open_files()
    yield
    gc.collect()
    left = open_files() - before
    assert not left, f"left open: {sorted(left)}"


def open_files() -> set[str]:
    """Name what is open, where the system tells (Linux)."""
    folder = Path("/proc/self/fd")
    if not folder.exists():
        return set()
    found: set[str] = set()
    for entry in folder.iterdir():
        if entry.exists() or entry.is_symlink():
            found.add(f"{entry.name} {entry.readlink()}" if entry.is_symlink() else entry.name)
    return {name for name in found if "/proc/" not in name}
