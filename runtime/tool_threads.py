"""Threads for blocking tools: one for each call, so that one that hangs holds up no other."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class ToolThreads(Executor):
    """Runs each call in a thread of its own, at most ``limit`` at once over all rooms.

    The threads are daemons: one whose tool never returns is abandoned when the worker stops.
    """

    def __init__(self, limit: int = 64) -> None:
        """Allow ``limit`` calls at once."""
        self._limit = limit
        self._lock = threading.Lock()
        self._running = 0

    @property
    def running(self) -> int:
        """How many calls have not returned yet, abandoned ones included."""
        return self._running

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run the call.

        Raises:
            RuntimeError: As many calls as are allowed run, or hang, already.
        """
        with self._lock:
            if self._running >= self._limit:
                raise RuntimeError(f"{self._limit} blocking tools run, or hang, already")
            self._running += 1
        future: Future[T] = Future()

        def run() -> None:
            try:
                outcome = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - handed to whoever awaits the future
                future.set_exception(error)
            else:
                future.set_result(outcome)
            finally:
                with self._lock:
                    self._running -= 1

        future.set_running_or_notify_cancel()
        threading.Thread(target=run, name="sync-tool", daemon=True).start()
        return future
