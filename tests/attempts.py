"""Tests by the wall clock of what needs a machine that keeps pace with it."""

import contextlib
from collections.abc import Awaitable, Callable


async def undisturbed(attempt: Callable[[], Awaitable[None]], *, attempts: int = 5) -> None:
    """Try again where it fails: a machine that stands still makes a hole in real sound, by chance.

    What is wrong by itself is so each time.
    """
    for _ in range(attempts - 1):
        with contextlib.suppress(AssertionError):
            return await attempt()
    return await attempt()


def repeated(attempt: Callable[[], None], *, attempts: int = 3) -> None:
    """Try again where it fails, for the same reason."""
    for _ in range(attempts - 1):
        with contextlib.suppress(AssertionError):
            return attempt()
    return attempt()
