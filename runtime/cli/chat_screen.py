"""A conversation in writing as the terminal shows it: the answer as it comes, and the tools."""

import asyncio
from collections.abc import Callable

from actors.reports import (
    AgentSpeechFinished,
    AgentStateChanged,
    AgentWords,
    Report,
    TurnCommitted,
    TurnDropped,
)
from runtime.cli.transcript import Asides

PROMPT = "> "
ASIDE = "  "


class ChatScreen:
    """Writes to a stream; remembers whether a line is open and an answer is due.

    Args:
        put: shows text at once.
        typed: whether somebody sits there and types; else lines come from a file or a pipe.
    """

    def __init__(self, put: Callable[[str], object], *, typed: bool) -> None:
        self.typed = typed
        self.awaits_answer = False
        """Whether a turn has not been answered (yet)."""
        self.quiet = asyncio.Event()
        """Set while nothing is being answered."""
        self._put = put
        self._open = False
        self._prompted = False
        self._asides = Asides()

    def wrote(self, line: str) -> None:
        """Take note of a line of the caller's; the terminal has shown it if it was typed."""
        self.quiet.clear()
        self._prompted = False
        if not self.typed:
            self.line(f"{PROMPT}{line}")

    def line(self, text: str) -> None:
        """Put out a line of its own."""
        self._close()
        self._put(f"{text}\n")

    def hear(self, report: Report) -> None:
        """Show what a reader wants to know of this report."""
        match report.event:
            case AgentWords(text):
                self.awaits_answer = False
                if self._prompted:
                    self._close()
                self._put(f"{' ' if self._open else ''}{text}")
                self._open = not text.endswith("\n")
            case AgentSpeechFinished(outcome):
                if self._open and outcome == "interrupted":
                    self._put(" –")
                self._close()
            case TurnCommitted():
                self.awaits_answer = True
            case TurnDropped(text, reason) if text:
                self.line(f"{ASIDE}not taken as a turn ({reason}): {text}")
            case AgentStateChanged(state):
                self._state(state)
            case _:
                for aside in self._asides.lines(report):
                    self.line(f"{ASIDE}{aside.strip()}")

    def _state(self, state: str) -> None:
        if state != "idle":
            self.quiet.clear()
            return
        self.quiet.set()
        if self.typed and not self._prompted:
            self._close()
            self._put(PROMPT)
            self._prompted = True

    def _close(self) -> None:
        if self._open or self._prompted:
            self._put("\n")
            self._open = self._prompted = False
