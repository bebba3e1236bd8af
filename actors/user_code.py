"""Where user code runs, and how what it raises is told.

What it raises to end the program ends no more than that piece of it.
"""

import os
import sysconfig
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_OURS: Final = ("actors", "providers", "runtime", "supervision", "transports")
_HOME: Final = Path(__file__).parent.parent
NOT_THE_USERS: Final = (
    "<",
    sysconfig.get_path("stdlib"),
    *(sysconfig.get_path(where) for where in ("purelib", "platlib")),
    *(f"{_HOME / package}{os.sep}" for package in _OURS),
)
"""How the names of files begin that are the machinery's."""


class ProgramExit(Exception):
    """User code wanted to end the whole program, which is not its own: it has failed."""


@contextmanager
def confined() -> Generator[None]:
    """Turn what would pass through every supervisor into an ordinary failure.

    Ctrl-C is none of it: the event loop's runner cancels the program.

    Raises:
        ProgramExit: the code called `sys.exit`, or raised KeyboardInterrupt.
    """
    try:
        yield
    except (SystemExit, KeyboardInterrupt) as error:
        raise ProgramExit(repr(error)) from error


def blame(error: BaseException) -> str:
    """Say in a line what was raised, and on which line of the user's: the innermost of them."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not frame.filename.startswith(NOT_THE_USERS)]
    said = f"{type(error).__name__}: {error}"
    return (
        f"{said} ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else said
    )
