"""The text messages of a connection, from whoever writes them."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.arrivals import Arrival, DtmfPressed, FellSilent, InterruptAsked, PlayedUpTo, TextIn
from actors.reports import Failure, Report
from transports.control import (
    LONGEST_MESSAGE,
    LONGEST_TEXT,
    BadMessageError,
    Bye,
    Pong,
    parse,
    written,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        ({"type": "played", "samples": 480}, PlayedUpTo(480)),
        ({"type": "cleared", "samples": 0}, FellSilent(0)),
        ({"type": "text", "text": "two nights"}, TextIn("two nights")),
        ({"type": "dtmf", "digit": "#"}, DtmfPressed("#")),
        ({"type": "interrupt"}, InterruptAsked()),
        ({"type": "pong", "n": 7}, Pong()),
        ({"type": "bye", "more": "is ignored"}, Bye()),
    ],
)
def test_each_message_is_read(message: dict[str, object], meaning: Arrival | Pong | Bye) -> None:
    assert parse(json.dumps(message)) == meaning


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "null",
        "[]",
        '{"type": 5}',
        '{"type": "played"}',
        '{"type": "played", "samples": true}',
        '{"type": "played", "samples": -1}',
        '{"type": "played", "samples": 1.5}',
        '{"type": "played", "samples": 1e999}',
        '{"type": "played", "samples": 99999999999999999999}',
        '{"type": "dtmf", "digit": "12"}',
        '{"type": "dtmf", "digit": ""}',
        '{"type": "text", "text": "  "}',
        '{"type": "text", "text": 5}',
        r'{"type": "text", "text": "\ud800"}',
        '{"type": "ready"}',
        "[" * LONGEST_MESSAGE,
        '{"type": "interrupt"' + " " * LONGEST_MESSAGE + "}",
    ],
)
def test_what_is_none_is_refused_in_words(message: str) -> None:
    with pytest.raises(BadMessageError, match=r"\w"):
        parse(message)


@given(JSON | st.dictionaries(st.just("type"), JSON))
def test_whatever_json_comes_it_is_read_or_refused(given_json: object) -> None:
    with contextlib.suppress(BadMessageError):
        parse(json.dumps(given_json))


@given(st.text())
def test_whatever_text_comes_it_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadMessageError):
        parse(text)


def test_a_text_is_cut_to_what_a_person_writes() -> None:
    read = parse(json.dumps({"type": "text", "text": "x" * 5000}))
    assert read == TextIn("x" * LONGEST_TEXT)


def test_a_message_to_the_far_end_is_json_with_its_type() -> None:
    assert json.loads(written("ping", n=7)) == {"type": "ping", "n": 7}


def test_a_message_may_have_a_field_of_any_name_that_events_use() -> None:
    report = Report(1, "r1", 0, Failure("tts/espeak", "crashed", "killed"))
    assert json.loads(written("event", **report.to_dict()))["kind"] == "crashed"
