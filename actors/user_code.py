"""Where user code runs: what it raises to end the program ends no more than that piece of it."""

from collections.abc import Generator
from contextlib import contextmanager


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
