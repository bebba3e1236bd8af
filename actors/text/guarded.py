"""The guarded filter: a text filter of the user's, whose failure costs no reply.

It runs within the actors that hold a reply: they would fall over it again and again.
"""

from collections.abc import Callable

from actors.text.speakable import SpeakableFilter, TextFilter
from actors.user_code import blame, confined


class GuardedFilter:
    """Lets the built-in filter go on with the text where the user's own one fails."""

    def __init__(self, make: Callable[[], TextFilter], tell: Callable[[str], None]) -> None:
        """Make the user's filter; ``tell`` is told of what it fails."""
        self._tell = tell
        self._filter: TextFilter = SpeakableFilter()
        self._try(lambda: self._use(make()))

    def push(self, delta: str) -> str:
        """Take the next text and return what is ready to be spoken."""
        text = self._try(lambda: self._filter.push(delta))
        return self._instead().push(delta) if text is None else text

    def flush(self) -> str:
        """Return what was held back: the text is at its end."""
        text = self._try(self._filter.flush)
        return self._instead().flush() if text is None else text

    def _use(self, own: TextFilter) -> str:
        self._filter = own
        return ""

    def _instead(self) -> TextFilter:
        self._filter = SpeakableFilter()
        return self._filter

    def _try(self, job: Callable[[], object]) -> str | None:
        try:
            with confined():
                text = job()
        except Exception as error:  # noqa: BLE001 - told, and the text goes on without it
            self._tell(blame(error))
            return None
        if isinstance(text, str):
            return text
        self._tell(f"it returned {type(text).__name__}, not str")
        return None
