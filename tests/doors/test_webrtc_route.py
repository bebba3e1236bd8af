"""The signalling of WebRTC over HTTP, with a peer at the other end."""

import json
from typing import Any

import pytest

from runtime.doors.tokens import Grant
from tests.doors.rig import House, eventually, open_house
from tests.transports.webrtc_rig import Browser, browser

pytestmark = [pytest.mark.real_time, pytest.mark.slow]


async def connect(house: House, ticket: dict[str, Any], person: Browser) -> dict[str, Any]:
    """Make an offer, take the answer; return the ``ready`` that comes over the data channel."""
    headers = {"Authorization": f"Bearer {ticket['token']}"}
    offer = {"type": "offer", "sdp": await person.offer()}
    answer = await house.http.post(ticket["webrtc"], json=offer, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["type"] == "answer"
    await person.accept(answer.json()["sdp"])
    await person.until(lambda: bool(person.messages))
    return json.loads(person.messages[0])


async def test_an_offer_opens_the_call_and_a_fresh_one_with_the_same_token_joins_it_again() -> None:
    async with open_house() as house:
        ticket = await house.room(room="r1")
        mine = {"Authorization": f"Bearer {ticket['token']}"}
        async with browser() as person:
            ready = await connect(house, ticket, person)
            assert (ready["type"], ready["role"], ready["resumed"]) == ("ready", "speaker", False)
            info = (await house.http.get("/rooms/r1", headers=mine)).json()
            assert (info["state"], info["route"], info["away"]) == ("open", "webrtc", False)
            nothing = {"candidates": [{"candidate": "", "sdpMid": "0", "sdpMLineIndex": 0}]}
            late = await house.http.patch("/rooms/r1/webrtc/candidates", json=nothing, headers=mine)
            assert late.status_code == 204, late.text
            bob = {"Authorization": f"Bearer {house.worker.token('bob', Grant.JOIN, room='r1')}"}
            foreign = await house.http.patch(
                "/rooms/r1/webrtc/candidates", json=nothing, headers=bob
            )
            assert foreign.json()["error"]["code"] == "seat_taken"
            say: dict[str, Any] = {
                "headers": house.bearer(Grant.ADMIN),
                "json": {"text": "Good evening."},
            }
            await house.http.post("/rooms/r1/say", **say)
            await person.until(lambda: any("agent_transcript" in m for m in person.messages))
            assert person.loud_since
        (room,) = house.worker.doors().rooms
        await eventually(lambda: room.link is not None and room.link.is_away)
        assert (await house.http.get("/rooms/r1", headers=mine)).json()["away"] is True
        async with browser() as person:
            assert (await connect(house, ticket, person))["resumed"] is True
            await person.say({"type": "bye"})
            await eventually(lambda: house.worker.rooms == ())


async def test_candidates_before_an_offer_are_refused() -> None:
    async with open_house() as house:
        await house.room(room="r1")
        headers = house.bearer(Grant.JOIN, room="r1")
        answer = await house.http.patch(
            "/rooms/r1/webrtc/candidates", json={"candidates": []}, headers=headers
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_open")
