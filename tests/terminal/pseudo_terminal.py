"""A terminal that exists in the test only: keys go in at one end, what is drawn comes out there."""

import asyncio
import fcntl
import os
import pty
import re
import struct
import termios
from collections.abc import Callable, Generator
from contextlib import contextmanager

import pytest

LINES, COLUMNS = 50, 160
_ORDERS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Colours, movements of the cursor and the like (ECMA-48)."""


class PseudoTerminal:
    """What a person at a terminal does and sees."""

    def __init__(self, fd: int, theirs: int) -> None:
        self.theirs = theirs
        """The end at which a program reads and writes."""
        self.raw = ""
        self._fd = fd

    @property
    def seen(self) -> str:
        """All that was ever drawn, without colours and movements."""
        return _ORDERS.sub("", self.raw)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._fd, keys.encode())

    def forget(self) -> None:
        """Look only at what is drawn from now on."""
        self._read()
        self.raw = ""

    async def until(self, text: str, *, within_s: float = 40.0) -> str:
        """Wait until this is drawn; return what is seen."""
        await self._until(lambda: text in self.seen, text, within_s)
        return self.seen

    async def until_gone(self, text: str, *, heading: str) -> None:
        """Wait until it is missing in a whole picture; each begins with this heading."""

        def is_gone() -> bool:
            _before, *whole, _begun = ("", *self.seen.split(heading))
            return len(whole) > 1 and text not in whole[-1]

        await self._until(is_gone, f"a picture without {text}", 40.0)

    async def until_raw(self, orders: str, *, within_s: float = 40.0) -> None:
        """Wait for control sequences."""
        await self._until(lambda: orders in self.raw, orders, within_s)

    async def _until(self, is_there: Callable[[], bool], what: str, within_s: float) -> None:
        end_s = asyncio.get_running_loop().time() + within_s
        while not is_there():
            late = asyncio.get_running_loop().time() > end_s
            assert not late, f"{what!r} was never drawn: {self.raw[-4000:]!r}"
            await asyncio.sleep(0.02)
            self._read()

    def _read(self) -> None:
        try:
            while some := os.read(self._fd, 65_536):
                self.raw += some.decode(errors="replace")
        except BlockingIOError:
            pass
        except OSError:  # Linux says so when nobody has the other end open (EIO)
            pass


def as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let programs know this terminal; readline, loaded by pytest, tells them of another one."""
    for name, value in (("TERM", "xterm"), ("COLUMNS", COLUMNS), ("LINES", LINES)):
        monkeypatch.setenv(name, str(value))


@contextmanager
def pseudo_terminal() -> Generator[PseudoTerminal]:
    """Open one; both ends are closed afterwards."""
    fd, theirs = pty.openpty()
    try:
        os.set_blocking(fd, False)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        yield PseudoTerminal(fd, theirs)
    finally:
        os.close(fd)
        os.close(theirs)
