"""The curtain of a call: when it has fallen, nobody waits for anything of the call any more."""

from threading import Lock

from actors.utterance import Utterance
from runtime.listeners import Listeners


class Curtain:
    """Knows the utterances that are still open; any thread may add one.

    The Session says how what it knows of ends. What it was never told, or did not live to tell,
    ends here.
    """

    def __init__(self, listeners: Listeners) -> None:
        """Let go the readers of ``listeners`` as well, in the end."""
        self._listeners = listeners
        self._open: list[Utterance] = []
        self._has_fallen = False
        self._changing = Lock()  # tools may speak from a thread of their own

    def watch(self, utterance: Utterance) -> Utterance:
        """Return the utterance, which is dropped at the end of the call if it is still open."""
        with self._changing:
            if not self._has_fallen:
                still_open = [known for known in self._open if known.outcome is None]
                self._open = [*still_open, utterance]
                return utterance
        utterance.resolve("dropped", "")
        return utterance

    def fall(self) -> None:
        """Drop what is open and end the streams of events: the call's tree is no more."""
        with self._changing:
            self._has_fallen = True
            left, self._open = self._open, []
        for utterance in left:
            utterance.resolve("dropped", "")
        self._listeners.close()
