"""The faults that users of voice frameworks report most, by name: here they do not happen."""

import asyncio
from typing import Any

import pytest

from actors.conversation import Message, ToolCall, ToolOutput
from providers.scripted import Hang
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import Heard, ScriptedSTT
from providers.scripted_tts import ScriptedTTS
from runtime.agent import Agent
from runtime.hooks import hook
from runtime.tools import function_tool
from tests.calls.rig import Rig, agent, call

LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen."
ASKED = "two nights please"


def patient(**fields: Any) -> Agent:
    """Return an agent that hears "stop that" whenever it is spoken to again."""
    stt = ScriptedSTT(utterances=[ASKED, "stop that now"], afterwards="last")
    llm = ScriptedLLM(replies=[LONG, "All right."], first_s=0.3)
    tts = ScriptedTTS(sample_rate_hz=16_000, first_s=0.2)
    return agent(**{"stt": stt, "llm": llm, "tts": tts, **fields})


async def is_answered(rig: Rig, *, within_s: float = 20.0) -> None:
    """Expect that whoever asks now gets an answer, to the end."""
    before = len(rig.named("agent_speech_finished"))
    await rig.says()

    def finished() -> bool:
        ends = rig.fields("agent_speech_finished")[before:]
        return any(fact["outcome"] == "finished" for fact in ends)

    assert await rig.ear.wait_for(finished, within_s)


@pytest.mark.parametrize("tenth", range(0, 30, 2))
async def test_stuck_after_barge_in(tenth: int) -> None:
    """Whenever the caller barges in, from the wait to the last word, the next turn is answered."""
    async with call(patient()) as rig:
        await rig.says()
        await asyncio.sleep(0.1 + tenth / 10)
        await rig.says(0.7)
        await asyncio.sleep(6.0)
        assert rig.fields("agent_state_changed")[-1]["state"] == "idle"
        await is_answered(rig)
        assert rig.fields("user_state_changed")[-1]["state"] in {"idle", "away"}


@pytest.mark.parametrize(
    "heard",
    [
        [Heard(text=ASKED), Heard(text=ASKED, delay_s=0.0)],
        [Heard(text=ASKED, delay_s=0.6), Heard(text="")],
        [Heard(text=ASKED, delay_s=1.6, interims=[ASKED])],
        [Heard(text=f"{ASKED} sir", delay_s=1.6, interims=[ASKED])],
    ],
    ids=["said twice", "late, then a noise", "after the silence", "and longer than it seemed"],
)
async def test_duplicate_reply(heard: list[Heard]) -> None:
    """However Finals come: each turn has one reply, and each reply is heard once."""
    llm = ScriptedLLM(replies=["All right."], first_s=0.5)
    who = agent(stt=ScriptedSTT(utterances=heard), llm=llm)
    if any((one.delay_s or 0.0) > 1.0 for one in heard):  # only without marks that is no hang
        who = agent(vad=None, stt=ScriptedSTT(utterances=heard, endpointing="own"), llm=llm)
    async with call(who) as rig:
        for _ in heard:
            await rig.says(0.5)
            await asyncio.sleep(0.15)
        await asyncio.sleep(10.0)
        messages = [i for i in await rig.job.session.conversation() if isinstance(i, Message)]
        roles = [message.role for message in messages]
        heard_s = len(rig.caller.heard) * 0.02
    replies = [fact["text"] for fact in rig.fields("agent_transcript")]
    assert roles == ["user", "assistant"] * len(replies)
    assert replies == ["All right."] * len(replies)
    assert heard_s == pytest.approx(0.6 * len(replies))
    assert len(replies) == 1


async def test_task_left_behind() -> None:
    """After many turns, barge-ins and tools as many tasks run as after the first turn."""
    async with call(patient()) as rig:
        await is_answered(rig)
        await asyncio.sleep(1.0)
        tasks = {task.get_name() for task in asyncio.all_tasks()}
        for number in range(12):
            await rig.says(0.5)
            await asyncio.sleep(0.2 * number)
            await rig.says(0.7)
            await asyncio.sleep(4.0)
        await is_answered(rig)
        await asyncio.sleep(6.0)
        assert {task.get_name() for task in asyncio.all_tasks()} == tasks
        children = (await rig.worker.snapshot()).children
        names = [node.name for room in children for node in room.children]
        assert names.count("r1") == 1


class Stubborn(Agent):
    """Nothing in it ever returns."""

    @function_tool
    async def wait(self) -> str:
        """Wait for ever."""
        await asyncio.Event().wait()
        return "never"

    @hook("agent_turn_end")
    async def never(self, text: str) -> None:
        await asyncio.Event().wait()

    async def on_exit(self) -> None:
        await asyncio.Event().wait()


@pytest.mark.parametrize("what", ["llm", "tts", "tool", "stt", "speaking"])
async def test_close_that_never_finishes(what: str) -> None:
    """Whatever hangs, the call ends within the time that is given to its goodbye."""
    scripts: dict[str, dict[str, Any]] = {
        "llm": {"llm": ScriptedLLM(replies=[[Hang()]])},
        "tts": {"tts": ScriptedTTS(sample_rate_hz=16_000, first_s=1000.0)},
        "tool": {
            "llm": ScriptedLLM(replies=[[ToolCall(call_id="c", name="wait", arguments="{}")]])
        },
        "stt": {"stt": ScriptedSTT(utterances=[Hang()])},
        "speaking": {"llm": ScriptedLLM(replies=[LONG])},
    }
    stubborn, scripted = Stubborn(), agent(**scripts[what])
    stubborn.vad, stubborn.stt = scripted.vad, scripted.stt
    stubborn.llm, stubborn.tts = scripted.llm, scripted.tts
    async with call(stubborn) as rig:
        await rig.says()
        await asyncio.sleep(1.5)
        begun_s = asyncio.get_running_loop().time()
        await rig.job.close("enough")
        assert await rig.job.closed() == "enough"
        assert asyncio.get_running_loop().time() - begun_s < 16.0
    assert rig.fields("session_closed")[0]["reason"] == "enough"


class Clerk(Agent):
    """Books, which must not be cut off, and looks, which may."""

    @function_tool
    async def book(self) -> str:
        """Book a room."""
        await asyncio.sleep(2.0)
        return "booked as 4711"

    @function_tool(safe=True)
    async def look(self) -> str:
        """Look for a room."""
        await asyncio.sleep(2.0)
        return "free"


@pytest.mark.parametrize(
    ("name", "output"),
    [("book", "booked as 4711"), ("look", "interrupted: unknown whether it was done")],
)
async def test_tool_state_lost_on_interruption(name: str, output: str) -> None:
    """What a tool did while the caller barged in is in the conversation and in the next request."""
    wish = ToolCall(call_id="c1", name=name, arguments="{}")
    llm = ScriptedLLM(replies=[["One moment. ", wish], "Done.", "All right.", "All right."])
    clerk, scripted = Clerk(), patient()
    clerk.vad, clerk.stt, clerk.tts, clerk.llm = scripted.vad, scripted.stt, scripted.tts, llm
    async with call(clerk) as rig:
        await rig.says()
        await rig.until("tool_called")
        await asyncio.sleep(0.5)
        await rig.says(0.7)
        await asyncio.sleep(8.0)
        items = list(await rig.job.session.conversation())
        last = list(getattr(llm.record.requests[-1], "items", ()))
    outputs = {item.call_id: item.output for item in items if isinstance(item, ToolOutput)}
    assert outputs == {"c1": output}
    assert [i.call_id for i in items if isinstance(i, ToolCall)] == ["c1"]
    assert {item.call_id for item in last if isinstance(item, ToolOutput)} == {"c1"}
