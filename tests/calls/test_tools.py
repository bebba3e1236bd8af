"""Tools never hang a call: each has exactly one output, whatever becomes of it."""

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from actors.conversation import ToolCall, ToolOutput
from actors.llm.job import MAX_ROUNDS
from actors.vendor import ChatRequest
from providers.scripted_llm import ScriptedLLM
from providers.scripted_tts import tone
from runtime.agent import Agent
from runtime.tools import ToolError, function_tool
from tests.calls.rig import Rig, agent, call
from transports.loopback import LoopbackCaller, LoopbackTransport


class Desk(Agent):
    """Tools that do all the bad things that tools do."""

    runs = 0

    @function_tool
    async def good(self, nights: int) -> dict[str, int]:
        """Count rooms."""
        return {"free": nights + 1}

    @function_tool
    def blocking(self) -> str:
        """Count in a thread."""
        return threading.current_thread().name

    @function_tool
    async def raising(self) -> str:
        """Fail."""
        raise ToolError("the book is at the binder's")

    @function_tool(timeout_s=2.0)
    async def hanging(self) -> str:
        """Wait for ever."""
        await asyncio.Event().wait()
        return "never"

    @function_tool(timeout_s=2.0)
    async def stubborn(self) -> str:
        """Wait for long, and let nobody cancel it."""
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)
        return "never"

    @function_tool
    async def impatient(self) -> str:
        """Wait for somebody who does not answer."""
        async with asyncio.timeout(1.0):
            await asyncio.Event().wait()
        return "never"

    @function_tool
    async def slow(self) -> str:
        """Take a while."""
        Desk.runs += 1
        await asyncio.sleep(3.0)
        return "done at last"

    @function_tool(timeout_s=60.0)
    async def patient(self) -> str:
        """Take longer than a reply may be silent."""
        await asyncio.sleep(25.0)
        return "found"

    @function_tool(timeout_s=60.0, safe=True)
    async def looking(self) -> str:
        """Take as long, and only look."""
        await asyncio.sleep(25.0)
        return "found"

    @function_tool
    async def endless(self) -> str:
        """Wait for ever, with the deadline that a tool has if it says none."""
        await asyncio.Event().wait()
        return "never"

    @function_tool
    async def talking(self) -> str:
        """Say something in between."""
        self.session.say("One moment, I am looking.")
        return "looked"

    @function_tool
    async def offering(self) -> str:
        """Have something offered afterwards."""
        self.session.reply("Offer breakfast.")
        return "noted"


def asks(*calls: ToolCall) -> list[Any]:
    """Return a step of the script in which the model calls these tools."""
    return list(calls)


def wish(name: str, arguments: str = "{}", *, call_id: str = "c1") -> ToolCall:
    return ToolCall(call_id=call_id, name=name, arguments=arguments)


def desk(replies: Sequence[Any]) -> Desk:
    scripted, made = agent(), Desk()
    made.vad, made.stt, made.tts = scripted.vad, scripted.stt, scripted.tts
    made.llm = ScriptedLLM(replies=replies)
    return made


async def outputs(rig: Rig) -> list[tuple[str, bool]]:
    items = await rig.job.session.conversation()
    return [(item.output, item.is_error) for item in items if isinstance(item, ToolOutput)]


async def test_a_result_that_is_no_text_becomes_json() -> None:
    async with call(desk([asks(wish("good", '{"nights": 2}')), "Three."])) as rig:
        assert await rig.asks() == "Three."
        assert await outputs(rig) == [('{"free":3}', False)]


async def test_a_sync_tool_runs_in_a_thread_of_its_own() -> None:
    async with call(desk([asks(wish("blocking")), "Done."])) as rig:
        await rig.asks()
        assert await outputs(rig) == [("sync-tool", False)]


async def test_an_error_is_an_output_and_its_text_reaches_the_model() -> None:
    async with call(desk([asks(wish("raising")), "Sorry."])) as rig:
        assert await rig.asks() == "Sorry."
        assert await outputs(rig) == [("the book is at the binder's", True)]


async def test_an_unknown_tool_and_wrong_arguments_are_errors_that_the_model_can_read() -> None:
    wrong = wish("good", '{"nights": "many"}', call_id="c2")
    async with call(desk([asks(wish("absent"), wrong), "Sorry."])) as rig:
        await rig.asks()
        first, second = await outputs(rig)
    assert first[0].startswith("there is no tool absent")
    assert second[0].startswith("good: nights")


async def test_parallel_calls_run_beside_each_other_and_keep_their_order() -> None:
    replies = [asks(wish("slow"), wish("slow", call_id="c2")), "Both."]
    async with call(desk(replies)) as rig:
        await rig.asks()
        started, done = rig.named("tool_called")[:2], rig.named("tool_called")[2:]
    assert [
        round((end.at_ns - start.at_ns) / 1e9) for start, end in zip(started, done, strict=True)
    ] == [3, 3]


async def test_a_tool_that_hangs_is_abandoned_and_the_call_goes_on() -> None:
    async with call(desk([asks(wish("hanging")), "I could not find out."])) as rig:
        assert await rig.asks() == "I could not find out."
        assert await outputs(rig) == [("hanging gave no answer within 2 s", True)]
        assert rig.fields("tool_called")[-1]["status"] == "abandoned"
        assert rig.fields("error")[-1]["message"].endswith("; 1 abandoned in this call")


async def test_a_time_limit_of_the_tool_s_own_is_an_error_like_another() -> None:
    async with call(desk([asks(wish("impatient")), "I could not find out."])) as rig:
        assert await rig.asks() == "I could not find out."
        assert await outputs(rig) == [("impatient timed out", True)]
        assert rig.fields("tool_called")[-1]["status"] == "failed"


async def test_a_tool_that_cannot_be_cancelled_is_left_to_itself_and_the_call_goes_on() -> None:
    async with call(desk([asks(wish("stubborn")), "I could not find out.", "Yes."])) as rig:
        assert await rig.asks() == "I could not find out."
        assert await outputs(rig) == [("stubborn gave no answer within 2 s", True)]
        assert rig.fields("tool_called")[-1]["status"] == "abandoned"
        assert await rig.asks(answers=2) == "Yes."


@pytest.mark.parametrize("name", ["patient", "looking"])
async def test_a_tool_may_take_as_long_as_its_own_timeout_says(name: str) -> None:
    async with call(desk([asks(wish(name)), "Found."])) as rig:
        assert await rig.asks() == "Found."
        assert await outputs(rig) == [("found", False)]
        assert not rig.named("interrupted")


async def test_a_tool_without_an_end_is_ended_by_the_timeout_that_it_has_by_default() -> None:
    async with call(desk([asks(wish("endless")), "I could not find out."])) as rig:
        await rig.says()
        answer = await rig.until("agent_transcript", within_s=40.0)
        assert answer["text"] == "I could not find out."
        assert await outputs(rig) == [("endless gave no answer within 30 s", True)]


async def test_a_model_that_runs_in_circles_is_stopped() -> None:
    circles = [asks(wish("good", '{"nights": 1}', call_id=f"c{n}")) for n in range(5)]
    async with call(desk([*circles, "Two."])) as rig:
        assert await rig.asks() == "Two."
        results = [is_error for _, is_error in await outputs(rig)]
    assert results == [False, False, False, True, True]


async def test_what_is_said_inside_a_tool_is_heard_before_the_answer() -> None:
    async with call(desk([asks(wish("talking")), "Here it is."])) as rig:
        assert await rig.asks() == "One moment, I am looking. Here it is."


async def test_a_tool_that_is_killed_is_recorded_as_interrupted_and_never_run_again() -> None:
    Desk.runs = 0
    async with call(desk([asks(wish("slow")), "I do not know."])) as rig:
        await rig.says()
        await rig.until("tool_called")
        await asyncio.sleep(0.5)
        (runner,) = [child for child in asyncio.all_tasks() if child.get_name() == "tool slow"]
        runner.cancel()
        assert (await rig.until("agent_transcript"))["text"] == "I do not know."
        assert await outputs(rig) == [("interrupted: unknown whether it was done", True)]
    assert Desk.runs == 1


async def test_a_caller_who_speaks_while_a_tool_runs_is_answered_afterwards() -> None:
    async with call(desk([asks(wish("slow")), "Done.", "You are welcome."])) as rig:
        await rig.says()
        await rig.until("tool_called")
        await rig.says(1.5)
        await rig.until("agent_transcript", count=2)
        texts = [event["text"] for event in rig.fields("agent_transcript")]
        assert (await outputs(rig))[0] == ("done at last", False)
    assert texts == ["Done.", "You are welcome."]


@pytest.mark.slow
@pytest.mark.real_time
async def test_a_tool_that_blocks_its_thread_holds_up_no_other_room() -> None:
    release = threading.Event()

    @function_tool
    def stuck() -> str:
        """Block until somebody lets go."""
        release.wait(50.0)
        return "free"

    blocked = desk([asks(wish("stuck")), "Next door.", "At last."])
    blocked.tools = [stuck]
    async with call(blocked) as rig:
        other = LoopbackCaller()
        await rig.worker.open_room("other", LoopbackTransport(other))
        await rig.says()
        await rig.until("tool_called")
        other.speak(tone(16_000, 1000))
        assert (await rig.until("agent_transcript", within_s=30.0))["text"] == "Next door."
        release.set()
        assert (await rig.until("agent_transcript", count=2))["text"] == "At last."


async def test_a_model_that_wants_ever_more_rounds_of_tools_is_asked_without_any() -> None:
    rounds = [asks(wish("good", f'{{"nights": {n}}}', call_id=f"c{n}")) for n in range(MAX_ROUNDS)]
    who = desk([*rounds, "That is all."])
    async with call(who) as rig:
        assert await rig.asks() == "That is all."
        assert len(await outputs(rig)) == MAX_ROUNDS
    assert isinstance(who.llm, ScriptedLLM)
    asked = [request for request in who.llm.record.requests if isinstance(request, ChatRequest)]
    assert [bool(request.tools) for request in asked] == [True] * MAX_ROUNDS + [False]


async def test_a_reply_that_a_tool_asks_for_follows_the_running_one() -> None:
    async with call(desk([asks(wish("offering")), "Noted.", "Breakfast, perhaps?"])) as rig:
        assert await rig.asks() == "Noted."
        assert (await rig.until("agent_transcript", count=2))["text"] == "Breakfast, perhaps?"
