"""Hooks: each really changes what flows; one that fails costs nothing but its own effect."""

import asyncio
import threading
from array import array
from collections.abc import AsyncIterator
from typing import Any

import pytest

from providers.scripted_llm import ScriptedLLM
from providers.scripted_tts import ScriptedTTS
from runtime.agent import Agent
from runtime.hooks import hook
from tests.calls.rig import Rig, agent, call

FREE = "We have three rooms free."


def staffed(who: Agent, **fields: Any) -> Agent:
    """Give the agent scripted vendors."""
    scripted = agent(**fields)
    who.vad, who.stt, who.llm, who.tts = scripted.vad, scripted.stt, scripted.llm, scripted.tts
    return who


def spoken(tts: ScriptedTTS) -> str:
    """Return what the voice was asked to say."""
    texts = [getattr(request, "text", "") for request in tts.record.requests]
    return " ".join(" ".join(texts).split())


def errors(rig: Rig) -> list[str]:
    return [f"{fact['where']}: {fact['message']}" for fact in rig.fields("error")]


class Spelling(Agent):
    @hook("stt")
    async def spell(self, text: str, final: bool) -> str | None:  # noqa: FBT001 - a hook's signature
        return text.replace("two", "2") if final else None


async def test_the_stt_hook_changes_what_the_caller_is_heard_to_say() -> None:
    async with call(staffed(Spelling())) as rig:
        await rig.asks()
        assert (await rig.said())[0] == ("user", "2 nights please")


class Deaf(Agent):
    @hook("stt")
    async def drop(self, text: str, final: bool) -> str:  # noqa: FBT001 - a hook's signature
        return ""


async def test_a_text_that_the_stt_hook_drops_becomes_no_turn() -> None:
    async with call(staffed(Deaf())) as rig:
        await rig.says()
        await asyncio.sleep(5.0)
        assert rig.named("turn_committed") == []
        assert {fact["text"] for fact in rig.fields("user_transcript")} == {""}
        assert rig.fields("agent_state_changed")[-1]["state"] == "idle"


class Polite(Agent):
    @hook("llm")
    async def soften(self, texts: AsyncIterator[str]) -> AsyncIterator[str]:
        yield "Certainly. "
        async for text in texts:
            yield text.replace("three", "four")


async def test_the_llm_hook_changes_what_is_spoken_and_what_is_remembered() -> None:
    tts = ScriptedTTS(sample_rate_hz=16_000)
    async with call(staffed(Polite(), tts=tts)) as rig:
        assert await rig.asks() == "Certainly. We have four rooms free."
        assert spoken(tts) == "Certainly. We have four rooms free."


class Editor(Agent):
    """Reads the whole answer before it lets anything through."""

    @hook("llm")
    async def read_first(self, texts: AsyncIterator[str]) -> AsyncIterator[str]:
        whole = "".join([text async for text in texts])
        await asyncio.sleep(0.9)
        yield whole.upper()


async def test_an_llm_hook_may_keep_the_whole_answer_back_as_long_as_the_model_writes() -> None:
    slow = ScriptedLLM(replies=[FREE], gap_s=4.0)
    async with call(staffed(Editor(), llm=slow)) as rig:
        await rig.says()
        assert (await rig.until("agent_transcript", within_s=60))["text"] == FREE.upper()
        assert errors(rig) == []


class Brief(Agent):
    @hook("llm")
    async def shorten(self, texts: AsyncIterator[str]) -> AsyncIterator[str]:
        async for text in texts:
            yield text
            if "have" in text:
                return


async def test_an_llm_hook_may_end_the_answer() -> None:
    async with call(staffed(Brief())) as rig:
        assert await rig.asks() == "We have"
        assert errors(rig) == []


class Voice(Agent):
    """Says one word otherwise than it is written, and a piece not at all; and all of it quietly."""

    @hook("tts")
    def pronounce(self, text: str) -> str:
        return "" if "secret" in text else text.replace("three", "3 3 3")

    @hook("tts_audio")
    def whisper(self, pcm: bytes, sample_rate_hz: int) -> bytes:
        assert sample_rate_hz == 16_000
        return array("h", (sample // 4 for sample in array("h", pcm))).tobytes()


async def test_the_tts_hooks_change_what_sounds_and_not_what_is_remembered() -> None:
    llm = ScriptedLLM(replies=["This is secret. We have three rooms free."])
    tts = ScriptedTTS(sample_rate_hz=16_000)
    async with call(staffed(Voice(), llm=llm, tts=tts)) as rig:
        assert await rig.asks() == FREE
        heard = b"".join(frame.pcm for frame in rig.caller.heard)
        assert errors(rig) == []
    assert spoken(tts) == "We have 3 3 3 rooms free."
    assert len(heard) == 7 * 300 * 32
    assert max(array("h", heard)) == 8000 // 4


class Turns(Agent):
    """Notes the turns, and corrects a name."""

    log: tuple[str, ...] = ()

    def note(self, what: str) -> None:
        Turns.log += (what,)

    async def on_user_turn_start(self) -> None:
        self.note("user starts")

    async def on_user_turn_end(self, text: str) -> str:
        self.note(f"user ends: {text}")
        return text.replace("nights", "weeks")

    async def on_agent_turn_start(self) -> None:
        await asyncio.sleep(0.5)
        self.note("agent starts")

    async def on_agent_turn_end(self, text: str) -> None:
        self.note(f"agent ends: {text}")


async def test_the_turn_hooks_come_in_order_and_the_model_is_asked_what_they_made_of_it() -> None:
    Turns.log = ()
    llm = ScriptedLLM(replies=[FREE, "You are welcome."])
    async with call(staffed(Turns(), llm=llm)) as rig:
        await rig.asks()
        await rig.asks(answers=2)
        await asyncio.sleep(0.1)
        assert (await rig.said())[0] == ("user", "two weeks please")
        started, committed = (
            rig.named(name)[0].at_ns for name in ("agent_speech_started", "turn_committed")
        )
        amended = rig.fields("turn_amended")[0]
    asked = getattr(llm.record.requests[0], "items", ())
    assert [item.text for item in asked] == ["two weeks please"]
    assert (amended["old"], amended["new"]) == ("two nights please", "two weeks please")
    assert (started - committed) / 1e9 == pytest.approx(0.5)
    assert Turns.log == (
        "user starts",
        "user ends: two nights please",
        "agent starts",
        f"agent ends: {FREE}",
        "user starts",
        "user ends: thank you",
        "agent starts",
        "agent ends: You are welcome.",
    )


class Filter(Agent):
    """Leaves some turns without an answer."""

    async def on_user_turn_end(self, text: str) -> str:
        return "" if "two" in text else text


async def test_a_turn_of_which_nothing_is_left_has_no_answer_and_is_not_remembered() -> None:
    async with call(staffed(Filter(), llm=ScriptedLLM(replies=["You are welcome."]))) as rig:
        await rig.says()
        assert (await rig.until("agent_speech_finished"))["outcome"] == "silent"
        assert await rig.said() == []
        assert await rig.asks() == "You are welcome."
        assert await rig.said() == [("user", "thank you"), ("assistant", "You are welcome.")]


class Greeter(Agent):
    """A gate holds for what the agent says by itself, too; a moment may speak."""

    async def on_enter(self) -> None:
        self.session.say("Front desk.")

    async def on_agent_turn_start(self) -> None:
        await asyncio.sleep(0.3)

    async def on_agent_turn_end(self, text: str) -> None:
        if text == "Front desk.":
            self.session.say("Good evening.")


async def test_what_the_agent_says_waits_for_its_gate_and_a_moment_may_say_more() -> None:
    async with call(staffed(Greeter())) as rig:
        await rig.until("agent_transcript", count=2)
        first = rig.named("agent_speech_started")[0].at_ns - rig.named("output_started")[0].at_ns
        texts = [fact["text"] for fact in rig.fields("agent_transcript")]
    assert texts == ["Front desk.", "Good evening."]
    assert first / 1e9 == pytest.approx(0.3)


async def test_with_only_a_gate_before_the_agent_speculation_goes_on() -> None:
    async with call(staffed(Greeter())) as rig:
        await rig.until("agent_transcript", count=2)
        assert await rig.asks(answers=3) == FREE
        assert len(rig.named("speculation_confirmed")) == 1


# ---------------------------------------------------------------- what fails


class Broken(Agent):
    """Every hook raises."""

    @hook("stt")
    async def stt_hook(self, text: str, final: bool) -> str:  # noqa: FBT001 - a hook's signature
        raise RuntimeError("stt")

    @hook("llm")
    async def llm_hook(self, texts: AsyncIterator[str]) -> AsyncIterator[str]:
        async for text in texts:
            if "rooms" in text:
                raise RuntimeError("llm")
            yield text

    @hook("tts")
    async def tts_hook(self, text: str) -> str:
        raise RuntimeError("tts")

    @hook("tts_audio")
    def audio_hook(self, pcm: bytes, sample_rate_hz: int) -> bytes:
        return pcm[:-2]

    async def on_user_turn_start(self) -> None:
        raise RuntimeError("user start")

    async def on_user_turn_end(self, text: str) -> Any:
        return 7

    async def on_agent_turn_start(self) -> None:
        raise RuntimeError("agent start")

    async def on_agent_turn_end(self, text: str) -> None:
        raise RuntimeError("agent end")


class Hanging(Agent):
    """Every hook waits for ever, and the first does not even mind being cancelled."""

    @hook("stt", deadline_s=0.2)
    async def stt_hook(self, text: str, final: bool) -> None:  # noqa: FBT001 - a hook's signature
        await asyncio.Event().wait()

    @hook("llm", deadline_s=0.2)
    async def llm_hook(self, texts: AsyncIterator[str]) -> AsyncIterator[str]:
        async for text in texts:
            await asyncio.Event().wait()
            yield text

    @hook("tts", deadline_s=0.2)
    async def tts_hook(self, text: str) -> None:
        await asyncio.Event().wait()

    @hook("tts_audio", deadline_s=0.2)
    async def audio_hook(self, pcm: bytes, sample_rate_hz: int) -> None:
        await asyncio.Event().wait()

    @hook("user_turn_start", deadline_s=0.2)
    async def user_start(self) -> None:
        await asyncio.Event().wait()

    @hook("user_turn_end", deadline_s=0.2)
    async def user_end(self, text: str) -> None:
        await asyncio.Event().wait()

    @hook("agent_turn_start", deadline_s=0.2)
    async def agent_start(self) -> None:
        await asyncio.Event().wait()

    @hook("agent_turn_end", deadline_s=0.2)
    async def agent_end(self, text: str) -> None:
        await asyncio.Event().wait()


NAMES = {
    *("hook stt", "hook llm", "hook tts", "hook tts_audio", "hook user_turn_start"),
    *("hook user_turn_end", "hook agent_turn_start", "hook agent_turn_end"),
}


@pytest.mark.parametrize("kind", [Broken, Hanging])
async def test_hooks_that_fail_are_told_and_cost_neither_a_turn_nor_a_word(
    kind: type[Agent],
) -> None:
    async with call(staffed(kind())) as rig:
        for count, answer in enumerate([FREE, "You are welcome.", "Good bye."], start=1):
            assert await rig.asks(answers=count) == answer
            await asyncio.sleep(1.0)
        said = await rig.said()
        assert {fact["where"] for fact in rig.fields("error")} == NAMES
        assert sum(len(frame.pcm) for frame in rig.caller.heard) == (5 + 3 + 2) * 300 * 32
    assert [text for role, text in said if role == "user"] == [
        "two nights please",
        "thank you",
        "good bye",
    ]


async def test_a_hook_that_fails_again_and_again_is_left_out_and_its_deadline_not_waited_for() -> (
    None
):
    async with call(staffed(Hanging())) as rig:
        for count in (1, 2, 3):
            await rig.asks(answers=count)
        told = [error for error in errors(rig) if error.startswith("hook stt")]
    assert told == [
        "hook stt: nothing within 0.2 s",
        "hook stt: nothing within 0.2 s",
        "hook stt: nothing within 0.2 s; it is left out from now on",
    ]


class Absent(Agent):
    async def on_user_turn_end(self, text: str) -> None:
        await asyncio.sleep(0.8)


async def test_the_caller_who_goes_on_while_a_gate_is_shut_is_answered_once_for_all_of_it() -> None:
    llm = ScriptedLLM(replies=["Both."])
    async with call(staffed(Absent(), llm=llm)) as rig:
        await rig.says()
        await rig.until("turn_committed")
        await asyncio.sleep(0.1)
        await rig.says()
        assert (await rig.until("agent_transcript"))["text"] == "Both."
        await asyncio.sleep(3.0)
        assert await rig.said() == [
            ("user", "two nights please thank you"),
            ("assistant", "Both."),
        ]
        assert len(rig.named("agent_speech_started")) == 1


async def test_a_gate_whose_actor_is_killed_opens() -> None:
    async with call(staffed(Absent())) as rig:
        await rig.says()
        await rig.until("turn_committed")
        await asyncio.sleep(0.1)
        (waiting,) = [task for task in asyncio.all_tasks() if task.get_name().endswith("/hook")]
        waiting.cancel()
        assert (await rig.until("agent_transcript"))["text"] == FREE


class Blocking(Agent):
    threads: tuple[str, ...] = ()

    @hook("user_turn_end")
    def block(self, text: str) -> str:
        Blocking.threads += (threading.current_thread().name,)
        return text


async def test_a_plain_function_runs_in_a_thread_so_that_it_may_block() -> None:
    Blocking.threads = ()
    async with call(staffed(Blocking())) as rig:
        await rig.asks()
    assert Blocking.threads == ("sync-tool",)


async def test_without_hooks_nothing_is_on_the_path() -> None:
    plain = staffed(Agent(), tts=ScriptedTTS(sample_rate_hz=16_000))
    async with call(plain) as rig:
        await rig.asks()
        assert not any("hook" in task.get_name() for task in asyncio.all_tasks())
