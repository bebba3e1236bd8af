"""A conversation in writing: the same Session, without ears and voice."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from actors.conversation import Message, ToolCall
from actors.reports import AgentWords, Report
from providers.scripted import Pause
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import ScriptedTTS
from runtime.agent import Agent
from runtime.job import Job
from runtime.tools import function_tool
from runtime.worker import Worker
from supervision.tree import TreeNode
from tests.calls.rig import agent
from transports.text_line import TextCaller, TextTransport

LIST = "We have these rooms:\n- one for two\n- two with a view\n\nWhich one?"


class Chat:
    """One conversation in writing under test."""

    def __init__(self, worker: Worker, caller: TextCaller) -> None:
        self.worker = worker
        self.caller = caller
        self.job: Job
        self.reports: list[Report] = []
        self.news = asyncio.Event()

    def take(self, report: Report) -> None:
        self.reports.append(report)
        self.news.set()

    async def until(self, name: str, *, count: int = 1) -> dict[str, Any]:
        async with asyncio.timeout(30.0):
            while len(found := [r for r in self.reports if r.name == name]) < count:
                self.news.clear()
                await self.news.wait()
        return found[count - 1].to_dict()

    async def said(self) -> list[tuple[str, str]]:
        items = await self.job.session.conversation()
        return [(item.role, item.text) for item in items if isinstance(item, Message)]


@asynccontextmanager
async def chat(who: Agent) -> AsyncGenerator[Chat, None]:
    caller = TextCaller()
    async with Worker(who) as worker:
        held = Chat(worker, caller)
        await worker.subscribe(held.take)
        held.job = await worker.open_room("r1", TextTransport(caller), in_writing=True)
        async with asyncio.timeout(60.0):
            yield held


def names(node: TreeNode) -> set[str]:
    return {node.name}.union(*(names(child) for child in node.children))


async def test_a_line_is_a_turn_and_is_answered_at_once() -> None:
    async with chat(agent()) as held:
        held.caller.write("two nights please")
        answer = await held.until("agent_transcript")

        assert answer["text"] == "We have three rooms free."
        assert await held.said() == [("user", "two nights please"), ("assistant", answer["text"])]
        latency = await held.until("turn_latency")
        assert 0 <= latency["heard"] <= 150


async def test_ears_and_voice_stay_out() -> None:
    async with chat(agent()) as held:
        held.caller.write("two nights please")
        await held.until("agent_transcript")

        there = names(await held.worker.snapshot())

    assert {"text_track", "llm-slot", "transport"} <= there
    assert not there & {"audio_track", "tts-slot", "stt-slot", "vad-slot", "turn-slot"}


async def test_other_ears_and_another_voice_change_nothing_here_and_a_model_does() -> None:
    async with chat(agent()) as held:
        session, voice = held.job.session, ScriptedTTS(name="new", sample_rate_hz=16_000)
        await session.change_component(tts=voice, stt=ScriptedSTT(name="new"))
        await session.change_pipeline(llm=ScriptedLLM(name="new", replies=["New."]), tts=voice)
        held.caller.write("two nights please")
        assert (await held.until("agent_transcript"))["text"] == "New."
        there = names(await held.worker.snapshot())

    assert "text_track" in there
    assert not there & {"tts-slot", "stt-slot"}
    assert not [report for report in held.reports if report.name in {"error", "actor_restarted"}]


async def test_text_comes_in_pieces_and_stays_as_it_was_written() -> None:
    async with chat(agent(llm=ScriptedLLM(replies=[LIST]))) as held:
        held.caller.write("which rooms?")
        await held.until("agent_transcript")

        pieces = [r.event.text for r in held.reports if isinstance(r.event, AgentWords)]
        assert pieces == [
            "We have these rooms:\n",
            "- one for two\n",
            "- two with a view\n",
            "\nWhich one?",
        ]


async def test_two_lines_are_two_turns_once_the_first_is_answered() -> None:
    async with chat(agent()) as held:
        held.caller.write("two nights please")
        await held.until("agent_transcript")
        held.caller.write("ok")
        await held.until("agent_transcript", count=2)

        assert await held.said() == [
            ("user", "two nights please"),
            ("assistant", "We have three rooms free."),
            ("user", "ok"),
            ("assistant", "You are welcome."),
        ]


async def test_a_line_into_a_running_answer_cuts_it_and_memory_holds_what_was_shown() -> None:
    replies = [["This one was shown. ", Pause(seconds=2.0), "This one was not."], "Good."]
    async with chat(agent(llm=ScriptedLLM(replies=replies))) as held:
        held.caller.write("tell me all")
        await held.until("agent_words")
        held.caller.write("stop")
        await held.until("agent_transcript", count=2)

        assert await held.said() == [
            ("user", "tell me all"),
            ("assistant", "This one was shown."),
            ("user", "stop"),
            ("assistant", "Good."),
        ]


async def test_a_greeting_is_shown_before_anybody_wrote() -> None:
    class Greeter(Agent):
        llm = ScriptedLLM(replies=["Well."])

        async def on_enter(self) -> None:
            await self.session.say("Good evening. How can I help?")

    async with chat(Greeter()) as held:
        greeting = await held.until("agent_transcript")

    assert greeting["text"] == "Good evening. How can I help?"


async def test_tools_run_as_in_a_spoken_call() -> None:
    def rooms_free(nights: int) -> str:
        """How many rooms are free."""
        return f"{nights} of three"

    replies = [[ToolCall(call_id="c1", name="rooms_free", arguments='{"nights": 2}')], "Three."]
    async with chat(agent(llm=ScriptedLLM(replies=replies), tools=[rooms_free])) as held:
        held.caller.write("how many rooms?")
        await held.until("agent_transcript")

        called = await held.until("tool_called", count=2)
        assert (called["status"], called["output"]) == ("done", "2 of three")


async def test_a_tool_may_take_its_time_in_the_middle_of_what_is_shown() -> None:
    @function_tool(timeout_s=60.0)
    async def rooms_free() -> str:
        """Look for long."""
        await asyncio.sleep(25.0)
        return "three"

    asking = ["Let me look. ", ToolCall(call_id="c1", name="rooms_free", arguments="{}")]
    who = agent(llm=ScriptedLLM(replies=[asking, "Three."]), tools=[rooms_free])
    async with chat(who) as held:
        held.caller.write("how many rooms?")
        answer = await held.until("agent_transcript")

    assert answer["text"] == "Let me look. Three."


async def test_the_call_ends_when_the_writer_has_finished_and_is_answered() -> None:
    async with chat(agent()) as held:
        held.caller.write("two nights please")
        held.caller.finish()

        assert await held.job.closed() == "the caller has finished"
        assert [r.name for r in held.reports].count("agent_transcript") == 1


async def test_the_conversation_survives_a_crash_of_its_text_track() -> None:
    replies = [["The first part. ", Pause(seconds=1.0), "The second part."]]
    async with chat(agent(llm=ScriptedLLM(replies=replies))) as held:
        held.caller.write("tell me all")
        await held.until("agent_words")
        held.job.call.addresses.audio_track.kill()
        answer = await held.until("agent_transcript")

    assert answer["text"] == "The first part. The second part."
    assert [r.event.text for r in held.reports if isinstance(r.event, AgentWords)] == [
        "The first part.",
        "The second part.",
    ]
