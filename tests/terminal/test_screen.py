import io

import pytest
from rich.console import Console

from actors import reports
from actors.reports import Report
from runtime.cli.screen import METER_CELLS, Screen, meter
from transports.sound_device import SoundDesk


class Seen:
    """A screen, and what can be read on it."""

    def __init__(self) -> None:
        self.desk = SoundDesk()
        self.paper = io.StringIO()
        self.console = Console(file=self.paper, width=200)
        self.screen = Screen(self.console, self.desk)

    def hear(self, *events: reports.Event) -> None:
        for event in events:
            self.screen.hear(Report(0, "r1", 1, event))

    def lines(self) -> list[str]:
        with self.console.capture() as captured:
            self.console.print(self.screen.picture())
        return captured.get().splitlines()


def test_what_the_caller_says_is_shown_until_it_is_a_turn() -> None:
    seen = Seen()
    seen.hear(reports.UserTranscript("two nights", final=False))
    assert seen.lines()[0] == "caller: two nights …"

    seen.hear(reports.TurnCommitted("two nights please", "wait"))
    assert seen.lines()[0] == ""


def test_what_the_agent_says_grows_word_by_word() -> None:
    seen = Seen()
    seen.hear(reports.AgentWords("We have"), reports.AgentWords("three"))
    assert seen.lines()[0] == "agent:  We have three …"

    seen.hear(reports.AgentTranscript("We have three", interrupted=True))
    assert seen.lines()[0] == ""


def test_the_status_tells_microphone_agent_and_the_last_latency() -> None:
    seen = Seen()
    seen.desk.input_dbfs = -30.0
    seen.hear(
        reports.AgentStateChanged("speaking"),
        reports.TurnLatency(0, 100, 200, 300, 400, 612),
    )

    status = seen.lines()[1]

    assert status.startswith("mic       ▮▮▮▮▮▮▮▮▯▯▯▯▯▯▯▯")
    assert "speaking" in status
    assert "answered in 612 ms" in status
    assert "m mutes, q hangs up" in status


@pytest.mark.parametrize(
    ("muted", "guarded", "word"),
    [(True, True, "MUTED"), (False, True, "mic waits"), (False, False, "mic  ")],
)
def test_a_shut_microphone_is_seen(*, muted: bool, guarded: bool, word: str) -> None:
    seen = Seen()
    seen.desk.muted, seen.desk.guarded = muted, guarded

    assert seen.lines()[1].startswith(word)


def test_lost_frames_are_told() -> None:
    seen = Seen()
    seen.desk.lost_frames = 3

    assert "3 frames lost" in seen.lines()[1]


@pytest.mark.parametrize(("level_dbfs", "cells"), [(-60.0, 0), (-30.0, 8), (0.0, 16)])
def test_a_meter_is_empty_in_silence_and_full_at_full_scale(level_dbfs: float, cells: int) -> None:
    assert meter(level_dbfs) == "▮" * cells + "▯" * (METER_CELLS - cells)


async def test_on_a_pipe_nothing_moves() -> None:
    seen = Seen()

    await seen.screen.run()

    assert seen.paper.getvalue() == ""


def test_a_line_stays_as_it_is() -> None:
    seen = Seen()
    with seen.console.capture() as captured:
        seen.screen.write("   1.60  agent:  [bold] is no markup")

    assert captured.get() == "   1.60  agent:  [bold] is no markup\n"
