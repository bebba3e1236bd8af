"""The live tree of a running worker, over its socket."""

import asyncio
import contextlib
import json
import socket
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runtime.cli.main import main
from runtime.cli.tree_client import TreeClient, choose_worker, running_workers, socket_of
from runtime.cli.tree_view import top_table
from runtime.errors import UserError
from runtime.tree_socket import MAX_CLIENTS, TreeSocket, WorkerFacts
from runtime.worker import Worker
from tests.calls.rig import agent
from transports.loopback import LoopbackTransport

PID = 4711


@asynccontextmanager
async def visible_worker(folder: Path) -> AsyncGenerator[Path]:
    path = socket_of(folder, PID)
    async with Worker(agent()) as worker:
        await worker.open_room("r1", LoopbackTransport())
        await worker.open_door(
            "tree", lambda: TreeSocket(path, WorkerFacts(PID, "hotel:Main"), worker.snapshot)
        )
        async with asyncio.timeout(30):
            while not path.exists():
                await worker.snapshot()
        yield path


def connected(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(30)
    client.connect(str(path))
    return client


def asked(folder: Path) -> dict[str, Any]:
    with TreeClient(folder, choose_worker(folder, None)) as client:
        client.picture()
        return client.picture()


def names(node: dict[str, Any]) -> set[str]:
    return {node["name"]}.union(*(names(child) for child in node["children"]))


@pytest.mark.real_time
async def test_whoever_asks_is_told_the_whole_tree_as_often_as_wanted(tmp_path: Path) -> None:
    async with visible_worker(tmp_path):
        picture = await asyncio.to_thread(asked, tmp_path)

    assert (picture["pid"], picture["agent"]) == (PID, "hotel:Main")
    assert {"worker", "r1", "session", "llm-slot", "audio_track", "tree"} <= names(picture["tree"])
    assert "audio_track (AudioTrack)  running" in picture["text"]
    assert top_table(picture).row_count == len(picture["text"].splitlines())


@pytest.mark.real_time
async def test_only_its_user_may_open_the_socket_and_it_is_gone_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "understudy"
    async with visible_worker(folder) as path:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    assert list(folder.iterdir()) == []


@pytest.mark.real_time
async def test_clients_that_go_away_talk_nonsense_or_stay_do_no_harm(tmp_path: Path) -> None:
    async with visible_worker(tmp_path) as path:
        for said in (b"", b"tree\n", b"x" * 100_000, b"\xff\x00\n"):
            with connected(path) as client:
                client.sendall(said)
        with connected(path):  # and says nothing
            picture = await asyncio.to_thread(asked, tmp_path)
            assert picture["pid"] == PID


@pytest.mark.real_time
async def test_one_client_too_many_is_sent_away(tmp_path: Path) -> None:
    async with visible_worker(tmp_path) as path:
        with contextlib.ExitStack() as clients:
            for _ in range(MAX_CLIENTS):
                client = clients.enter_context(connected(path))
                client.sendall(b"tree\n")
                answer = await asyncio.to_thread(client.makefile("rb").readline)
                assert json.loads(answer)["pid"] == PID
            one_too_many = clients.enter_context(connected(path))
            assert await asyncio.to_thread(one_too_many.recv, 1) == b""


@pytest.mark.real_time
async def test_a_place_where_no_socket_can_be_leaves_the_worker_alone(tmp_path: Path) -> None:
    path = socket_of(tmp_path / ("long" * 40), PID)
    async with Worker(agent()) as worker:
        await worker.open_door(
            "tree", lambda: TreeSocket(path, WorkerFacts(PID, "hotel:Main"), worker.snapshot)
        )
        job = await worker.open_room("r1", LoopbackTransport())
        await asyncio.sleep(0.05)

        assert job.tree.is_running
        assert (await worker.snapshot()).state == "running"


# ---------------------------------------------------------------- choosing one


def listening(folder: Path, pid: int) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(socket_of(folder, pid)))
    server.listen()
    return server


def test_the_only_worker_needs_no_number(tmp_path: Path) -> None:
    with listening(tmp_path, 7):
        assert choose_worker(tmp_path, None) == 7


def test_one_of_many_is_chosen_by_its_number(tmp_path: Path) -> None:
    with listening(tmp_path, 7), listening(tmp_path, 8):
        assert choose_worker(tmp_path, 8) == 8
        with pytest.raises(UserError, match="2 workers are running; choose one: --pid 7, 8"):
            choose_worker(tmp_path, None)
        with pytest.raises(UserError, match="no worker with the process number 9 is running"):
            choose_worker(tmp_path, 9)


def test_the_socket_of_a_killed_worker_is_removed(tmp_path: Path) -> None:
    listening(tmp_path, 7).close()
    (tmp_path / "notes.sock").touch()

    assert running_workers(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["notes.sock"]


def test_a_worker_that_ends_meanwhile_is_told(tmp_path: Path) -> None:
    with listening(tmp_path, 7) as server, TreeClient(tmp_path, 7) as client:
        server.accept()[0].close()
        with pytest.raises(UserError, match="the worker 7 has ended"):
            client.picture()


@pytest.mark.parametrize("verb", ["tree", "top"])
def test_without_a_worker_the_command_says_what_it_looks_for(
    verb: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("FORCE_COLOR", "1")

    with pytest.raises(SystemExit) as exited:
        main((verb,))

    assert exited.value.code == 2
    assert capsys.readouterr().err == (
        "runtime: no `runtime run` is running here; "
        "an embedded worker shows its tree at GET /tree\n"
    )
