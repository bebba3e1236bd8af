"""A call by WebRTC through the doors: the offer by HTTP, the rest as a browser has it."""

import json
from typing import Any

import pytest

from tests.doors.rig import House, open_house
from tests.transports.webrtc_rig import Browser, browser, tone

pytestmark = [pytest.mark.real_time, pytest.mark.slow]


async def offer(house: House, ticket: dict[str, Any], sdp: str) -> Any:
    """Post an offer and return the answer of the door."""
    mine = {"Authorization": f"Bearer {ticket['token']}"}
    body = {"type": "offer", "sdp": sdp}
    return await house.http.post(ticket["webrtc"], json=body, headers=mine)


async def come_in(house: House, ticket: dict[str, Any], person: Browser) -> dict[str, Any]:
    """Come into a room and return what greets there."""
    answer = await offer(house, ticket, await person.offer())
    assert answer.status_code == 200, answer.text
    await person.accept(answer.json()["sdp"])
    await person.until(lambda: bool(person.messages))
    return json.loads(person.messages[0])


async def test_a_question_is_answered_and_the_caller_may_come_back_with_the_same_token() -> None:
    async with open_house() as house, browser() as person, browser() as again:
        ticket = await house.room(room="table-4")
        ready = await come_in(house, ticket, person)
        assert (ready["type"], ready["role"], ready["resumed"]) == ("ready", "speaker", False)
        person.microphone.speak(tone(0.6))
        await person.until(lambda: any('"agent_transcript"' in text for text in person.messages))
        assert len(person.loud_since) > 20
        assert (await come_in(house, ticket, again))["resumed"]


async def test_an_offer_that_is_none_is_refused_and_takes_no_seat() -> None:
    async with open_house() as house, browser() as person:
        ticket = await house.room(room="table-4")
        for garbage in ("hello", "v=0\r\ns=-\r\nt=0 0\r\n"):
            answer = await offer(house, ticket, garbage)
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_offer")
        await come_in(house, ticket, person)
