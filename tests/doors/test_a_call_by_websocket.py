"""Whole calls over a WebSocket: real sockets on loopback, the real worker, scripted vendors."""

import pytest

from tests.doors.rig import open_house

pytestmark = [pytest.mark.real_time, pytest.mark.slow]


async def test_a_caller_asks_and_hears_the_answer_and_reads_what_happens() -> None:
    async with open_house() as house:
        ticket = await house.room(room="table-4")
        async with house.talk(ticket) as caller:
            assert caller.messages[0] == {
                "type": "ready",
                "room": "table-4",
                "identity": "ada",
                "role": "speaker",
                "in": 16_000,
                "out": 24_000,
                "playback": "sent",
                "rejoin_s": 15.0,
                "resumed": False,
            }
            await caller.speak(0.6)
            await caller.be_silent(0.9)
            said = await caller.until_event("agent_transcript")
            assert said["text"] == "We have three rooms free."
            assert len(caller.heard) > 24_000
            assert len(caller.heard) % 960 == 0
            await caller.tell("bye")
            assert (await caller.closed())[0] == 1000
