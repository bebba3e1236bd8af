"""What `runtime run` was asked to do, and whether that goes together."""

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.errors import UserError

WAYS = "--console, --text, or --input IN.wav --output OUT.wav, or none of them for a browser"


DOOR_OPTIONS = "--host, --port, --dev, --allow-origin, --ice-server, --max-rooms and --drain"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8080


class Way(enum.Enum):
    """How the caller speaks with the agent."""

    FILES = "files"
    CONSOLE = "console"
    TEXT = "text"
    DOORS = "doors"


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
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    dev: bool = False
    allow_origin: tuple[str, ...] = ()
    ice_server: tuple[str, ...] = ()
    max_rooms: int | None = None
    drain: float = 0.0
    userdata: dict[str, Any] | None = None

    def way(self) -> Way:
        """Return the one way that was chosen; none of them opens the doors.

        Raises:
            UserError: more than one was chosen, or an option belongs to another way.
        """
        is_file = self.input_path is not None or self.output_path is not None
        if is_file + self.console + self.text > 1:
            raise UserError(f"choose one way to talk: {WAYS}")
        if is_file and (self.input_path is None or self.output_path is None):
            missing = "--input" if self.input_path is None else "--output"
            raise UserError(f"{missing} is missing: a call with files needs both")
        chosen = {Way.FILES: is_file, Way.CONSOLE: self.console, Way.TEXT: self.text}
        way = next((way for way, is_chosen in chosen.items() if is_chosen), Way.DOORS)
        self._check_belonging(way)
        return way

    @property
    def _has_door_options(self) -> bool:
        elsewhere = (self.host, self.port) != (DEFAULT_HOST, DEFAULT_PORT)
        lists = self.allow_origin or self.ice_server
        return elsewhere or bool(self.dev or lists or self.max_rooms or self.drain)

    def _check_belonging(self, way: Way) -> None:
        devices = bool(self.input_device or self.output_device or self.full_duplex)
        strangers = {
            "--fast": self.fast and way is not Way.FILES,
            "--tour": self.tour and way is not Way.FILES,
            "--userdata": self.userdata is not None and way is Way.DOORS,
            "--reload": self.reload and way not in {Way.CONSOLE, Way.TEXT},
            "--input-device, --output-device and --full-duplex": devices and way is not Way.CONSOLE,
            DOOR_OPTIONS: self._has_door_options and way is not Way.DOORS,
        }
        with_what = {Way.FILES: "files", Way.DOORS: "a browser"}.get(way, f"--{way.value}")
        for option, is_stranger in strangers.items():
            if is_stranger:
                raise UserError(f"{option}: of no use with {with_what}")
