"""What a person sees of a spoken call: the conversation, what is being said now, and the meters."""

import asyncio
from collections.abc import Iterator
from typing import Final

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from actors.reports import (
    AgentStateChanged,
    AgentTranscript,
    AgentWords,
    Report,
    TurnCommitted,
    TurnDropped,
    TurnLatency,
    UserTranscript,
)
from transports.sound_device import QUIETEST_DBFS, SoundDesk

REFRESH_S: Final = 0.1
METER_CELLS: Final = 16
HELP: Final = "m mutes, q hangs up"


class Screen:
    """Lines that stay scroll up; below them two lines move. On a pipe nothing moves."""

    def __init__(self, console: Console, desk: SoundDesk) -> None:
        """Draw on ``console`` what happens at ``desk``."""
        self._console = console
        self._desk = desk
        self._agent_state = "starting"
        self._caller_says = ""
        self._agent_says = ""
        self._latency = ""

    def write(self, line: str) -> None:
        """Add a line that stays."""
        self._console.print(Text(line), soft_wrap=True)

    def hear(self, report: Report) -> None:
        """Remember what moves."""
        match report.event:
            case AgentStateChanged(state):
                self._agent_state = state
            case UserTranscript(text):
                self._caller_says = text
            case TurnCommitted() | TurnDropped():
                self._caller_says = ""
            case AgentWords(text):
                self._agent_says = f"{self._agent_says} {text}".strip()
            case AgentTranscript():
                self._agent_says = ""
            case TurnLatency(heard=heard_ms) if heard_ms >= 0:
                self._latency = f"answered in {heard_ms} ms"
            case _:
                pass

    async def run(self) -> None:
        """Move until cancelled."""
        if not self._console.is_terminal:
            return
        with Live(self.picture(), console=self._console, auto_refresh=False) as live:
            try:
                while True:
                    await asyncio.sleep(REFRESH_S)
                    live.update(self.picture(), refresh=True)
            finally:
                live.update(Text(), refresh=True)

    def picture(self) -> Group:
        """Return what is shown below the conversation at this moment."""
        says = Text(no_wrap=True, overflow="ellipsis", style="dim")
        if self._caller_says:
            says.append(f"caller: {self._caller_says} …")
        elif self._agent_says:
            says.append(f"agent:  {self._agent_says} …")
        return Group(says, Text("  ".join(self._status()), no_wrap=True, overflow="ellipsis"))

    def _status(self) -> Iterator[str]:
        desk = self._desk
        yield f"{self._microphone():9} {meter(desk.input_dbfs)}"
        yield f"agent {meter(desk.output_dbfs)} {self._agent_state:9}"
        if self._latency:
            yield self._latency
        if desk.lost_frames:
            yield f"{desk.lost_frames} frames lost"
        yield HELP

    def _microphone(self) -> str:
        if self._desk.muted:
            return "MUTED"
        return "mic waits" if self._desk.guarded else "mic"


def meter(level_dbfs: float) -> str:
    """Draw a level: empty at -60 dBFS, full at 0."""
    cells = round(METER_CELLS * (1 - level_dbfs / QUIETEST_DBFS))
    return "▮" * cells + "▯" * (METER_CELLS - cells)
