"""Single keys from the terminal while a call goes on."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

if sys.platform != "win32":
    import termios
    import tty


@asynccontextmanager
async def keys_pressed(press: Callable[[str], None]) -> AsyncGenerator[None]:
    """Call ``press`` with each key while the block runs; without a terminal nobody presses any."""
    if sys.platform == "win32" or not sys.stdin.isatty():
        yield
        return
    loop, fd = asyncio.get_running_loop(), sys.stdin.fileno()

    def read() -> None:
        typed = os.read(fd, 64)
        if not typed:  # the terminal is gone
            loop.remove_reader(fd)
        for key in typed.decode(errors="ignore"):
            press(key)

    with _key_by_key(fd):
        loop.add_reader(fd, read)
        try:
            yield
        finally:
            loop.remove_reader(fd)


@contextmanager
def _key_by_key(fd: int) -> Generator[None]:
    """Get keys without Enter and without echo; Ctrl-C stays what it is."""
    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd)
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
