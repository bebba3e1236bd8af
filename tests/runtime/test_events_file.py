import json
from pathlib import Path

import pytest

from actors.reports import Report, SessionClosed, UserTranscript
from runtime.cli.events_file import EventsFile
from runtime.errors import UserError


def test_each_event_is_one_line_of_json(tmp_path: Path) -> None:
    with EventsFile(tmp_path / "events.jsonl") as events:
        events.write(Report(5, "r1", 0, UserTranscript("Grüße\nan alle", final=True)))
        events.write(Report(9, "r1", 2, SessionClosed("hung up")))

    text = (tmp_path / "events.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in text.splitlines()] == [
        {
            "at_ns": 5,
            "room": "r1",
            "epoch": 0,
            "event": "user_transcript",
            "text": "Grüße\nan alle",
            "final": True,
        },
        {"at_ns": 9, "room": "r1", "epoch": 2, "event": "session_closed", "reason": "hung up"},
    ]
    assert "Grüße" in text


def test_a_file_from_before_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text("old\n")

    with EventsFile(path):
        pass

    assert not path.read_text()


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("nowhere/events.jsonl", "does not exist; make it first"), (".", "this is a folder")],
)
def test_a_place_that_cannot_hold_it_is_told_in_one_line(
    tmp_path: Path, name: str, complaint: str
) -> None:
    with pytest.raises(UserError, match=complaint):
        EventsFile(tmp_path / name)
