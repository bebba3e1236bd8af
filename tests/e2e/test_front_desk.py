"""The front desk as a newcomer runs it: `runtime run` with the shipped recording."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.attempts import repeated
from tests.e2e.answer_check import RATE_HZ, last_utterance, samples_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]

ROOT = Path(__file__).parent.parent.parent
CONVERSATION = [
    ("agent", "Front desk, good evening."),
    ("caller", "what time is breakfast"),
    ("agent", "Breakfast is from seven to ten."),
    ("caller", "how many rooms are free for two nights"),
    ("agent", "We have 8 rooms free for 2 nights."),
    ("caller", "thank you"),
    ("agent", "You are welcome."),
]

Event = dict[str, Any]


def run(folder: Path, *options: str) -> list[Event]:
    """Run the example; returns its events."""
    command = (
        *(Path(sys.executable).with_name("runtime"), "run", "examples.front_desk:Main"),
        *("--input", ROOT / "examples/audio/front_desk.wav", "--output", folder / "answer.wav"),
        *("--events", folder / "events.jsonl", *options),
    )
    subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
    with (folder / "events.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def conversation(events: list[Event]) -> list[tuple[str, str]]:
    speakers = {"turn_committed": "caller", "agent_transcript": "agent"}
    return [
        (speakers[event["event"]], event["text"]) for event in events if event["event"] in speakers
    ]


def of_kind(events: list[Event], name: str) -> list[Event]:
    return [event for event in events if event["event"] == name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fast")


@pytest.fixture(scope="module")
def fast(folder: Path) -> list[Event]:
    return run(folder, "--fast")


def test_every_question_is_heard_and_answered(fast: list[Event]) -> None:
    assert conversation(fast) == CONVERSATION


def test_what_is_heard_is_what_is_answered(fast: list[Event]) -> None:
    finals = [event["text"] for event in of_kind(fast, "user_transcript") if event["final"]]
    assert finals == [event["text"] for event in of_kind(fast, "turn_committed")]


def test_both_tools_are_called_with_what_was_asked(fast: list[Event]) -> None:
    done = [event for event in of_kind(fast, "tool_called") if event["status"] == "done"]
    assert [(event["name"], json.loads(event["arguments"]), event["output"]) for event in done] == [
        ("breakfast", {}, "from seven to ten"),
        ("rooms_free", {"nights": 2}, "8"),
    ]


@pytest.mark.parametrize(
    "parts",
    [
        ("speech_end", "final", "commit", "heard"),
        ("final", "first_token", "first_audio", "heard"),  # the model may begin before the commit
    ],
)
def test_every_turn_tells_when_its_parts_happened(
    fast: list[Event], parts: tuple[str, ...]
) -> None:
    latencies = [[event[part] for part in parts] for event in of_kind(fast, "turn_latency")]
    assert len(latencies) == 3
    for latency in latencies:
        assert latency == sorted(latency)
        assert latency[0] >= 0
        assert latency[-1] < 600


def test_the_agent_listens_thinks_and_speaks_in_turn(fast: list[Event]) -> None:
    states = [event["state"] for event in of_kind(fast, "agent_state_changed")]
    assert "listening" in states
    assert states.count("speaking") == len([who for who, _ in CONVERSATION if who == "agent"])


def test_nothing_goes_wrong(fast: list[Event]) -> None:
    wrong = ("error", "actor_restarted", "provider_switched", "interrupted", "turn_discarded")
    assert [event for event in fast if event["event"] in wrong] == []


def test_the_session_closes_last_and_says_why(fast: list[Event]) -> None:
    assert fast[-1]["event"] == "session_closed"
    assert fast[-1]["reason"]
    assert len(of_kind(fast, "session_closed")) == 1


def test_time_never_goes_back(fast: list[Event]) -> None:
    times = [event["at_ns"] for event in fast]
    assert times == sorted(times)


@pytest.mark.usefixtures("fast")
def test_the_caller_hears_the_last_answer(folder: Path) -> None:
    assert last_utterance(samples_of(folder / "answer.wav")).size > RATE_HZ // 2


@pytest.mark.timeout(300)
def test_in_real_time_the_conversation_is_the_same(fast: list[Event], tmp_path: Path) -> None:
    def attempt() -> None:
        assert conversation(run(tmp_path)) == conversation(fast)

    repeated(attempt)
