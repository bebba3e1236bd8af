"""What a vendor's refusal over HTTP means for the call. Pure."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

from actors.vendor import FailureKind, ProviderError

LONGEST_DETAIL: Final = 300
OK_BELOW: Final = 400

_KINDS: Final = {
    400: FailureKind.REJECTED,
    401: FailureKind.MISCONFIGURED,
    402: FailureKind.MISCONFIGURED,  # the account is not paid for
    403: FailureKind.MISCONFIGURED,
    404: FailureKind.MISCONFIGURED,  # no such model, or base_url leads nowhere
    413: FailureKind.REJECTED,
    422: FailureKind.REJECTED,
    429: FailureKind.RATE_LIMITED,
}
_ACCOUNT_CODES: Final = frozenset(
    (
        *("insufficient_quota", "billing_hard_limit_reached", "billing_not_active"),
        *("account_deactivated", "invalid_api_key", "model_not_found"),
    )
)
"""They come with a 429 or 400 too, but no waiting helps."""
_KINDS_IN_STREAM: Final = {
    "authentication_error": FailureKind.MISCONFIGURED,
    "permission_error": FailureKind.MISCONFIGURED,
    "billing_error": FailureKind.MISCONFIGURED,
    "not_found_error": FailureKind.MISCONFIGURED,
    "rate_limit_error": FailureKind.RATE_LIMITED,
    "rate_limit_exceeded": FailureKind.RATE_LIMITED,
    "invalid_request_error": FailureKind.REJECTED,
    "invalid_prompt": FailureKind.REJECTED,
    "request_too_large": FailureKind.REJECTED,
    "content_filter": FailureKind.REJECTED,
}
"""Errors that are told within a stream, whose status was 200."""


def kind_of(status: int, *codes: str | None) -> FailureKind:
    """Return the kind of a failure by its HTTP status and the vendor's codes."""
    if any(code in _ACCOUNT_CODES for code in codes):
        return FailureKind.MISCONFIGURED
    if status >= OK_BELOW:
        return _KINDS.get(status, FailureKind.ERROR)
    known = (_KINDS_IN_STREAM[code] for code in codes if code in _KINDS_IN_STREAM)
    return next(known, FailureKind.ERROR)


def status_failure(
    vendor: str,
    status: int,
    message: str,
    *,
    codes: tuple[str | None, ...] = (),
    headers: Mapping[str, str],
) -> ProviderError:
    """Return the failure that this answer means, with the pause that the vendor asks for."""
    text = f"HTTP {status}: {message}" if status >= OK_BELOW else message
    return ProviderError(
        one_line(f"{vendor}: {text}"),
        kind=kind_of(status, *codes),
        retry_after_s=retry_after_s(headers),
    )


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the pause that the vendor asks for: in ms, in seconds, or until a date.

    A date is compared with the answer's own, so that nobody's clock needs to be right.
    """
    if (ms := _number(headers.get("retry-after-ms"))) is not None:
        return ms / 1000
    if (seconds := _number(headers.get("retry-after"))) is not None:
        return seconds
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
        now = parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):  # no date, or one with and one without a time zone
        return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def one_line(text: str) -> str:
    """Return a vendor's message as one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_DETAIL else f"{line[: LONGEST_DETAIL - 1]}…"
