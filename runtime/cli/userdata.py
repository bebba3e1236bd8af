"""``--userdata``: what a call is opened with, as a program gives it to `Worker.open_room`."""

import json
from pathlib import Path
from typing import Any, cast

import click


def read_userdata(
    _context: click.Context, _option: click.Parameter, given: str | None
) -> dict[str, Any] | None:
    """Return the JSON object that was given, or that stands in the file named after an @.

    Raises:
        click.BadParameter: the file cannot be read, or it is no JSON object.
    """
    if given is None:
        return None
    place, text = "it", given
    if given.startswith("@"):
        place = given.removeprefix("@")
        text = _content(Path(place))
    try:
        read: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"{place} is not JSON: {error}.") from error
    if not isinstance(read, dict):
        raise click.BadParameter(f'{place} must be a JSON object such as {{"table": 4}}.')
    return cast("dict[str, Any]", read)


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{path} is no text in UTF-8.") from error
