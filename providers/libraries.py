"""Loading a library that the user may not have installed.

A declaration must be possible without it (an agent's file is imported to be looked at), so the
library is loaded when the provider is opened.
"""

import importlib
import importlib.util
from typing import Any

from actors.vendor import FailureKind, ProviderError


class MissingLibraryError(ProviderError):
    """A provider was opened whose library is not installed. Install what the message names."""

    def __init__(self, library: str, *, needed_by: str, extra: str = "embedded") -> None:
        """Say what is missing, who needs it and what to install."""
        super().__init__(
            f"{needed_by} needs the library {library}: pip install -e PATH_TO_CLONE'[{extra}]'",
            kind=FailureKind.MISCONFIGURED,
        )
        self.library = library


def load_library(library: str, *, needed_by: str) -> Any:
    """Import a library by its module name.

    Raises:
        MissingLibraryError: it is not installed.
    """
    try:
        return importlib.import_module(library)
    except ModuleNotFoundError as error:
        raise MissingLibraryError(library, needed_by=needed_by) from error


def require_library(library: str, *, needed_by: str, extra: str = "embedded") -> None:
    """Look whether a library is there that is imported elsewhere: by an engine, another process.

    Raises:
        MissingLibraryError: it is not installed.
    """
    if importlib.util.find_spec(library) is None:
        raise MissingLibraryError(library, needed_by=needed_by, extra=extra)
