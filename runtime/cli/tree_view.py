"""``runtime tree`` and ``runtime top``: the live tree of a worker, once or again and again."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

from runtime.cli.tree_client import TreeClient, choose_worker
from runtime.errors import UserError

COLUMNS: Final = {
    "state": "state",
    "restarts": "restarts",
    "mail": "mail",
    "oldest_s": "oldest s",
    "dropped": "dropped",
    "refused": "refused",
    "facts": "facts",
    "last_failure": "last failure",
}
ALWAYS: Final = ("state", "restarts", "mail", "oldest_s")
ACTOR_WIDTH: Final = 24
MARGIN_LINES: Final = 3
"""Title, headings and the line that says how many are not shown."""

Line: TypeAlias = tuple[int, dict[str, Any]]
"""How far an actor is indented, and what is known of it."""


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
        first = top_table(worker.picture(), lines=console.height)
        with Live(first, console=console, screen=True, auto_refresh=False) as live:
            while True:
                time.sleep(every_s)
                live.update(top_table(worker.picture(), lines=console.height), refresh=True)


def top_table(picture: dict[str, Any], *, lines: int | None = None) -> Table:
    """Lay the tree out as a table, one line an actor, on a screen of so many ``lines``.

    Where they do not suffice, actors that are not well go first, each in its place. A column that
    would be empty is left out, but for those that are seldom so.
    """
    nodes = list(_flat(picture["tree"], 0))
    shown = nodes if lines is None else _fitting(nodes, lines - MARGIN_LINES)
    title = f"{picture['agent']}  (process {picture['pid']}, Ctrl-C ends)"
    table = Table(title=title, title_justify="left", box=None, expand=True)
    hidden = len(nodes) - len(shown)
    if hidden:
        table.caption = f"and {hidden} more actors; runtime tree shows all"
        table.caption_justify = "left"
    columns = _add_columns(table, [node for _, node in nodes])
    for indent, node in shown:
        values = [_value(node, field) for field in columns]
        style = "" if _is_well(node) else "yellow"
        table.add_row(f"{'  ' * indent}{node['name']}", *values, style=style)
    return table


def _add_columns(table: Table, nodes: Sequence[dict[str, Any]]) -> list[str]:
    """Add those that have something to tell, none of them cut but names and failures."""
    table.add_column("actor", no_wrap=True, overflow="ellipsis", min_width=ACTOR_WIDTH, ratio=1)
    told = [field for field in COLUMNS if field in ALWAYS or any(node[field] for node in nodes)]
    for field in told:
        if field in {"facts", "last_failure"}:
            table.add_column(COLUMNS[field], no_wrap=True, overflow="ellipsis", ratio=1)
        else:
            values = (_value(node, field) for node in nodes)
            width = max(map(len, (COLUMNS[field], *values)))
            table.add_column(COLUMNS[field], no_wrap=True, width=width)
    return told


def _value(node: dict[str, Any], field: str) -> str:
    if field == "facts":
        return "  ".join(f"{name}: {fact}" for name, fact in node[field].items())
    return str(node[field] or "")


def _is_well(node: dict[str, Any]) -> bool:
    return node["state"] == "running" and not node["last_failure"]


def _fitting(nodes: Sequence[Line], lines: int) -> list[Line]:
    """Return as many as there is room for: the first ones, but above all those not well."""
    by_need = sorted(range(len(nodes)), key=lambda at: (_is_well(nodes[at][1]), at))
    return [nodes[at] for at in sorted(by_need[: max(1, lines)])]


def _flat(node: dict[str, Any], indent: int) -> Iterator[Line]:
    yield indent, node
    for child in node["children"]:
        yield from _flat(child, indent + 1)
