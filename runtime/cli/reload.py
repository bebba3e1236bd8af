"""``--reload``: call again, with fresh code, when a call is over and the code has changed.

Nothing watches while somebody talks: what counts is whether the files differ between two calls. A
new process begins then, since modules that were imported once cannot be forgotten reliably.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NoReturn

import click

from runtime.errors import UserError

LOOK_EVERY_S: Final = 0.5
Code = Mapping[Path, int]


def run_reloading(
    call: Callable[[], int],
    folder: Path,
    *,
    again: Callable[[], NoReturn] | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> NoReturn:
    """Hold a call, wait for a change below the folder, and begin again; Ctrl-C ends it.

    Args:
        call: holds one call.
        folder: where the code is.
        again: replaces this process by a fresh one.
        pause: waits so many seconds.
    """
    before = code_in(folder)
    try:
        call()
    except UserError as error:  # half a change was saved, for example: the next one may mend it
        click.echo(f"runtime: {error}", err=True)
    if code_in(folder) == before:
        click.echo("Waiting for the code to change; Ctrl-C ends.")
    while not (changed := differences(before, code_in(folder))):
        pause(LOOK_EVERY_S)
    click.echo(f"Changed: {', '.join(path.name for path in changed)}. Calling again.")
    (again or _begin_again)()


def code_in(folder: Path) -> Code:
    """Return when each Python file below the folder was changed last; hidden folders are left."""
    found: dict[Path, int] = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        for name in files:
            path = Path(place, name)
            if name.endswith(".py") and path.exists():
                found[path] = path.stat().st_mtime_ns
    return found


def differences(before: Code, now: Code) -> list[Path]:
    """Return the files that are new, gone or changed."""
    return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))


def _begin_again() -> NoReturn:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - this very command
