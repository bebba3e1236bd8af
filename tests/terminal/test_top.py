"""`runtime top`: the tree on the whole screen, kept up to date."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from runtime.cli.tree_client import socket_of
from runtime.cli.tree_view import top_table
from runtime.tree_socket import TreeSocket, WorkerFacts
from runtime.worker import Worker
from tests.calls.rig import agent
from tests.terminal.pseudo_terminal import COLUMNS, PseudoTerminal, as_it_is, pseudo_terminal
from transports.loopback import LoopbackTransport

ROOT = Path(__file__).parent.parent.parent
PROGRAM = (sys.executable, "-c", "from runtime.cli.main import main; main()")
OTHER_SCREEN, BACK_AGAIN = "\x1b[?1049h", "\x1b[?1049l"


# ---------------------------------------------------------------- one picture


def node(name: str, *children: dict[str, Any], **fields: object) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "state": "running",
        "restarts": 0,
        "mail": 0,
        "oldest_s": 0.0,
        "dropped": 0,
        "refused": 0,
        "facts": {},
        "last_failure": "",
    }
    return {"name": name, **plain, **fields, "children": list(children)}


def drawn(tree: dict[str, Any], *, width: int = COLUMNS, lines: int | None = None) -> list[str]:
    """Return the lines of the table as a terminal gets them, orders included."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=True, color_system="standard", record=True
    )
    console.print(top_table({"agent": "hotel:Main", "pid": 7, "tree": tree}, lines=lines))
    return console.export_text(styles=True).splitlines()


def test_each_actor_is_a_line_below_its_supervisor() -> None:
    lines = drawn(node("worker", node("jobs", node("r1", node("session"), node("audio_track")))))
    names = [line.split("running")[0].rstrip().removeprefix(" ") for line in lines[2:]]
    assert "hotel:Main  (process 7, Ctrl-C ends)" in lines[0]
    assert names == ["worker", "  jobs", "    r1", "      session", "      audio_track"]


def test_a_number_that_is_nothing_is_not_shown() -> None:
    busy = node("session", mail=3, oldest_s=1.5, dropped=12)
    *_, idle_line, busy_line = drawn(node("worker", busy))
    assert idle_line.split() == ["worker", "running"]
    assert busy_line.split() == ["session", "running", "3", "1.5", "12"]


@pytest.mark.parametrize(
    ("fields", "is_marked"),
    [
        ({}, False),
        ({"state": "starting"}, True),
        ({"restarts": 1, "last_failure": "KeyError('room')"}, True),
    ],
)
def test_what_is_not_well_stands_out(fields: dict[str, object], *, is_marked: bool) -> None:
    line = drawn(node("worker", node("session", **fields)))[-1]
    assert ("\x1b[33m" in line) == is_marked
    assert str(fields.get("last_failure", "")) in line


def test_on_eighty_columns_nothing_is_cut_but_long_names_and_failures() -> None:
    fallen = node("scripted-recogniser", restarts=2, last_failure="ConnectionError('gone away')")
    slot = node("stt-slot", node("performers", fallen))
    lines = drawn(node("worker", node("jobs", node("r1", slot))), width=80)
    headings, *_, last = lines[1:]
    assert headings.replace("\x1b[1m", "").replace("\x1b[0m", "").split() == [
        "actor", "state", "restarts", "mail", "oldest", "s", "last", "failure",
    ]  # fmt: skip
    assert "running" in last
    assert "Connection" in last


def test_on_a_low_screen_whoever_is_not_well_is_shown_before_the_others() -> None:
    rooms = (node(f"r{number}", node(f"session-{number}")) for number in range(20))
    fallen = node("last-room", node("tts", state="restarting"))
    lines = drawn(node("worker", *rooms, fallen), lines=12)
    assert len(lines) == 12
    assert "restarting" in lines[-2]
    assert "and 34 more actors; runtime tree shows all" in lines[-1]


# ---------------------------------------------------------------- the live view


@asynccontextmanager
async def watched(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[tuple[Worker, PseudoTerminal, Any]]:
    """Run `runtime top` at a terminal beside a worker that holds the call r1."""
    pid = os.getpid()
    path = socket_of(folder / "understudy", pid)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    as_it_is(monkeypatch)
    async with Worker(agent()) as worker:
        await worker.open_room("r1", LoopbackTransport())
        facts = WorkerFacts(pid, "hotel:Main")
        await worker.open_door("tree", lambda: TreeSocket(path, facts, worker.snapshot))
        with pseudo_terminal() as terminal:
            top = await asyncio.create_subprocess_exec(
                *PROGRAM, "top", "--every", "0.1",
                cwd=ROOT,
                stdin=terminal.theirs, stdout=terminal.theirs, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                await terminal.until("audio_track")
                yield worker, terminal, top
            finally:
                if top.returncode is None:
                    top.kill()
                await top.wait()


@pytest.mark.slow
@pytest.mark.real_time
async def test_top_shows_what_changes_and_ctrl_c_gives_the_screen_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path, monkeypatch) as (worker, terminal, top):
        assert OTHER_SCREEN in terminal.raw
        assert "hotel:Main  (process" in terminal.seen
        job = await worker.open_room("second-call", LoopbackTransport())
        await terminal.until("second-call")

        job.call.addresses.audio_track.kill()
        await terminal.until("killed")

        await job.close("over")
        await terminal.until_gone("second-call", heading="hotel:Main  (process")

        top.send_signal(signal.SIGINT)
        assert await top.wait() == 130
        await terminal.until_raw(BACK_AGAIN)


@pytest.mark.slow
@pytest.mark.real_time
async def test_top_ends_with_its_worker_and_says_so_on_the_screen_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path, monkeypatch) as (worker, terminal, top):
        await worker.__aexit__(None, None, None)
        _, complaint = await top.communicate()
        assert (top.returncode, complaint.decode()) == (
            2,
            f"runtime: the worker {os.getpid()} has ended\n",
        )
        await terminal.until_raw(BACK_AGAIN)
