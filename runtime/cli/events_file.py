"""The public events of a call as JSON Lines, one object a line."""

import json
from pathlib import Path
from types import TracebackType
from typing import Self

from actors.reports import Report
from runtime.errors import UserError
from runtime.places import check_place


class EventsFile:
    """Writes reports to a file, each at once, so that one can follow them as they come.

    A context manager, whose end completes the file.

    Raises:
        UserError: the file cannot be written there.
    """

    def __init__(self, path: Path) -> None:
        check_place(path)
        try:
            self._file = path.open("w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise UserError(f"{path}: cannot be written ({error.strerror})") from error

    def write(self, report: Report) -> None:
        """Add one event."""
        self._file.write(json.dumps(report.to_dict(), ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Complete the file."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return the open file."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Complete the file."""
        self.close()
