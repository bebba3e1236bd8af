"""The log: events with keys, readable in a terminal, JSON elsewhere, never with a secret in it.

Room, session, epoch and actor are bound to the context of each actor by
`structlog.contextvars.bind_contextvars`; every line, also one of another library's, carries them.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from actors.vendor import ProviderError
from runtime.config import LogFormat, LogLevel, Settings

HIDDEN: Final = "***"
SHORTEST_SECRET: Final = 6
"""A shorter value is no secret worth the name, and hiding it would eat ordinary text."""
_SECRET_KEY: Final = re.compile("key|token|secret|password|authorization|credential", re.IGNORECASE)
CHATTY: Final = ("aioice", "aiortc", "anthropic", "httpx", "httpx2", "mcp", "openai")
"""Libraries that tell at info of each request or candidate what only a search for faults needs."""
_COUNTED: Final = re.compile(r"(^|_)tokens$", re.IGNORECASE)
"""A number of tokens is no secret."""


def configure(settings: Settings, *, stream: TextIO | None = None) -> None:
    """Send every log line of the process to the stream (stderr), one way for all libraries."""
    target = sys.stderr if stream is None else stream
    shared: list[Processor] = [
        shorten_vendor_trouble,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secret_keys,
    ]
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(settings.log_format, target),
                SecretValueHider(settings.secret_values().values()),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level.name, force=True)
    for name in CHATTY:
        quiet = settings.log_level is LogLevel.INFO
        logging.getLogger(name).setLevel(logging.WARNING if quiet else logging.NOTSET)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def configure_unless_done(settings: Settings) -> None:
    """Set up what a host has left unset: structlog by itself shows local variables of the agent.

    A host that has set up structlog keeps it. One whose logging has handlers keeps those and its
    levels: it is given finished lines.
    """
    if structlog.is_configured():
        return
    if not logging.getLogger().handlers:
        configure(settings)
        return
    plain = structlog.dev.plain_traceback
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            shorten_vendor_trouble,
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            hide_secret_keys,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain),
            SecretValueHider(settings.secret_values().values()),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def shorten_vendor_trouble(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Tell what a vendor reported as news, in a line: it is no bug, so it has no traceback.

    Raises:
        structlog.DropEvent: news is not wanted; the call's own events tell of it anyway.
    """
    error = event.get("exc_info")
    if not isinstance(error, ProviderError):
        return event
    if not logging.getLogger().isEnabledFor(logging.INFO):
        raise structlog.DropEvent
    return {**event, "exc_info": None, "error": str(error), "kind": error.kind.value}


def hide_secret_keys(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide what a key such as ``api_key`` or ``Authorization`` holds, however deep it lies."""
    return cast("EventDict", _hide(event))


class SecretValueHider:
    """The last processor: hides the given values wherever they stand in the finished line."""

    def __init__(self, values: Iterable[str]) -> None:
        # The longest first: one secret may begin another.
        plain = {value for value in values if len(value) >= SHORTEST_SECRET}
        known = sorted(plain | {json.dumps(v)[1:-1] for v in plain}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, _logger: WrappedLogger, _method: str, line: Any) -> str:
        """Return the line without the values."""
        return line if self._pattern is None else self._pattern.sub(HIDDEN, line)


def _renderer(chosen: LogFormat, target: TextIO) -> Processor:
    is_terminal = target.isatty()
    if chosen is LogFormat.TEXT or (chosen is LogFormat.AUTO and is_terminal):
        plain = structlog.dev.plain_traceback  # the rich one shows local variables: keys too
        return structlog.dev.ConsoleRenderer(colors=is_terminal, exception_formatter=plain)
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _hide(value: Any) -> Any:
    if isinstance(value, Mapping):
        mapping = cast("Mapping[Any, Any]", value)
        return {key: HIDDEN if _is_secret(key) else _hide(held) for key, held in mapping.items()}
    if isinstance(value, list | tuple):
        return [_hide(member) for member in cast("Sequence[Any]", value)]
    return value


def _is_secret(key: object) -> bool:
    name = str(key)
    return bool(_SECRET_KEY.search(name)) and not _COUNTED.search(name)
