"""What the vendor's pause and its words become."""

import pytest

from actors.vendor import FailureKind
from providers.http_failures import LONGEST_DETAIL, kind_of, one_line, retry_after_s

DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("headers", "pause_s"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": DATE}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:27:00 GMT", "date": DATE}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30", "date": DATE}, None),
    ],
)
def test_the_pause_is_in_ms_in_seconds_or_until_a_date(
    headers: dict[str, str], pause_s: float | None
) -> None:
    assert retry_after_s(headers) == pause_s


@pytest.mark.parametrize(
    ("status", "codes", "kind"),
    [
        (429, ("requests", "rate_limit_exceeded"), FailureKind.RATE_LIMITED),
        (429, ("insufficient_quota", None), FailureKind.MISCONFIGURED),
        (400, ("invalid_request_error", "model_not_found"), FailureKind.MISCONFIGURED),
        (401, ("invalid_request_error", None), FailureKind.MISCONFIGURED),
        (418, (None,), FailureKind.ERROR),
        (200, ("overloaded_error",), FailureKind.ERROR),
        (200, ("authentication_error",), FailureKind.MISCONFIGURED),
        (200, (None, "request_too_large"), FailureKind.REJECTED),
        (0, (None, None), FailureKind.ERROR),
    ],
)
def test_the_status_decides_but_for_codes_that_no_waiting_helps(
    status: int, codes: tuple[str | None, ...], kind: FailureKind
) -> None:
    assert kind_of(status, *codes) is kind


def test_a_long_message_becomes_one_bearable_line() -> None:
    line = one_line("too\n  much " * 100)
    assert len(line) == LONGEST_DETAIL
    assert line.startswith("too much too much")
    assert line.endswith("…")
