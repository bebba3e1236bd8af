"""Finding a running worker of this user and asking it for its tree."""

import contextlib
import json
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final, Self

from runtime.errors import UserError

ANSWER_WITHIN_S: Final = 5.0
START_ONE: Final = "start one with: runtime run"


def socket_of(folder: Path, pid: int) -> Path:
    """Return where the worker with that process number listens."""
    return folder / f"{pid}.sock"


def running_workers(folder: Path) -> list[int]:
    """Return the process numbers of this user's workers; the sockets of dead ones are removed."""
    found: list[int] = []
    for path in folder.glob("*.sock"):
        if not path.stem.isdecimal():
            continue
        try:
            with _connected(path):
                found.append(int(path.stem))
        except ConnectionRefusedError:  # it was killed before it could clean up
            path.unlink(missing_ok=True)
    return sorted(found)


def choose_worker(folder: Path, pid: int | None) -> int:
    """Return the one worker that is meant.

    Raises:
        UserError: there is none, or more than one to choose from.
    """
    running = running_workers(folder)
    listed = ", ".join(map(str, running))
    if pid is not None and pid not in running:
        others = f"these are: {listed}" if running else START_ONE
        raise UserError(f"no worker with the process number {pid} is running; {others}")
    if pid is None and len(running) > 1:
        raise UserError(f"{len(running)} workers are running; choose one: --pid {listed}")
    if not running:
        raise UserError(
            "no `runtime run` is running here; an embedded worker shows its tree at GET /tree"
        )
    return running[0] if pid is None else pid


class TreeClient:
    """An open connection to one worker; a context manager."""

    def __init__(self, folder: Path, pid: int) -> None:
        self._path = socket_of(folder, pid)
        self._pid = pid
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Connect.

        Raises:
            UserError: the worker has ended.
        """
        with self._explained():
            connection = self._stack.enter_context(_connected(self._path))
            self._file = self._stack.enter_context(connection.makefile("rwb"))
        return self

    def __exit__(self, *_reason: object) -> None:
        """Disconnect."""
        with contextlib.suppress(BrokenPipeError):  # there is nothing left to flush to
            self._stack.close()

    def picture(self) -> dict[str, Any]:
        """Ask for the tree as it is now.

        Raises:
            UserError: the worker has ended.
        """
        with self._explained():
            self._file.write(b"tree\n")
            self._file.flush()
            line = self._file.readline()
            if not line:
                raise ConnectionResetError
            return json.loads(line)

    @contextlib.contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except TimeoutError as error:
            raise UserError(f"the worker {self._pid} does not answer") from error
        except OSError as error:
            raise UserError(f"the worker {self._pid} has ended") from error


def _connected(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(ANSWER_WITHIN_S)
    try:
        connection.connect(str(path))
    except BaseException:
        connection.close()
        raise
    return connection
