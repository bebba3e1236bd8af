"""Lines from standard input on the event loop: typed, piped, or from a file."""

import asyncio
import os
import stat
from collections.abc import AsyncGenerator
from typing import Final

READ_BYTES: Final = 65536
LONGEST_LINE: Final = 100_000
"""A line longer than this is taken in parts."""


async def stdin_lines(fd: int = 0) -> AsyncGenerator[str, None]:
    """Yield each line without its end, until the input ends; empty ones are left out."""
    rest = b""
    while chunk := await _read(fd):
        rest += chunk
        *lines, rest = rest.split(b"\n")
        if len(rest) > LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        for line in filter(None, map(_text, lines)):
            yield line
    if last := _text(rest):
        yield last


def _text(line: bytes) -> str:
    return line.decode(errors="replace").strip()


async def _read(fd: int) -> bytes:
    """Wait until there is something to read; a file never makes one wait, and cannot be watched."""
    mode = os.fstat(fd).st_mode
    if os.isatty(fd) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        await _readable(fd)
    return os.read(fd, READ_BYTES)


async def _readable(fd: int) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(fd, lambda: ready.done() or ready.set_result(None))
    try:
        await ready
    finally:
        loop.remove_reader(fd)
