"""Where the user wants a file to be written: looked at before a call begins."""

import os
from pathlib import Path

from runtime.errors import UserError


def check_place(path: Path, *others: Path) -> None:
    """Check that a file can be written there, and that it is none of the ``others``.

    Raises:
        UserError: the folder is missing or may not be written to, a folder has this name, or the
            file is meant for something else.
    """
    if path.is_dir():
        raise UserError(f"{path}: this is a folder; name a file in it")
    if not path.parent.is_dir():
        raise UserError(f"{path}: the folder {path.parent} does not exist; make it first")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UserError(f"{path}: cannot be written (Permission denied)")
    if path.resolve() in {other.resolve() for other in others}:
        raise UserError(f"{path}: this file is meant for something else; name another one")
