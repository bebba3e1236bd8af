"""What the worker is configured with; nothing else of ours reads the environment.

Keys are read here once and handed on as secrets, which show themselves neither in a log nor in a
repr.
"""

import enum
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from runtime.errors import UserError

_SECRET_NAME: Final = re.compile(r"(^|_)(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS)(_|$)")

ChoiceT = TypeVar("ChoiceT", bound=enum.Enum)


class LogLevel(enum.Enum):
    """From how grave on something is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(enum.Enum):
    """How a log line looks."""

    AUTO = "auto"
    """Readable in a terminal, JSON elsewhere."""
    TEXT = "text"
    JSON = "json"


class Settings(BaseModel):
    """A worker's configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secrets: Mapping[str, SecretStr] = Field(default_factory=dict[str, SecretStr])
    """Keys by name, such as ``OPENAI_API_KEY``."""
    log_level: LogLevel = LogLevel.WARNING
    log_format: LogFormat = LogFormat.AUTO

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        log_level: LogLevel = LogLevel.WARNING,
    ) -> "Settings":
        """Read ``UNDERSTUDY_LOG_LEVEL``, ``UNDERSTUDY_LOG_FORMAT``, and keys by their names.

        A variable is a key if its name says so (``…_KEY``, ``…_TOKEN``, ``…_SECRET``,
        ``…_PASSWORD``). Without an argument the process's own environment is read.
        ``log_level`` holds where the environment says nothing.

        Raises:
            UserError: a variable has a value that it cannot have.
        """
        given = os.environ if environment is None else environment
        keys = {name: value for name, value in given.items() if value and _SECRET_NAME.search(name)}
        return cls(
            secrets={name: SecretStr(value) for name, value in keys.items()},
            log_level=_choice(LogLevel, given, "UNDERSTUDY_LOG_LEVEL") or log_level,
            log_format=_choice(LogFormat, given, "UNDERSTUDY_LOG_FORMAT") or LogFormat.AUTO,
        )

    @property
    def door_secret(self) -> str | None:
        """What signs the tokens of the doors: ``UNDERSTUDY_SECRET``."""
        return self.secret_values().get("UNDERSTUDY_SECRET")

    def secret_values(self) -> dict[str, str]:
        """Return the keys in the clear, for whoever must send or hide them."""
        return {name: value.get_secret_value() for name, value in self.secrets.items()}


def _choice(
    choices: type[ChoiceT], environment: Mapping[str, str], variable: str
) -> ChoiceT | None:
    text = environment.get(variable, "").strip().lower()
    if not text:
        return None
    known = {str(choice.value): choice for choice in choices}
    if text not in known:
        raise UserError(
            f"{variable} is {text!r} in the environment: set it to {' or '.join(known)}"
        )
    return known[text]


def environment(folder: Path) -> dict[str, str]:
    """Return the process's environment, and below it what ``.env`` in the folder says.

    Nothing is written into the environment: what a child process needs it must be given.

    Raises:
        UserError: there is such a file, and it cannot be read.
    """
    file = folder / ".env"
    try:
        declared = dotenv_values(file) if file.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read ({error})") from error
    return {name: value for name, value in declared.items() if value is not None} | dict(os.environ)


def socket_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return where running workers put their sockets: a folder that only this user may enter."""
    given = os.environ if environment is None else environment
    base = given.get("XDG_RUNTIME_DIR") or given.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "understudy"
