"""A first call: speech in, speech out, and everything in between."""

import asyncio
from itertools import pairwise

from actors.conversation import ToolCall
from providers.scripted_llm import ScriptedLLM
from runtime.agent import Agent
from runtime.tools import function_tool
from tests.calls.rig import agent, call


async def test_a_question_is_heard_and_answered() -> None:
    async with call(agent()) as rig:
        answer = await rig.asks()
        assert answer == "We have three rooms free."
        assert await rig.said() == [
            ("user", "two nights please"),
            ("assistant", "We have three rooms free."),
        ]
        assert rig.fields("turn_committed")[0]["reason"] == "wait"


async def test_a_call_goes_on_turn_after_turn() -> None:
    async with call(agent()) as rig:
        answers = [await rig.asks(answers=count) for count in (1, 2, 3)]
    assert answers == ["We have three rooms free.", "You are welcome.", "Good bye."]


async def test_the_caller_hears_the_whole_answer_paced_in_frames_of_20_ms() -> None:
    async with call(agent()) as rig:
        await rig.asks()
        times = [heard.at_s for heard in rig.caller.heard]
    assert len(times) == 5 * 300 // 20  # five words of 300 ms
    assert all(abs(later - earlier - 0.02) < 1e-6 for earlier, later in pairwise(times))


async def test_the_greeting_of_on_enter_is_spoken_and_can_be_awaited() -> None:
    class Greeter(Agent):
        heard = ""

        async def on_enter(self) -> None:
            Greeter.heard = (await self.session.say("Front desk, good evening.")).text

    greeter = Greeter()
    greeter.tts = agent().tts
    async with call(greeter) as rig:
        await rig.until("agent_speech_finished")
        await asyncio.sleep(0.1)
    assert Greeter.heard == "Front desk, good evening."


async def test_a_tool_is_called_and_its_output_reaches_the_model() -> None:
    class Desk(Agent):
        @function_tool
        async def rooms_free(self, nights: int) -> str:
            """How many rooms are free."""
            return f"{nights + 1} rooms"

    asked = ToolCall(call_id="c1", name="rooms_free", arguments='{"nights": 2}')
    llm = ScriptedLLM(replies=[[asked], "Three rooms."])
    scripted = agent()
    desk = Desk()
    desk.vad, desk.stt, desk.tts, desk.llm = scripted.vad, scripted.stt, scripted.tts, llm
    async with call(desk) as rig:
        assert await rig.asks() == "Three rooms."
        statuses = [(tool["status"], tool["output"]) for tool in rig.fields("tool_called")]
    assert statuses == [("started", ""), ("done", "3 rooms")]
    kinds = [type(item).__name__ for item in llm.record.requests[1].items]  # type: ignore[attr-defined]
    assert kinds == ["Message", "ToolCall", "ToolOutput"]


async def test_the_caller_barges_in_and_memory_keeps_the_words_that_were_heard() -> None:
    long = "One two three four five six seven eight nine ten eleven twelve."
    async with call(agent(llm=ScriptedLLM(replies=[long, "All right."]))) as rig:
        await rig.says()
        await rig.until("agent_speech_started")
        await asyncio.sleep(1.0)
        await rig.says(1.5)
        cut = await rig.until("agent_transcript")
        await rig.until("agent_transcript", count=2)
        assert cut["interrupted"]
        assert long.startswith(cut["text"])
        assert len(cut["text"].split()) in {4, 5, 6}
        assert (await rig.said())[1] == ("assistant", cut["text"])


async def test_the_call_ends_when_the_caller_hangs_up() -> None:
    async with call(agent()) as rig:
        await rig.asks()
        rig.caller.hang_up()
        assert await rig.job.closed() == "the caller hung up"
    assert rig.fields("session_closed")[0]["reason"] == "the caller hung up"


async def test_the_call_ends_by_itself_once_a_caller_who_has_finished_is_answered() -> None:
    async with call(agent()) as rig:
        await rig.says()
        rig.caller.finish()
        assert await rig.job.closed() == "the caller has finished"
    assert rig.fields("agent_transcript")[0]["text"] == "We have three rooms free."
