"""One person speaks; others listen or stay outside; who was there may come back."""

from contextlib import AbstractAsyncContextManager

import pytest
from websockets.exceptions import InvalidStatus

from runtime.doors import tokens
from runtime.doors.tokens import Grant
from tests.doors.rig import Client, eventually, open_house

pytestmark = [pytest.mark.real_time, pytest.mark.slow]


async def status_of(coming_in: AbstractAsyncContextManager[Client]) -> int:
    """Come in where one is refused; return the status."""
    with pytest.raises(InvalidStatus) as refused:
        async with coming_in:
            pass
    return refused.value.response.status_code


async def test_a_second_person_listens_and_cannot_speak() -> None:
    async with open_house() as house:
        ticket = await house.room(room="r1")
        bob = house.worker.token("bob", Grant.JOIN, room="r1")
        async with house.talk(ticket) as ada, house.talk(ticket, token=bob) as listener:
            ready = listener.messages[0]
            assert (ready["role"], ready["identity"]) == ("listener", "bob")
            await listener.socket.send(bytes(640))
            await listener.tell("text", text="I want to speak")
            refused = [m["code"] for m in [await listener.until("error", count=2)]]
            assert refused == ["not_speaker"]
            await ada.speak(0.6)
            await ada.be_silent(0.9)
            await listener.until_event("agent_transcript")
            assert [turn["text"] for turn in listener.named("turn_committed")] == [
                "two nights please"
            ]
            assert len(listener.heard) > 24_000
            await listener.tell("bye")
            await listener.closed()
            assert ada.named("session_closed") == []


async def test_a_second_person_is_refused_where_the_room_was_made_so() -> None:
    async with open_house() as house:
        ticket = await house.room(room="r1", second_joiner="refused")
        bob = house.worker.token("bob", Grant.JOIN, room="r1")
        async with house.talk(ticket):
            assert await status_of(house.talk(ticket, token=bob)) == 403


async def test_so_many_listen_and_no_more_and_nobody_listens_to_nobody() -> None:
    async with open_house(max_listeners=1) as house:
        ticket = await house.room(room="r1")
        one, two = (house.worker.token(name, Grant.LISTEN, room="r1") for name in ("one", "two"))
        assert await status_of(house.talk(ticket, token=one)) == 409
        async with house.talk(ticket), house.talk(ticket, token=one) as listener:
            assert await status_of(house.talk(ticket, token=two)) == 429
            assert await status_of(house.talk(ticket, "?out=8000", token=two)) == 409
            await listener.tell("bye")
            await listener.closed()
            await eventually(lambda: not house.worker.doors().rooms.find("r1").audience.connections)
            async with house.talk(ticket, token=two):
                pass


class WallClock:
    """A time of day that stands still unless it is set forward."""

    now_s = 1_700_000_000.0  # long ago: a token from the future is none

    def __call__(self) -> float:
        return self.now_s


async def test_who_is_cut_off_comes_back_with_the_same_token_even_after_it_expired(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = WallClock()
    monkeypatch.setattr(tokens, "_wall_clock_s", clock)
    async with open_house(token_s=60) as house:
        ticket = await house.room(room="r1")
        (room,) = house.worker.doors().rooms
        query = "?playback=reported"
        async with house.talk(ticket, query) as caller:
            caller.reports = True
            await caller.speak(0.6)
            await caller.be_silent(0.4)
            await caller.until_heard(6000)
            caller.socket.transport.abort()
        await eventually(lambda: room.link is not None and room.link.is_away)
        clock.now_s += 60
        assert await status_of(house.talk(ticket, "?playback=sent")) == 409
        async with house.talk(ticket, query) as again:
            again.reports = True
            assert again.messages[0]["resumed"] is True
            said = await again.until_event("agent_transcript")
            assert said == said | {"text": "We have three rooms free.", "interrupted": False}
        fresh = await house.room(room="r2")
        clock.now_s += 60
        assert await status_of(house.talk(fresh)) == 401


async def test_the_door_falls_and_is_put_back_and_the_call_goes_on() -> None:
    async with open_house() as house:
        ticket = await house.room(room="r1")
        async with house.talk(ticket) as caller:
            await caller.speak(0.6)
            await caller.be_silent(0.3)
            door = house.worker.actor("doors", "http")
            assert door is not None
            door.kill()
            await caller.closed()
        await eventually(lambda: door.is_running)
        assert house.worker.rooms == ("r1",)
        async with house.talk(ticket) as again:
            await again.until_event("agent_transcript")


async def test_the_reception_falls_and_forgets_no_room() -> None:
    async with open_house() as house:
        waiting = await house.room(room="waiting")
        ticket = await house.room(room="r1")
        async with house.talk(ticket) as caller:
            reception = house.worker.actor("doors", "reception")
            assert reception is not None
            reception.kill()
            await eventually(lambda: reception.is_running)
            async with house.talk(waiting):
                assert set(house.worker.rooms) == {"r1", "waiting"}
            await caller.tell("bye")
            await eventually(lambda: "r1" not in house.worker.rooms)
            await eventually(lambda: "r1" not in {room.id for room in house.worker.doors().rooms})


async def test_all_doors_fall_at_once_and_are_put_back_and_the_call_goes_on() -> None:
    async with open_house() as house:
        ticket = await house.room(room="r1")
        async with house.talk(ticket) as caller:
            await caller.speak(0.6)
            await caller.be_silent(0.3)
            doors = house.worker.actor("doors")
            assert doors is not None
            doors.kill()
            await caller.closed()
        await eventually(lambda: house.worker.doors().reception.is_running)
        await eventually(lambda: house.worker.actor("doors", "http") is not None)
        async with house.talk(ticket) as again:
            await again.until_event("agent_transcript")
        assert house.worker.rooms == ("r1",)


async def test_a_conversation_in_writing_needs_no_sound() -> None:
    async with open_house() as house:
        ticket = await house.room(in_writing=True)
        async with house.talk(ticket) as caller:
            await caller.tell("text", text="two nights please")
            assert (await caller.until_event("agent_transcript"))["text"]
            assert not caller.heard
