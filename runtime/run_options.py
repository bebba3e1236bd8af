"""What `runtime run` was asked to do, and whether that goes together."""

import enum
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import UserError

WAYS = "--console, --text, or --input IN.wav --output OUT.wav"


class Way(enum.Enum):
    """How the caller speaks with the agent."""

    FILES = "files"
    CONSOLE = "console"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options as they were given."""

    agent: str
    """``module:Attr``."""
    folder: Path
    """Where modules are looked for first."""
    input_path: Path | None = None
    output_path: Path | None = None
    console: bool = False
    text: bool = False
    events: Path | None = None
    fast: bool = False
    tour: bool = False
    input_device: str | None = None
    output_device: str | None = None
    full_duplex: bool = False
    reload: bool = False

    def way(self) -> Way:
        """Return the one way that was chosen.

        Raises:
            UserError: none or more than one was chosen, or an option belongs to another way.
        """
        is_file = self.input_path is not None or self.output_path is not None
        if is_file + self.console + self.text != 1:
            problem = "choose one way to talk" if is_file or self.console else "say how to talk"
            raise UserError(f"{problem}: {WAYS}")
        if is_file and (self.input_path is None or self.output_path is None):
            missing = "--input" if self.input_path is None else "--output"
            raise UserError(f"{missing} is missing: a call with files needs both")
        way = Way.FILES if is_file else Way.CONSOLE if self.console else Way.TEXT
        self._check_belonging(way)
        return way

    def _check_belonging(self, way: Way) -> None:
        devices = bool(self.input_device or self.output_device or self.full_duplex)
        strangers = {
            "--fast": self.fast and way is not Way.FILES,
            "--tour": self.tour and way is not Way.FILES,
            "--reload": self.reload and way is Way.FILES,
            "--input-device, --output-device and --full-duplex": devices and way is not Way.CONSOLE,
        }
        for option, is_stranger in strangers.items():
            if is_stranger:
                raise UserError(
                    f"{option}: of no use with {'files' if way is Way.FILES else f'--{way.value}'}"
                )
