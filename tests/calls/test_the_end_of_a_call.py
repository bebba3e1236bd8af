"""What is told when a call ends while the agent speaks."""

import asyncio

import pytest

from actors.reports import SessionClosed
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.worker import Worker
from tests.calls.rig import Rig, agent, call
from transports.loopback import LoopbackTransport

LONG = "One two three four five six seven eight nine ten eleven twelve."


async def speaking(rig: Rig) -> None:
    await rig.says()
    await rig.until("agent_speech_started")
    await asyncio.sleep(1.0)


@pytest.mark.parametrize("way", ["close", "hang up"])
async def test_what_was_heard_until_the_call_ended_is_told_once(way: str) -> None:
    async with call(agent(llm=ScriptedLLM(replies=[LONG]))) as rig:
        await speaking(rig)
        if way == "close":
            rig.job.session.hangup("enough")
        else:
            rig.caller.hang_up()
        await rig.job.closed()
    (heard,) = rig.fields("agent_transcript")
    assert heard["interrupted"]
    assert LONG.startswith(heard["text"])
    assert len(heard["text"].split()) in {3, 4}
    (finished,) = rig.fields("agent_speech_finished")
    assert finished["outcome"] == "interrupted"
    assert rig.reports[-1].name == "session_closed"


async def test_whoever_waits_for_an_utterance_learns_that_the_call_has_ended() -> None:
    async with call(agent()) as rig:
        utterance = rig.job.session.say(LONG)
        await rig.until("agent_speech_started")
        await asyncio.sleep(1.0)
        rig.job.session.hangup("enough")
        heard = await utterance
    assert heard.outcome == "interrupted"
    assert LONG.startswith(heard.text)


class Lingering(Agent):
    """Takes its time to leave."""

    async def on_exit(self) -> None:
        await asyncio.sleep(9.0)


async def test_a_leave_taking_that_is_not_waited_for_ends_the_tree_all_the_same() -> None:
    loop = asyncio.get_running_loop()
    worker = Worker(Lingering)

    async def serve() -> None:
        async with worker:
            await worker.open_room("r1", LoopbackTransport())
            loop.call_later(1.0, serving.cancel)

    began_s = loop.time()
    serving = loop.create_task(serve())
    await asyncio.wait({serving})
    jobs = worker.actor("jobs")
    assert serving.cancelled()
    assert jobs is not None
    assert not jobs.is_running
    assert loop.time() - began_s < 2.0


async def test_what_a_listener_raises_over_the_end_is_told_after_it() -> None:
    async with call(agent()) as rig:
        session = rig.job.session

        @session.on(SessionClosed)
        def note(closed: SessionClosed) -> None:
            raise ValueError(closed.reason)

        read = session.events()
        await rig.asks()
        session.hangup("enough")
        *_, last = [event async for event in read]
        assert last == SessionClosed("enough")
        await rig.until("error")
    assert [event.name for event in rig.reports][-2:] == ["session_closed", "error"]
    assert (rig.fields("error")[0]["where"], rig.fields("error")[0]["message"]) == (
        "listener",
        "ValueError: enough",
    )
