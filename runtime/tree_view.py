"""``runtime tree`` and ``runtime top``: the live tree of a worker, once or again and again."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

from runtime.errors import UserError
from runtime.tree_client import TreeClient, choose_worker

COLUMNS: Final = {
    "state": "state",
    "restarts": "restarts",
    "mail": "mail",
    "oldest_s": "oldest s",
    "dropped": "dropped",
    "refused": "refused",
    "last_failure": "last failure",
}


def show_tree(folder: Path, *, pid: int | None, as_json: bool) -> int:
    """Print the tree of a worker once.

    Raises:
        UserError: no worker is running, or it is not clear which one is meant.
    """
    with TreeClient(folder, choose_worker(folder, pid)) as worker:
        picture = worker.picture()
    click.echo(json.dumps(picture["tree"], ensure_ascii=False) if as_json else picture["text"])
    return 0


def show_top(folder: Path, *, pid: int | None, every_s: float) -> int:
    """Show the tree of a worker on the whole screen until Ctrl-C or until the worker ends.

    Raises:
        UserError: no worker is running, or this is no terminal.
    """
    console = Console()
    if not console.is_terminal:
        raise UserError("runtime top needs a terminal; for a file or a pipe: runtime tree")
    with TreeClient(folder, choose_worker(folder, pid)) as worker:
        first = top_table(worker.picture())
        with Live(first, console=console, screen=True, auto_refresh=False) as live:
            while True:
                time.sleep(every_s)
                live.update(top_table(worker.picture()), refresh=True)


def top_table(picture: dict[str, Any]) -> Table:
    """Lay the tree out as a table, one line an actor."""
    title = f"{picture['agent']}  (process {picture['pid']}, Ctrl-C ends)"
    table = Table(title=title, title_justify="left", box=None, expand=True)
    table.add_column("actor", no_wrap=True)
    for heading in COLUMNS.values():
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    for indent, node in _flat(picture["tree"], 0):
        is_well = node["state"] == "running" and not node["last_failure"]
        values = [str(node[field] or "") for field in COLUMNS]
        table.add_row(f"{'  ' * indent}{node['name']}", *values, style="" if is_well else "yellow")
    return table


def _flat(node: dict[str, Any], indent: int) -> Iterator[tuple[int, dict[str, Any]]]:
    yield indent, node
    for child in node["children"]:
        yield from _flat(child, indent + 1)
