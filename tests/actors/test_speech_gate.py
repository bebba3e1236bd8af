"""Begin and end of speech from probabilities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.speech_gate import Began, Ended, GateConfig, GateEvent, SpeechGate

WINDOW = 512  # 32 ms


def run(probabilities: list[float], config: GateConfig | None = None) -> list[GateEvent]:
    gate, events = SpeechGate(config or GateConfig()), list[GateEvent]()
    for number, probability in enumerate(probabilities):
        gate, event = gate.step(number * WINDOW, WINDOW, probability)
        if event is not None:
            events.append(event)
    return events


def test_speech_begins_where_its_first_window_began() -> None:
    assert run([0.1, 0.9, 0.9]) == [Began(WINDOW, 64)]


def test_a_click_is_not_speech() -> None:
    assert run([0.1, 0.9, 0.1, 0.1]) == []


def test_speech_ends_where_the_silence_began_and_says_how_long_that_is_ago() -> None:
    events = run([0.9] * 10 + [0.1] * 5)
    assert events[1] == Ended(10 * WINDOW, 320, 160)


def test_a_breath_does_not_end_speech() -> None:
    assert len(run([0.9] * 10 + [0.1] * 4 + [0.9] * 3)) == 1


@given(st.lists(st.floats(0, 1), max_size=200))
def test_begin_and_end_alternate_and_positions_never_go_back(probabilities: list[float]) -> None:
    events = run(probabilities)
    kinds = [type(event) for event in events]
    assert kinds == [Began, Ended] * (len(kinds) // 2) + [Began] * (len(kinds) % 2)
    positions = [event.at for event in events]
    assert positions == sorted(positions)


@pytest.mark.parametrize(
    "wrong", [{"activation_threshold": 0.2}, {"deactivation_threshold": -1}, {"min_silence_ms": -1}]
)
def test_a_gate_that_cannot_work_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must not be negative|need 0"):
        GateConfig(**wrong)  # pyright: ignore[reportArgumentType] - ints and floats by name
