"""Whatever comes at a door: no other room notices, and nothing grows without bound."""

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import Awaitable, Callable

import jwt
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from runtime.doors import bodies, server
from runtime.doors.tokens import Grant
from tests.doors.rig import Client, House, eventually, open_house

pytestmark = [pytest.mark.real_time, pytest.mark.slow]
SECRET = "a secret of more than thirty-two bytes"
EXPECTED = (OSError, WebSocketException, EOFError, TimeoutError)
NUMBERS = itertools.count()
Attack = Callable[[House], Awaitable[None]]


async def knock(
    house: House, *chunks: bytes, waits_s: float = 0.0, patience_s: float = 30.0
) -> bytes:
    """Send raw bytes over TCP; return what comes back until the door closes, or is left."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        for chunk in chunks:
            writer.write(chunk)
            await asyncio.sleep(waits_s)
        async with asyncio.timeout(patience_s):
            return await reader.read()
    except ConnectionError:  # it was slammed
        return b""
    finally:
        writer.transport.abort()


async def status_of(house: House, query: str, token: str, room: str = "r1") -> int:
    """Come in with what is wrong; return the status of the refusal."""
    ticket = {"websocket": f"/rooms/{room}/ws", "token": token}
    with pytest.raises(InvalidStatus) as refused:
        async with house.talk(ticket, query):
            pass
    return refused.value.response.status_code


# ---------------------------------------------------------------- what is wrong is named


async def test_a_refused_websocket_is_no_error_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_house() as house:
        ticket = await house.room(room="r1")
        assert await status_of(house, "?in=x", ticket["token"]) == 400
        assert await status_of(house, "", ticket["token"], room="r2") in {403, 404}
        async with house.talk(ticket):
            pass
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize("query", ["?in=16001", "?out=0", "?in=-8000", "?in=x", "?playback=maybe"])
async def test_a_wrong_rate_or_wish_is_refused_before_anything_is_opened(query: str) -> None:
    async with open_house() as house:
        ticket = await house.room(room="r1")
        assert await status_of(house, query, ticket["token"]) == 400
        assert house.worker.rooms == ()


async def test_tokens_that_are_forged_expired_or_for_elsewhere_open_nothing() -> None:
    async with open_house(secret=SECRET) as house:
        ticket = await house.room(room="r1")
        good = {"iss": "understudy", "sub": "eve", "jti": "1", "iat": 1, "grants": ["join"]}
        later = 4_000_000_000
        forged = [
            "",
            "x",
            "a.b.c",
            ticket["token"][:-3] + "xyz",
            jwt.encode(good | {"room": "r1", "exp": later}, "another secret of thirty-two bytes"),
            jwt.encode(good | {"room": "r1", "exp": later}, "", algorithm="none"),
            jwt.encode(good | {"room": "r1", "exp": later, "grants": ["root"]}, SECRET),
            jwt.encode(good | {"room": "r1", "exp": "soon"}, SECRET),
            jwt.encode(good | {"room": "r1"}, SECRET),
            jwt.encode(good | {"sub": "a\nb", "room": "r1", "exp": later}, SECRET),
            jwt.encode(good | {"iss": "x", "room": "r1", "exp": later}, SECRET),
            jwt.encode(good | {"room": "r1", "exp": later, "pad": "x" * 5000}, SECRET),
            house.worker.token("ada", Grant.JOIN, room="r1", lives_s=-5),
        ]
        for token in forged:
            assert await status_of(house, "", token) == 401, token
        elsewhere = house.worker.token("ada", Grant.JOIN, room="r2")
        assert await status_of(house, "", elsewhere) == 403
        assert await status_of(house, "", elsewhere, room="r2") == 404
        assert house.worker.rooms == ()


async def test_who_sends_the_head_or_the_body_too_slowly_is_sent_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "HEAD_WITHIN_S", 0.3)
    monkeypatch.setattr(bodies, "BODY_WITHIN_S", 0.3)
    async with open_house() as house:
        token = house.bearer()["Authorization"]
        head = f"POST /rooms HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n"
        began_s = asyncio.get_running_loop().time()
        answers = await asyncio.gather(
            *(knock(house, *[b"G"] * 10, waits_s=0.05) for _ in range(50)),
            knock(house, head.encode() + b"Content-Length: 50\r\n\r\n{", b" ", waits_s=0.05),
        )
        assert asyncio.get_running_loop().time() - began_s < 10  # and not what is the rule
        assert all(answer == b"" for answer in answers[:-1])
        assert b"body_late" in answers[-1]


# ---------------------------------------------------------------- all at once, beside a call


async def noise_over_tcp(house: House) -> None:
    chance = random.Random(1)

    async def once() -> None:
        with contextlib.suppress(TimeoutError):
            await knock(house, chance.randbytes(chance.randint(1, 2000)), patience_s=0.5)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(60):
            tasks.create_task(once())


async def headers_without_end(house: House) -> None:
    with contextlib.suppress(*EXPECTED):
        await knock(house, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 40_000)


async def bodies_that_are_none(house: House) -> None:
    chance, headers = random.Random(2), house.bearer()
    for path in ("/rooms", "/rooms/calm/say", "/rooms/calm/crash", "/rooms/calm/webrtc"):
        for _ in range(15):
            body = chance.choice(
                [chance.randbytes(chance.randint(0, 300)), b"[" * 3000, b'{"a":' * 500, b"null"]
            )
            answer = await house.http.post(path, content=body, headers=headers)
            assert answer.status_code < 500, answer.text
    offers = ["v=0", "v=0\r\n" * 2000, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", "x" * 60_000]
    for sdp in offers:
        body = json.dumps({"type": "offer", "sdp": sdp})
        answer = await house.http.post("/rooms/calm/webrtc", content=body, headers=headers)
        assert answer.status_code == 400, answer.text


async def in_a_room_of_its_own(house: House, does: Callable[[Client], Awaitable[None]]) -> None:
    with contextlib.suppress(*EXPECTED):
        ticket = await house.room(identity=f"eve-{next(NUMBERS)}")
        async with house.talk(ticket) as client:
            await does(client)


async def noise_over_websocket(house: House) -> None:
    chance = random.Random(3)

    async def does(client: Client) -> None:
        for _ in range(120):
            data = chance.randbytes(chance.randint(0, 900))
            await client.socket.send(data if chance.random() < 0.5 else data.decode("latin-1"))

    for _ in range(3):
        await in_a_room_of_its_own(house, does)


async def ten_thousand_tiny_messages(house: House) -> None:
    async def does(client: Client) -> None:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(10_000):
                await client.socket.send(b"\0\0")
        code, _ = await client.closed()
        assert code in {4429, 1006}

    await in_a_room_of_its_own(house, does)


async def giant_messages(house: House) -> None:
    async def does(client: Client) -> None:
        await client.socket.send(bytes(1 << 20))
        code, _ = await client.closed()
        assert code in {1009, 1006}

    await in_a_room_of_its_own(house, does)


async def truncated_frames(house: House) -> None:
    async def does(client: Client) -> None:
        client.socket.transport.write(b"\x82\xfe\xff\xff\x00\x00")
        await asyncio.sleep(0.05)
        client.socket.transport.abort()

    await in_a_room_of_its_own(house, does)


async def rooms_without_end(house: House) -> None:
    rooms, headers = house.worker.doors().rooms, house.bearer()
    for _ in range(40):
        answer = await house.http.post("/rooms", json={"identity": "mallory"}, headers=headers)
        assert answer.status_code in {201, 429, 503}
        assert sum(room.wish.owner == "mallory" for room in rooms) <= 5


ATTACKS: tuple[Attack, ...] = (
    noise_over_tcp,
    headers_without_end,
    bodies_that_are_none,
    noise_over_websocket,
    ten_thousand_tiny_messages,
    giant_messages,
    truncated_frames,
    rooms_without_end,
)


async def test_whatever_comes_at_the_doors_a_call_beside_it_goes_on_and_nothing_stays() -> None:
    async with open_house(pending_s=1.0, rejoin_s=0.2) as house:
        ticket = await house.room(room="calm")
        async with house.talk(ticket) as caller:
            before = len(asyncio.all_tasks())
            async with asyncio.TaskGroup() as attacks:
                for attack in ATTACKS:
                    attacks.create_task(attack(house))  # pyright: ignore[reportArgumentType]
                await caller.speak(0.6)
                await caller.be_silent(1.5)
            said = await caller.until_event("agent_transcript")
            assert said["text"] == "We have three rooms free."
            assert [r for r in house.reports if r.room == "calm" and r.name == "error"] == []
            assert (await house.http.get("/healthz")).json()["tree"] == "running"
            await eventually(lambda: house.worker.rooms == ("calm",))
            await eventually(lambda: len(list(house.worker.doors().rooms)) == 1)
            await eventually(lambda: len(asyncio.all_tasks()) <= before + 5)
