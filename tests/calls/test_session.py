"""The session as user code sees it."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest

from actors.conversation import ContextPolicy, Message
from actors.reports import AgentTranscript, TurnCommitted
from actors.session.call_limits import CallLimits
from actors.turn_taking import TurnTakingConfig
from actors.vendor import ChatRequest
from actors.wishes import Recording
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import ScriptedSTT
from providers.scripted_tts import tone
from runtime.agent import Agent
from runtime.worker import Worker
from tests.calls.rig import agent, call
from transports.loopback import LoopbackCaller, LoopbackTransport


async def test_an_utterance_tells_how_it_ended_and_what_was_heard() -> None:
    async with call(agent()) as rig:
        await asyncio.sleep(0.1)
        whole = await rig.job.session.say("Good evening to you.")
        cut = rig.job.session.say("One two three four five six seven eight nine ten.")
        await rig.until("agent_speech_started", count=2)
        await asyncio.sleep(1.0)
        rig.job.session.interrupt()
        await cut
    assert (whole.outcome, whole.text) == ("finished", "Good evening to you.")
    assert (cut.outcome, cut.interrupted) == ("interrupted", True)
    assert cut.text == "One two three"


async def test_an_uninterruptible_utterance_needs_force() -> None:
    async with call(agent()) as rig:
        await asyncio.sleep(0.1)
        terms = rig.job.session.say("These are the terms of the contract.", interruptible=False)
        await rig.until("agent_speech_started")
        rig.job.session.interrupt()
        await asyncio.sleep(0.2)
        assert terms.outcome is None
        rig.job.session.interrupt(force=True)
        assert (await terms).outcome == "interrupted"


async def test_what_a_caller_says_over_a_held_greeting_is_answered_after_it() -> None:
    class Polite(Agent):
        async def on_enter(self) -> None:
            await self.session.say("Welcome to the hotel by the sea.", interruptible=False)

    polite, scripted = Polite(), agent()
    vars(polite).update(vad=scripted.vad, stt=scripted.stt, llm=scripted.llm, tts=scripted.tts)
    async with call(polite) as rig:
        await rig.until("agent_speech_started")
        await rig.says(1.0)
        await rig.until("agent_transcript", count=2)
        heard = [event["text"] for event in rig.fields("agent_transcript")]
    assert heard == ["Welcome to the hotel by the sea.", "We have three rooms free."]


async def test_a_recording_is_played_in_place_of_the_voice() -> None:
    async with call(agent()) as rig:
        await asyncio.sleep(0.1)
        jingle = Recording(tone(8_000, 1000), 8_000)
        played = await rig.job.session.say("Our jingle.", audio=jingle)
        assert played.text == "Our jingle."
        assert len(rig.caller.heard) == 50


async def test_a_reply_follows_instructions_that_hold_for_it_alone() -> None:
    llm = ScriptedLLM(replies=["Hello there.", "Fine."])
    async with call(agent(llm=llm, instructions="Be brief.")) as rig:
        await asyncio.sleep(0.1)
        assert (await rig.job.session.reply("Greet the caller.")).text == "Hello there."
        await rig.asks(answers=2)
    first, *_, last = requests(llm)
    assert (first.instructions, last.instructions) == (
        "Be brief.\n\nGreet the caller.",
        "Be brief.",
    )


async def test_instructions_and_tools_can_be_updated_in_mid_call() -> None:
    async def weather(city: str) -> str:
        """Tell the weather."""
        return f"rain in {city}"

    llm = ScriptedLLM(replies=["Fine."])
    async with call(agent(llm=llm)) as rig:
        rig.job.session.update_instructions("You are a weather man.")
        rig.job.session.update_tools(weather)
        await rig.asks()
    last = requests(llm)[-1]
    assert last.instructions == "You are a weather man."
    assert [tool.name for tool in last.tools] == ["weather"]


async def test_events_can_be_iterated_and_listened_to_by_kind() -> None:
    turns: list[str] = []
    async with call(agent()) as rig:

        @rig.job.session.on(TurnCommitted)
        async def note(event: TurnCommitted) -> None:
            await asyncio.sleep(0)
            turns.append(event.text)

        async with aclosing(rig.job.session.events(AgentTranscript)) as transcripts:
            await rig.says()
            assert (await anext(transcripts)).text == "We have three rooms free."
    assert turns == ["two nights please"]


async def test_a_listener_that_raises_harms_nobody_else() -> None:
    async with call(agent()) as rig:

        @rig.job.session.on()
        def clumsy(event: object) -> None:
            raise RuntimeError(f"cannot stand {event}")

        assert await rig.asks() == "We have three rooms free."


async def test_states_can_be_read_at_any_time() -> None:
    async with call(agent()) as rig:
        await asyncio.sleep(0.1)
        session = rig.job.session
        assert (session.agent_state, session.user_state) == ("idle", "idle")
        rig.caller.speak(tone(16_000, 1000))
        await asyncio.sleep(0.5)
        assert (rig.job.session.agent_state, rig.job.session.user_state) == (
            "listening",
            "speaking",
        )


async def test_a_long_conversation_is_summarised_beside_the_call() -> None:
    llm = ScriptedLLM(
        replies=["One.", "Two.", "Three.", "Four.", "They spoke of numbers.", "Five."]
    )
    context = ContextPolicy(summarise_over_tokens=40)
    who = agent(llm=llm, context=context)
    who.stt = ScriptedSTT(utterances=["and what comes after that please"], afterwards="last")
    async with call(who) as rig:
        for count in range(1, 5):
            await rig.asks(answers=count)
        await asyncio.sleep(1.0)
        await rig.asks(answers=5)
        assert len(await rig.said()) == 10  # the conversation itself stays whole
    shown = [item.text for item in requests(llm)[-1].items if isinstance(item, Message)]
    assert "They spoke of numbers." in " ".join(shown)
    assert "One." not in shown


@dataclass(frozen=True)
class Guest:
    name: str


async def test_a_call_has_user_data_of_its_own_and_says_when_it_has_another_kind() -> None:
    async with Worker(agent()) as worker:
        job = await worker.open_room("r1", LoopbackTransport(), userdata=Guest("Ada"))
        assert job.session.userdata(Guest).name == "Ada"
        with pytest.raises(TypeError, match="not with a int"):
            job.session.userdata(int)


async def test_a_quiet_call_is_woken_up_again_and_again() -> None:
    class Waker(Agent):
        turn_taking = TurnTakingConfig(wake_up_s=10.0)

        async def on_wake_up(self) -> None:
            await self.session.say("Are you still there?")

    waker = Waker()
    waker.tts = agent().tts
    async with call(waker) as rig:
        await rig.until("agent_transcript", count=2)
        woken_s = [report.at_ns / 1e9 for report in rig.named("woken_up")]
        finished_s = rig.named("agent_speech_finished")[0].at_ns / 1e9
    assert woken_s[0] == pytest.approx(10.0, abs=0.1)
    assert woken_s[1] == pytest.approx(finished_s + 10.0, abs=0.1)


class Nobody(LoopbackCaller):
    """A caller who never joins."""

    def next_arrivals(self) -> Any:
        arrivals = LoopbackCaller.next_arrivals(self)
        return None if arrivals is None else arrivals[-1:]


async def test_a_call_ends_when_nobody_joins_or_everybody_has_left_or_it_lasts_too_long() -> None:
    clock = asyncio.get_running_loop().time
    async with Worker(agent(limits=CallLimits(max_duration_s=60.0))) as worker:
        nobody = await worker.open_room("nobody", LoopbackTransport(Nobody()))
        gone = LoopbackCaller()
        empty = await worker.open_room("empty", LoopbackTransport(gone))
        gone.leave()
        assert await empty.closed() == "everybody has left"
        assert clock() == pytest.approx(5.0, abs=0.1)
        long = await worker.open_room("long", LoopbackTransport())
        assert await long.closed() == "the call has reached its longest duration"
        assert await nobody.closed() == "the call has reached its longest duration"
    async with Worker(agent()) as worker:
        nobody = await worker.open_room("nobody", LoopbackTransport(Nobody()))
        began_s = clock()
        assert await nobody.closed() == "nobody joined"
        assert clock() - began_s == pytest.approx(90.0, abs=0.1)


async def test_the_agent_can_hang_up_and_leave_after_its_goodbye() -> None:
    class Host(Agent):
        async def on_exit(self) -> None:
            await self.session.say("Good bye.")

    for end, reason in (("hangup", "hung up"), ("leave", "the agent has left")):
        host = Host()
        host.tts = agent().tts
        async with call(host) as rig:
            await asyncio.sleep(0.1)
            rig.job.session.hangup() if end == "hangup" else rig.job.session.leave()
            assert await rig.job.closed() == reason
            assert rig.fields("agent_transcript")[0]["text"] == "Good bye."


def requests(llm: ScriptedLLM) -> list[ChatRequest]:
    return [request for request in llm.record.requests if isinstance(request, ChatRequest)]
