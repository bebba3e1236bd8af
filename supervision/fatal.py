"""The interpreter's own exceptions, which end the program and not just an actor."""

from __future__ import annotations

from typing import cast

FATAL = (SystemExit, KeyboardInterrupt)


def raise_fatal(error: BaseException | None) -> None:
    """Raise the error, or the first of its group, if it is one that ends the program."""
    if isinstance(error, BaseExceptionGroup):
        fatal = cast("BaseExceptionGroup[BaseException]", error).subgroup(FATAL)
        error = fatal
        while isinstance(error, BaseExceptionGroup):
            error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    if isinstance(error, FATAL):
        raise error
