"""The observable scenarios of turn taking: whole calls with the outcome that a caller expects.

Numbers are those of the project's list of scenarios.
"""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from actors.conversation import Message, ToolCall, ToolOutput
from actors.reports import Report
from actors.track.audio_track import AudioTrack
from actors.turn_taking import TurnTakingConfig
from actors.vendor import SttPreflight
from providers.scripted_ears import ScriptedTurnDetector
from providers.scripted_llm import ScriptedLLM
from providers.scripted_stt import Heard, ScriptedSTT
from providers.scripted_tts import ScriptedTTS, tone
from runtime.agent import Agent
from runtime.hooks import hook
from runtime.tools import ToolError, function_tool
from runtime.worker import Worker
from supervision.virtual_time import VirtualTimeLoop
from tests.calls.rig import Rig, agent, call
from transports.loopback import LoopbackCaller, LoopbackTransport

FREE = "We have three rooms free."
LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen."
ASKED = "two nights please"
WORD_MS = 300


def heard_pcm(rig: Rig) -> bytes:
    return b"".join(frame.pcm for frame in rig.caller.heard)


def spoken(text: str) -> bytes:
    """Return what the scripted voice makes of a text."""
    return tone(16_000, len(text.split()) * WORD_MS)


def turns(rig: Rig) -> list[str]:
    return [fact["text"] for fact in rig.fields("turn_committed")]


async def speaking(rig: Rig, *, for_s: float) -> None:
    """Let the caller ask, and the agent answer for so long."""
    await rig.says()
    await rig.until("agent_speech_started")
    await asyncio.sleep(for_s)


async def test_scenario_01_a_yes_while_the_agent_thinks_counts_as_an_answer() -> None:
    llm = ScriptedLLM(replies=[FREE, "Two nights it is."], first_s=3.0)
    async with call(agent(llm=llm, stt=ScriptedSTT(utterances=[ASKED, "yes"]))) as rig:
        await rig.says()
        await rig.until("turn_committed")
        await asyncio.sleep(0.5)
        await rig.says(0.5)
        assert (await rig.until("agent_transcript"))["text"] == "Two nights it is."
        assert await rig.said() == [
            ("user", f"{ASKED} yes"),
            ("assistant", "Two nights it is."),
        ]


async def test_scenario_02_a_cough_in_the_wait_does_not_lose_the_turn() -> None:
    async with call(agent(stt=ScriptedSTT(utterances=[ASKED, ""]))) as rig:
        await rig.says()
        await asyncio.sleep(0.28)
        await rig.says(0.2)
        assert (await rig.until("agent_transcript"))["text"] == FREE
        await asyncio.sleep(3.0)
        assert turns(rig) == [ASKED]


async def test_scenario_03_the_turn_detector_sees_the_utterance_that_it_judges() -> None:
    detector = ScriptedTurnDetector()
    async with call(agent(turn_detector=detector)) as rig:
        await rig.asks()
        await rig.asks(answers=2)
    texts = [getattr(request, "text", "") for request in detector.record.requests]
    before = [
        [item.text for item in getattr(request, "before", ())]
        for request in detector.record.requests
    ]
    assert texts == [ASKED, "thank you"]
    assert before == [[], [ASKED, FREE]]


@pytest.mark.parametrize("takes_s", [0.2, 10.0])
async def test_scenario_04_a_slow_turn_detector_holds_up_neither_ears_nor_voice(
    takes_s: float,
) -> None:
    detector = ScriptedTurnDetector(delay_s=takes_s)
    llm = ScriptedLLM(replies=[LONG])
    async with call(agent(turn_detector=detector, llm=llm)) as rig:
        await rig.asks()
        played = [frame.at_s for frame in rig.caller.heard]
        ring = [frame.at for frame in rig.job.call.ring.since(0)]
        now_s = asyncio.get_running_loop().time()
        heard_to_s = rig.job.call.ring.end / 16_000
    assert all(later - earlier == pytest.approx(0.02) for earlier, later in pairwise(played))
    assert all(later - earlier == 320 for earlier, later in pairwise(ring))
    assert now_s - heard_to_s < 0.05 + played[0] - played[0] % 1


async def test_scenario_05_three_minutes_of_audio_at_once_are_asked_for_bit_by_bit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = 0
    real = AudioTrack._report  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def report(track: AudioTrack, audio: object, phase: object) -> None:
        nonlocal most
        most = max(most, getattr(audio, "buffered", 0))
        real(track, audio, phase)  # type: ignore[arg-type]

    monkeypatch.setattr(AudioTrack, "_report", report)
    text = " ".join(f"This is sentence {number} of many." for number in range(100))
    async with call(agent(llm=ScriptedLLM(replies=[text])), longest_s=300.0) as rig:
        await rig.says()
        assert len((await rig.until("agent_transcript", within_s=200.0))["text"].split()) == 600
    assert len(heard_pcm(rig)) == len(spoken(text))
    assert 5 * 16_000 < most < 20 * 16_000


async def test_scenario_06_the_tail_that_fills_no_frame_is_played_and_the_agent_is_idle_again() -> (
    None
):
    tts = ScriptedTTS(sample_rate_hz=16_000, word_ms=202)
    async with call(agent(tts=tts)) as rig:
        await rig.asks()
        assert rig.fields("agent_state_changed")[-1]["state"] == "idle"
        sound = tone(16_000, 5 * 202)
        assert heard_pcm(rig) == sound + bytes(10 * 32)
        assert rig.fields("agent_speech_finished")[0]["played_ms"] == 1010
        await rig.asks(answers=2)
        second = heard_pcm(rig)[len(sound) + 10 * 32 :]
    assert second[: 3 * 202 * 32] == tone(16_000, 3 * 202)


async def test_scenario_07_after_an_interruption_no_stale_audio_is_heard() -> None:
    stt = ScriptedSTT(utterances=[ASKED, "what about Monday"])
    llm = ScriptedLLM(replies=[LONG, "On Monday."])
    async with call(agent(llm=llm, stt=stt)) as rig:
        await speaking(rig, for_s=1.0)
        await rig.says()
        await rig.until("interrupted")
        played_ms = (await rig.until("agent_speech_finished"))["played_ms"]
        await rig.until("agent_transcript", count=2)
    sound = heard_pcm(rig)
    at_cut = played_ms * 32
    assert sound[: at_cut - 640] == spoken(LONG)[: at_cut - 640]
    assert sound[at_cut:] == spoken("On Monday.")


async def test_scenario_09_false_interruption_resumes_at_the_same_sample() -> None:
    stt = ScriptedSTT(utterances=[ASKED, ""])
    async with call(agent(llm=ScriptedLLM(replies=[LONG]), stt=stt)) as rig:
        await speaking(rig, for_s=1.0)
        await rig.says(2.0)
        assert (await rig.until("agent_transcript"))["text"] == LONG
        assert len(rig.named("playback_paused")) == len(rig.named("playback_resumed")) == 1
        assert await rig.said() == [("user", ASKED), ("assistant", LONG)]
    assert heard_pcm(rig) == spoken(LONG)


async def test_scenario_10_after_a_second_of_ten_the_context_holds_what_was_heard() -> None:
    text = " ".join(f"word{number}" for number in range(33)) + "."
    stt = ScriptedSTT(utterances=[ASKED, "stop"])
    async with call(agent(llm=ScriptedLLM(replies=[text, "Yes?"]), stt=stt)) as rig:
        await speaking(rig, for_s=0.6)
        await rig.says(0.4)
        await rig.until("interrupted")
        played_ms = (await rig.until("agent_speech_finished"))["played_ms"]
        await rig.until("agent_transcript", count=2)
        messages = [i for i in await rig.job.session.conversation() if isinstance(i, Message)]
    assert 800 < played_ms < 1300
    assert messages[1].interrupted
    words = sum((number + 0.5) * WORD_MS <= played_ms for number in range(33))
    assert messages[1].text == " ".join(text.split()[:words])


async def test_scenario_11_two_interruptions_with_a_say_between_both_work() -> None:
    stt = ScriptedSTT(utterances=[ASKED, "stop now", "stop again"])
    async with call(agent(llm=ScriptedLLM(replies=[LONG, "", ""]), stt=stt)) as rig:
        await speaking(rig, for_s=1.0)
        await rig.says()
        await rig.until("interrupted")
        await rig.until("agent_speech_finished", count=2)
        utterance = rig.job.session.say(LONG)
        await rig.until("agent_speech_started", count=2)
        await asyncio.sleep(0.5)
        await rig.says()
        await rig.until("interrupted", count=2)
        assert (await utterance).interrupted
        assert [fact["reason"] for fact in rig.fields("interrupted")] == ["words", "words"]


async def test_scenario_12_a_question_over_what_may_not_be_interrupted_is_answered_after_it() -> (
    None
):
    stt = ScriptedSTT(utterances=["what does it cost"])
    async with call(agent(stt=stt, llm=ScriptedLLM(replies=["Ninety."]))) as rig:
        terms = rig.job.session.say(LONG, interruptible=False)
        await rig.until("agent_speech_started")
        await asyncio.sleep(0.5)
        await rig.says()
        assert (await terms).outcome == "finished"
        await rig.until("agent_transcript", count=2)
        assert [text for _, text in await rig.said()] == [LONG, "what does it cost", "Ninety."]
        assert rig.named("interrupted") == []


class Desk(Agent):
    """Tools of all sorts."""

    @function_tool
    def sync(self) -> str:
        """Answer from a thread."""
        return "sync"

    @function_tool
    async def raising(self) -> str:
        """Fail."""
        raise ToolError("no book")

    @function_tool
    async def slow(self) -> str:
        """Take three seconds."""
        await asyncio.sleep(3.0)
        return "slow"

    @function_tool
    async def number(self) -> object:
        """Give what JSON has no word for."""
        return {3.5, 2}


async def test_scenario_13_every_sort_of_tool_call_has_its_output_and_the_caller_an_answer() -> (
    None
):
    names = ("sync", "raising", "slow", "absent", "number")
    rounds = [[ToolCall(call_id=name, name=name, arguments="{}")] for name in names]
    desk, scripted = Desk(), agent()
    desk.vad, desk.stt, desk.tts = scripted.vad, scripted.stt, scripted.tts
    desk.llm = ScriptedLLM(replies=[*rounds, "That is all."])
    async with call(desk) as rig:
        assert await rig.asks() == "That is all."
        items = list(await rig.job.session.conversation())
    calls = [item.call_id for item in items if isinstance(item, ToolCall)]
    outputs = {i.call_id: i.output for i in items if isinstance(i, ToolOutput)}
    assert calls == list(names) == list(outputs)
    assert outputs["sync"] == "sync"
    assert outputs["raising"] == "no book"
    assert outputs["slow"] == "slow"
    assert outputs["absent"].startswith("there is no tool absent")
    assert sorted(outputs["number"].strip("[]").split(",")) == ["2", "3.5"]


async def test_scenario_14_a_final_unlike_its_preflight_is_answered_anew_as_one_message() -> None:
    hurried = Heard(text="book a table for two", interims=["book", SttPreflight("book a table")])
    llm = ScriptedLLM(replies=["For how many?", "For two."])
    async with call(agent(stt=ScriptedSTT(utterances=[hurried]), llm=llm)) as rig:
        assert await rig.asks() == "For two."
        assert await rig.said() == [("user", "book a table for two"), ("assistant", "For two.")]
        begun = [fact["text"] for fact in rig.fields("speculation_started")]
        assert begun == ["book a table", "book a table for two"]
        assert rig.fields("speculation_cancelled")[0]["reason"] == "text"
    assert heard_pcm(rig) == spoken("For two.")


async def test_scenario_14_a_final_like_its_preflight_is_answered_by_what_was_begun() -> None:
    sure = Heard(text="Book a table.", interims=["book", SttPreflight("book a table")])
    llm = ScriptedLLM(replies=["For how many?"])
    async with call(agent(stt=ScriptedSTT(utterances=[sure]), llm=llm)) as rig:
        assert await rig.asks() == "For how many?"
        assert len(llm.record.requests) == 1
        assert await rig.said() == [("user", "Book a table."), ("assistant", "For how many?")]


async def test_scenario_23_two_calls_in_one_process_know_nothing_of_each_other() -> None:
    scripts = {"a": ("one night", "A single."), "b": ("ten nights", "A suite.")}
    waiting = list(scripts.values())
    reports: list[Report] = []

    def make() -> Agent:
        utterance, reply = waiting.pop(0)
        stt = ScriptedSTT(utterances=[utterance])
        return agent(stt=stt, llm=ScriptedLLM(replies=[reply]))

    callers = {room: LoopbackCaller() for room in scripts}
    async with Worker(make) as worker:
        await worker.subscribe(reports.append)
        jobs = {
            room: await worker.open_room(room, LoopbackTransport(caller))
            for room, caller in callers.items()
        }
        for caller in callers.values():
            caller.speak(tone(16_000, 1000))
        await asyncio.sleep(5.0)
        for room, (utterance, reply) in scripts.items():
            items = await jobs[room].session.conversation()
            assert [i.text for i in items if isinstance(i, Message)] == [utterance, reply]
            others = scripts["b" if room == "a" else "a"]
            texts = {getattr(report.event, "text", "") for report in reports if report.room == room}
            assert {utterance, reply} <= texts
            assert not texts & set(others)
            assert sum(len(h.pcm) for h in callers[room].heard) == len(spoken(reply))


class Sleeper(Agent):
    turn_taking = TurnTakingConfig(wake_up_s=10.0)

    async def on_wake_up(self) -> None:
        self.session.say("Are you there?")


async def test_scenario_25_the_wake_up_counts_from_the_end_of_what_was_played() -> None:
    sleeper, scripted = Sleeper(), agent(llm=ScriptedLLM(replies=[LONG * 5]))
    sleeper.vad, sleeper.stt, sleeper.llm, sleeper.tts = (
        *(scripted.vad, scripted.stt),
        *(scripted.llm, scripted.tts),
    )
    async with call(sleeper) as rig:
        await asyncio.sleep(9.0)
        rig.caller.speak(tone(16_000, 12_000))
        await asyncio.sleep(12.0)
        assert rig.named("woken_up") == []
        finished = await rig.until("agent_speech_finished", within_s=60.0)
        woken = await rig.until("woken_up")
        assert (woken["at_ns"] - finished["at_ns"]) / 1e9 == pytest.approx(10.0, abs=0.05)
        assert (await rig.until("agent_transcript", count=2))["text"] == "Are you there?"


class Faulty(Agent):
    @hook("llm")
    async def fail(self, texts: object) -> object:
        raise RuntimeError("a hook of the user's")
        yield


async def test_scenario_37_a_hook_that_raises_is_told_and_the_call_goes_on() -> None:
    faulty, scripted = Faulty(), agent()
    faulty.vad, faulty.stt, faulty.llm, faulty.tts = (
        *(scripted.vad, scripted.stt),
        *(scripted.llm, scripted.tts),
    )
    async with call(faulty) as rig:
        assert await rig.asks() == FREE
        error = rig.fields("error")[0]
    assert error["where"] == "hook llm"
    assert error["message"].startswith(
        f"RuntimeError: a hook of the user's ({Path(__file__).name},"
    )


async def test_scenario_39_a_jump_of_five_seconds_neither_hurries_nor_freezes_the_voice() -> None:
    async with call(agent(llm=ScriptedLLM(replies=[LONG]))) as rig:
        await speaking(rig, for_s=1.0)
        before = len(rig.caller.heard)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        loop.hold_up(5.0)
        assert (await rig.until("agent_transcript"))["text"] == LONG
        after = [frame.at_s for frame in rig.caller.heard[before:]]
        assert rig.named("interrupted") == []
    assert all(later - earlier > 0.0199 for earlier, later in pairwise(after))
    assert after[-1] - after[0] == pytest.approx(0.02 * (len(after) - 1), abs=0.03)
    assert heard_pcm(rig) == spoken(LONG)
