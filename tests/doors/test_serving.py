"""``runtime run`` without a way to talk, as a newcomer types it."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect

from runtime.cli.serve import is_loopback
from runtime.doors.doors import PROTOCOL
from runtime.doors.tokens import Grant, TokenDesk
from runtime.errors import UserError
from tests.doors.rig import open_house

pytestmark = [pytest.mark.real_time, pytest.mark.slow, pytest.mark.timeout(60)]
ROOT = Path(__file__).parent.parent.parent
RUNTIME = Path(sys.executable).with_name("runtime")
SECRET = "a secret of more than thirty-two bytes"


@asynccontextmanager
async def command(*arguments: str, **more: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run the command; leaving the block presses Ctrl-C if it still runs."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        RUNTIME, *arguments, cwd=ROOT, stdout=pipe, stderr=pipe, env={"PATH": "/usr/bin"} | more
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.communicate()


async def test_the_doors_open_and_the_link_that_is_printed_lets_one_in() -> None:
    async with command("run", "examples.front_desk:Main", "--port", "0") as process:
        assert process.stdout is not None
        said = (await process.stdout.readline()).decode()
        assert said.startswith("Talk: http://127.0.0.1:")
        page, _, token = said.removeprefix("Talk: ").strip().partition("#token=")
        async with httpx2.AsyncClient(base_url=page) as http:
            assert "<html" in (await http.get("/")).text
            headers = {"Authorization": f"Bearer {token}"}
            ticket = await http.post("/rooms", headers=headers)
            assert (ticket.status_code, ticket.json()["can_crash"]) == (201, True)
            assert (await http.get("/tree", headers=headers)).status_code == 200
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            assert await process.wait() == 130


@pytest.mark.parametrize(
    ("secret", "words"),
    [("", "lets other machines in: set UNDERSTUDY_SECRET first"), ("short", "has 5 bytes")],
)
async def test_beyond_this_machine_a_secret_is_needed_and_a_good_one(
    secret: str, words: str
) -> None:
    more = {"UNDERSTUDY_SECRET": secret} if secret else {}
    arguments = ("run", "examples.front_desk:Main", "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    async with command(*arguments, **more) as process:
        said, complaint = await process.communicate()
    assert process.returncode == 2
    assert said == b""
    assert words in complaint.decode()
    assert complaint.count(b"\n") == 1


async def test_a_token_of_the_command_is_one_of_the_doors() -> None:
    arguments = ("token", "--identity", "ada", "--grant", "join", "--room", "r1")
    async with command(*arguments, UNDERSTUDY_SECRET=SECRET) as process:
        said, _ = await process.communicate()
    token = TokenDesk(SECRET).read(said.decode().strip())
    assert (token.identity, token.room, token.grants) == ("ada", "r1", {Grant.JOIN})
    async with command(*arguments) as process:
        _, complaint = await process.communicate()
    assert process.returncode == 2
    assert b"set UNDERSTUDY_SECRET" in complaint


@dataclass(frozen=True, slots=True)
class Draining:
    """A worker that waits for its call, and the two ways to it."""

    process: asyncio.subprocess.Process
    http: httpx2.AsyncClient
    call: ClientConnection


@asynccontextmanager
async def draining_with_a_call() -> AsyncGenerator[Draining]:
    """Run a worker that was told to end, and waits for its one call."""
    arguments = ("run", "examples.front_desk:Main", "--port", "0", "--drain", "30")
    async with command(*arguments) as process:
        assert process.stdout is not None
        said = (await process.stdout.readline()).decode()
        page, _, token = said.removeprefix("Talk: ").strip().partition("#token=")
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=page, headers=headers) as http:
            ticket = (await http.post("/rooms")).json()
            url = page.replace("http", "ws", 1).rstrip("/") + ticket["websocket"]
            async with connect(url, subprotocols=[PROTOCOL, f"bearer.{ticket['token']}"]) as call:  # pyright: ignore[reportArgumentType]
                assert json.loads(await call.recv())["type"] == "ready"
                process.send_signal(signal.SIGTERM)
                while b"go on for up to 30 s" not in await process.stdout.readline():
                    pass
                yield Draining(process, http, call)


async def test_20_a_worker_that_is_told_to_end_lets_its_call_go_on_and_nobody_new_in() -> None:
    async with draining_with_a_call() as worker:
        answer = await worker.http.post("/rooms")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "worker_leaving")
        assert (await worker.http.get("/readyz")).json() == {"ready": False, "free": 0}
        await worker.call.ping()
        await worker.call.send('{"type": "bye"}')
        async with asyncio.timeout(20):
            assert await worker.process.wait() == 130


async def test_a_worker_that_is_told_to_end_twice_ends_at_once_and_says_so_in_a_line() -> None:
    async with draining_with_a_call() as worker, worker.http.stream("GET", "/tree/stream") as tree:
        assert tree.status_code == 200
        worker.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(5):
            _, logged = await worker.process.communicate()
    assert worker.process.returncode == 130
    assert logged.endswith(b"stopped\n")
    assert b"Traceback" not in logged
    assert b"error" not in logged.replace(b"uvicorn.error", b"")


async def test_what_is_still_under_way_when_the_time_is_up_is_not_waited_for() -> None:
    async with open_house() as house, house.talk(await house.room()):
        await house.worker.drain(0.05)
        assert len(house.worker.rooms) == 1


def test_an_identity_that_is_no_name_gets_no_token() -> None:
    with pytest.raises(UserError, match="is no name"):
        TokenDesk().issue("a b", [Grant.JOIN], lives_s=5)


def test_a_grant_may_be_named() -> None:
    desk = TokenDesk()
    token = desk.issue("ada", ["create", Grant.JOIN], lives_s=5)
    assert desk.read(token).grants == {Grant.CREATE, Grant.JOIN}


def test_a_grant_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UserError, match="'lissen' is no grant; did you mean 'listen'"):
        TokenDesk().issue("ada", ["lissen"], lives_s=5)


@pytest.mark.parametrize(
    ("host", "is_it"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - this is what is refused
        ("192.0.2.1", False),
        ("example.org", False),
    ],
)
def test_what_is_this_machine_only(host: str, *, is_it: bool) -> None:
    assert is_loopback(host) is is_it
