"""The rooms over HTTP: who gets one, who sees it, who is told no, and how."""

import asyncio
import contextlib
import socket
from typing import Any

import jwt
import pytest

from runtime.doors import guard
from runtime.doors.server import listen
from runtime.doors.tokens import Grant
from tests.doors.rig import House, eventually, open_house

pytestmark = [pytest.mark.real_time, pytest.mark.slow]
SECRET = "a secret of more than thirty-two bytes"


async def refused(house: House, method: str, path: str, status: int, **more: Any) -> str:
    """Send a request that is refused; return the code."""
    answer = await house.http.request(method, path, **more)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["message"].strip()
    return error["code"]


async def test_a_room_is_pending_until_somebody_comes_and_then_open() -> None:
    async with open_house() as house:
        ticket = await house.room(room="table-4", identity="bob")
        assert (ticket["websocket"], ticket["webrtc"]) == (
            "/rooms/table-4/ws",
            "/rooms/table-4/webrtc",
        )
        mine = {"Authorization": f"Bearer {ticket['token']}"}
        info = (await house.http.get("/rooms/table-4", headers=mine)).json()
        assert (info["state"], info["route"]) == ("pending", "")
        async with house.talk(ticket):
            info = (await house.http.get("/rooms/table-4", headers=mine)).json()
            assert (info["state"], info["route"], info["identity"]) == ("open", "websocket", "bob")
            rooms = (await house.http.get("/rooms", headers=house.bearer(Grant.ADMIN))).json()
            assert [room["room"] for room in rooms["rooms"]] == ["table-4"]
            assert (await house.http.delete("/rooms/table-4", headers=mine)).status_code == 202
            await eventually(lambda: "table-4" not in house.worker.rooms)
        assert await refused(house, "GET", "/rooms/table-4", 404, headers=mine) == "room_unknown"


async def test_who_may_not_is_told_why() -> None:
    async with open_house(secret=SECRET) as house:
        await house.room(room="r1")
        join = house.bearer(Grant.JOIN, room="r2")
        old = house.bearer(Grant.CREATE, lives_s=-1)
        forged = jwt.encode({"sub": "eve"}, "some other secret of thirty-two bytes")
        eve = {"Authorization": f"Bearer {forged}"}
        assert await refused(house, "POST", "/rooms", 401) == "token_missing"
        assert await refused(house, "POST", "/rooms", 401, headers=eve) == "token_invalid"
        assert await refused(house, "POST", "/rooms", 401, headers=old) == "token_expired"
        assert await refused(house, "POST", "/rooms", 403, headers=join) == "grant_missing"
        assert await refused(house, "GET", "/rooms/r1", 403, headers=join) == "wrong_room"
        for path in ("/rooms", "/tree", "/tree/stream", "/metrics"):
            assert await refused(house, "GET", path, 403, headers=join) == "grant_missing"
        for path in ("/rooms/r1/say", "/rooms/r1/crash"):
            assert await refused(house, "POST", path, 403, headers=join) == "grant_missing"


async def test_only_an_admin_may_make_a_room_for_somebody_else() -> None:
    async with open_house() as house:
        headers = house.bearer(Grant.CREATE)
        own = await house.http.post("/rooms", json={"identity": "ada"}, headers=headers)
        assert own.status_code == 201
        code = await refused(
            house, "POST", "/rooms", 403, json={"identity": "bob"}, headers=headers
        )
        assert code == "grant_missing"


async def test_a_full_worker_says_so_at_once_and_when_to_come_again() -> None:
    async with open_house(max_rooms=2) as house:
        await house.room()
        await house.room(identity="bob")
        headers = house.bearer()
        answer = await house.http.post("/rooms", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "worker_full")
        assert int(answer.headers["Retry-After"]) > 0
        assert (await house.http.get("/readyz")).json() == {"ready": False, "free": 0}


async def test_the_body_of_an_answer_does_not_wait_until_its_head_is_acknowledged() -> None:
    loop, made = asyncio.get_running_loop(), asyncio.Event()
    waits: list[int] = []

    class Door(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            ours: socket.socket = transport.get_extra_info("socket")
            waits.append(not ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()
            made.set()

    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        async with await loop.create_server(Door, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            await made.wait()
            writer.close()
            await writer.wait_closed()
    assert waits == [False], "it would come 40 ms late"


async def test_of_many_who_come_at_once_exactly_as_many_get_in_as_there_are_slots() -> None:
    async with open_house(max_rooms=10, max_rooms_of_one=50, max_pending=50) as house:
        headers = house.bearer()
        answers = await asyncio.gather(
            *(house.http.post("/rooms", headers=headers) for _ in range(30))
        )
        assert sorted(a.status_code for a in answers) == [201] * 10 + [503] * 20


async def test_nobody_takes_more_than_their_share_and_pending_rooms_are_bounded() -> None:
    async with open_house(max_rooms_of_one=2, max_pending=3) as house:
        for _ in range(2):
            await house.room()
        again: dict[str, Any] = {"headers": house.bearer(), "json": {"identity": "ada"}}
        assert await refused(house, "POST", "/rooms", 429, **again) == "too_many_rooms"
        await house.room(identity="bob")
        again["json"] = {"identity": "cleo"}
        assert await refused(house, "POST", "/rooms", 429, **again) == "too_many_pending"


async def test_a_room_into_which_nobody_comes_gives_its_slot_back() -> None:
    async with open_house(max_rooms=1, pending_s=0.2) as house:
        await house.room()
        await asyncio.sleep(0.4)
        await house.room()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "bad_json"),
        (b"\xff\xfe\x00", "bad_json"),
        (b"[" * 5000, "bad_json"),
        (b"[]", "bad_request"),
        (b'{"room": "../etc"}', "bad_request"),
        (b'{"room": ""}', "bad_request"),
        (b'{"room": 5}', "bad_request"),
        (b'{"colour": "red"}', "bad_request"),
        (b'{"second_joiner": "sings"}', "bad_request"),
        (b'{"userdata": {"a": "' + b"x" * 5000 + b'"}}', "bad_request"),
    ],
)
async def test_a_body_that_is_none_is_refused(body: bytes, code: str) -> None:
    async with open_house() as house:
        headers = house.bearer()
        assert await refused(house, "POST", "/rooms", 400, content=body, headers=headers) == code


async def test_a_giant_body_is_refused_before_it_is_kept() -> None:
    async with open_house() as house:
        content, headers = b" " * 100_000, house.bearer()
        code = await refused(house, "POST", "/rooms", 413, content=content, headers=headers)
        assert code == "body_too_big"


async def test_a_name_is_taken_once() -> None:
    async with open_house() as house:
        await house.room(room="r1")
        again: dict[str, Any] = {"headers": house.bearer(), "json": {"room": "r1"}}
        assert await refused(house, "POST", "/rooms", 409, **again) == "room_exists"


async def test_who_asks_too_often_is_told_to_slow_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "REQUESTS_PER_S", 0.001)
    monkeypatch.setattr(guard, "REQUEST_BURST", 3.0)
    async with open_house() as house:
        answers = [await house.http.get("/readyz") for _ in range(8)]
        assert [answer.status_code for answer in answers[:3]] == [200] * 3
        assert answers[-1].json()["error"]["code"] == "too_many_requests"
        assert answers[-1].headers["Retry-After"] == "1"


async def test_foreign_pages_and_foreign_hosts_stay_outside() -> None:
    async with open_house(allowed_origins=["https://shop.example"]) as house:
        foreign = {"Origin": "https://evil.example"}
        assert await refused(house, "GET", "/healthz", 403, headers=foreign) == "origin_refused"
        assert await refused(house, "GET", "/", 403, headers={"Origin": "null"}) == "origin_refused"
        rebound = {"Host": "evil.example"}
        assert await refused(house, "GET", "/healthz", 403, headers=rebound) == "host_refused"
        for origin in ("https://shop.example", house.url):
            answer = await house.http.get("/readyz", headers={"Origin": origin})
            assert answer.status_code == 200


async def test_the_agent_says_what_an_admin_wants_and_nothing_to_an_empty_room() -> None:
    async with open_house() as house:
        ticket = await house.room(room="r1")
        say: dict[str, Any] = {
            "headers": house.bearer(Grant.ADMIN),
            "json": {"text": "Your table is ready."},
        }
        assert await refused(house, "POST", "/rooms/r1/say", 409, **say) == "not_open"
        async with house.talk(ticket) as caller:
            assert (await house.http.post("/rooms/r1/say", **say)).status_code == 202
            assert (await caller.until_event("agent_transcript"))["text"] == "Your table is ready."


async def test_nothing_is_crashed_in_a_room_into_which_nobody_has_come() -> None:
    async with open_house() as house:
        await house.room(room="r1")
        crash: dict[str, Any] = {
            "headers": house.bearer(Grant.ADMIN),
            "json": {"actor": "llm-slot/role"},
        }
        assert await refused(house, "POST", "/rooms/r1/crash", 409, **crash) == "not_open"


async def test_what_there_is_not_is_told_as_everything_else() -> None:
    async with open_house() as house:
        assert await refused(house, "GET", "/no/such/thing", 404) == "not_found"
        assert await refused(house, "PUT", "/rooms", 405) == "method_not_allowed"
        assert await refused(house, "GET", "/playground/nothing.js", 404) == "not_found"
        assert await refused(house, "GET", "/playground/%2e%2e%2fworker.py", 404) == "not_found"
